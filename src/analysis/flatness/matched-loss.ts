import { UserError } from '../../base/result.js';
import type { Measure, Value } from './measure.js';

/** A network that may be measured. */
export interface Candidate {
  readonly name: string;
  readonly mean: Float64Array;
}

export interface Chosen extends Candidate {
  readonly value: Value;
  /** Loss of the reference, where there is one. */
  readonly reference: number | undefined;
}

/**
 * The candidate whose loss is nearest to that of the reference, or the last one without a reference. Cross-entropy loses
 * its curvature as it falls, so that flatness is compared at equal training loss (numerics 7.4).
 *
 * @param measure of whole networks
 * @throws UserError when the loss is not finite, or that of the reference
 */
export async function matchLoss(
  candidates: readonly Candidate[],
  reference: Float64Array | undefined,
  measure: Measure,
): Promise<Chosen> {
  const values = await measure(candidates.map(({ mean }) => mean));
  const [wanted] = reference === undefined ? [] : await measure([reference]);
  if (wanted !== undefined && !Number.isFinite(wanted.loss))
    throw new UserError(
      'reference: its training loss is not finite: its training has diverged, so that there is no loss to match. Connect a network that has been trained',
    );
  const losses = values.map(({ loss }) => loss);
  const at = wanted === undefined ? losses.length - 1 : nearestTo(wanted.loss, losses);
  if (at < 0 || !Number.isFinite(losses[at]))
    throw new UserError(
      'the loss of this network is not finite: its training has diverged, and there is nothing to measure',
    );
  return { ...candidates[at], value: values[at], reference: wanted?.loss };
}

/** Which candidate is measured, and how near it came: the nearest may be far off. */
export function matchInWords({ name, value }: Chosen, reference: number): string {
  return `measured is ${name}: its training loss ${value.loss.toFixed(3)} is the nearest to the ${reference.toFixed(3)} of the reference`;
}

/**
 * Index of the value nearest to `reference`, the first among equals; values that are not finite do not count.
 *
 * @returns -1 without a finite value
 */
export function nearestTo(reference: number, values: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (best < 0 || Math.abs(values[i] - reference) < Math.abs(values[best] - reference)) best = i;
  }
  return best;
}
