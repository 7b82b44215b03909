import { spearman } from '../../numeric/stats.js';
import type { Mask } from '../../numeric/mask.js';

/** (value - smallest) / (largest - smallest) as the factor and offset that do it; all zero when all are equal. */
export interface MinMax {
  readonly least: number;
  readonly range: number;
}

export function minMaxOf(values: readonly number[]): MinMax {
  const least = Math.min(...values);
  return { least, range: Math.max(...values) - least };
}

export function normalised(value: number, { least, range }: MinMax): number {
  return range === 0 ? 0 : (value - least) / range;
}

/**
 * How much better the first of two rules does, as a share of what it does when dense (numerics 7.5). The size of the
 * dense value counts: returns may be negative.
 */
export function advantage(first: number, second: number, firstDense: number): number {
  return (first - second) / Math.abs(firstDense);
}

/**
 * Score stability (numerics 7.5): rank correlation of the scores of two levels over the weights that survive the last.
 *
 * @param last the last level's mask of the kernel, aligned with the scores
 */
export function scoreStability(one: ArrayLike<number>, other: ArrayLike<number>, last: Mask): number {
  const survivors = Array.from(last, (_, i) => i).filter((i) => last[i] === 1);
  return spearman(
    survivors.map((i) => one[i]),
    survivors.map((i) => other[i]),
  );
}
