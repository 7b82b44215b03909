import { UserError } from '../base/result.js';
import type { Mask } from '../numeric/mask.js';

/** Everything about the N weights that are ranked against each other. */
export interface Selection {
  /** The score of every entry of the flat layout. */
  readonly scores: Float64Array;
  /** Flat positions of the weights that may be kept, ascending. */
  readonly candidates: Uint32Array;
  /** How many of them to keep, 0..candidates.length. */
  readonly keep: number;
}

/**
 * How many of `size` weights survive a cumulative sparsity in [0, 1): N - ceil(s (N - 1)) (numerics 4.2), the number
 * of untied scores that are not below the percentile of level s. At least one, unless there are none.
 */
export function keepCount(size: number, sparsity: number): number {
  if (!(sparsity >= 0 && sparsity < 1)) {
    const wrong = sparsity >= 1 ? 'leaves no weights' : 'is not a share of the weights';
    throw new UserError(
      `sparsity ${sparsity} ${wrong}: it is the share of prunable weights removed so far, from 0 up to but not including 1`,
    );
  }
  return size === 0 ? 0 : size - Math.ceil(sparsity * (size - 1));
}

/**
 * The threshold tau of ascending scores, at least one of them: their percentile at the level of the sparsity with
 * linear interpolation, h = s (N - 1), between the scores at floor h and ceil h (numerics 4.2). Interpolates from the
 * nearer end, as NumPy does. It takes the same h as `keepCount`, which a detour over per cents would round.
 */
export function thresholdAt(ascending: Float64Array, sparsity: number): number {
  const h = sparsity * (ascending.length - 1);
  const low = Math.floor(h);
  const from = ascending[low];
  const to = ascending[Math.min(low + 1, ascending.length - 1)];
  const share = h - low;
  return share < 0.5 ? from + (to - from) * share : to - (to - from) * (1 - share);
}

/**
 * Sets the mask at the `keep` candidates that are largest by (score, position) and clears it at the others, so that
 * the count is exact even when scores tie. O(N log N) with one sorted copy of the scores.
 */
export function keepLargest(mask: Mask, { scores, candidates, keep }: Selection): void {
  const sorted = new Float64Array(candidates.length);
  for (let j = 0; j < candidates.length; j++) sorted[j] = scores[candidates[j]];
  sorted.sort();
  const weakest = keep === 0 ? Infinity : sorted[sorted.length - keep];
  let tied = keep;
  for (let j = 0; j < candidates.length; j++) if (scores[candidates[j]] > weakest) tied--;
  // From the end, because of equal scores the larger position is kept.
  for (let j = candidates.length - 1; j >= 0; j--) {
    const score = scores[candidates[j]];
    const kept = score > weakest || (score === weakest && tied-- > 0);
    mask[candidates[j]] = kept ? 1 : 0;
  }
}
