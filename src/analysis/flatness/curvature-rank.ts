import { spearman } from '../../numeric/stats.js';

/**
 * Rank correlation of 1 / std^2 with the diagonal of the curvature: 1 when the search distribution has adapted so that
 * signal-to-noise ranks as Optimal Brain Damage does (numerics 1.9), NaN when all std are equal.
 */
export function curvatureRank(std: ArrayLike<number>, diagonal: ArrayLike<number>): number {
  return spearman(
    Float64Array.from(std, (value) => 1 / (value * value)),
    diagonal,
  );
}
