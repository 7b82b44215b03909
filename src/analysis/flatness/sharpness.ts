import { estimateOf } from './estimate.js';
import type { Estimate } from './estimate.js';
import { measurePairs, pairMeans } from './measure.js';
import type { Neighbourhood, PairValues, Value } from './measure.js';

export interface Sharpness {
  /** S = E J(m + s z) - J(m), of the loss and of the error. */
  readonly loss: Estimate;
  readonly error: Estimate;
  /** The loss's S of each direction. */
  readonly perDirection: Float64Array;
}

/**
 * Expected-loss sharpness (numerics 7.4): how much worse the neighbourhood is than its centre.
 *
 * @param scale s: one number for all coordinates, or one for each
 */
export async function sharpness(
  neighbourhood: Neighbourhood,
  scale: number | Float64Array,
  centre: Value,
): Promise<Sharpness> {
  return sharpnessOf(await measurePairs(neighbourhood, scale), centre);
}

export function sharpnessOf(values: PairValues, centre: Value): Sharpness {
  const increases = (quantity: keyof Value) =>
    pairMeans(values, quantity).map((value) => value - centre[quantity]);
  const perDirection = increases('loss');
  return { loss: estimateOf(perDirection), error: estimateOf(increases('error')), perDirection };
}

/**
 * The gap that kinks make: mean of 2 S / s^2 - z'Hz over the same directions, as a share of the mean of z'Hz. It is
 * 0 up to O(s^2) for a smooth network; relu and max-pooling have curvature that the Hessian of the current piece lacks.
 *
 * @param perDirection S of each direction; the first `quadratic.length` are used
 * @param quadratic z'Hz of the first directions, for perturbations scale * z
 */
export function kinkGap(perDirection: Float64Array, scale: number, quadratic: Float64Array): Estimate {
  const gaps = quadratic.map((curvature, k) => (2 * perDirection[k]) / (scale * scale) - curvature);
  const { mean, standardError } = estimateOf(gaps);
  const reference = Math.abs(estimateOf(quadratic).mean);
  return { mean: mean / reference, standardError: standardError / reference };
}
