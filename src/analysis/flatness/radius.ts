import { exp, log } from '../../numeric/math.js';
import type { Estimate } from './estimate.js';

/** What is left of the performance above chance, as a share of it, at one scale of perturbation. */
export interface Retained extends Estimate {
  readonly scale: number;
}

export interface Radius {
  /** The scale at which the share falls to `share`. */
  readonly radius: number;
  /** From the standard error of the share and its slope. */
  readonly standardError: number;
}

/**
 * (J(s) - chance) / (J(0) - chance), for anything to be minimised whose value without knowledge is `chance`; NaN where
 * the centre is no better than that.
 */
export function retainedOf(
  scale: number,
  increase: Estimate,
  { centre, chance }: { readonly centre: number; readonly chance: number },
): Retained {
  const above = centre < chance ? chance - centre : NaN;
  return { scale, mean: 1 - increase.mean / above, standardError: increase.standardError / above };
}

/**
 * The first scale at which the share falls below `share`, linear in log scale between two scales of the grid.
 *
 * @param grid ascending in scale
 * @returns undefined when the share is below already at the first scale, or never falls so low
 */
export function radiusAt(share: number, grid: readonly Retained[]): Radius | undefined {
  const crossing = crossingOf(share, grid);
  if (crossing === undefined) return undefined;
  const [before, after] = crossing;
  const width = log(after.scale) - log(before.scale);
  const slope = (before.mean - after.mean) / width;
  const radius = before.scale * exp((before.mean - share) / slope);
  const nearer = before.mean - share < share - after.mean ? before : after;
  return { radius, standardError: (radius * nearer.standardError) / slope };
}

/** The two neighbours on the grid between which the share first falls below `share`. */
export function crossingOf(
  share: number,
  grid: readonly Retained[],
): readonly [before: Retained, after: Retained] | undefined {
  const place = grid.findIndex(({ mean }) => mean < share);
  const [before, after] = [grid[place - 1], grid[place]];
  // A share that is not a number is neither above nor below.
  return place >= 1 && before.mean >= share ? [before, after] : undefined;
}
