import type { Mask } from '../numeric/mask.js';
import { jaccard, spearman } from '../numeric/stats.js';

/** Spearman's rank correlation of two scores over the given positions; undefined where it has no value. */
export function rankCorrelation(
  a: Float64Array,
  b: Float64Array,
  positions: Uint32Array,
): number | undefined {
  if (positions.length < 2) return undefined;
  const [ofA, ofB] = [a, b].map((scores) => Float64Array.from(positions, (position) => scores[position]));
  const correlation = spearman(ofA, ofB);
  // Scores that are all equal have no order to compare.
  return Number.isNaN(correlation) ? undefined : correlation;
}

/** Jaccard similarity of what two masks keep among the given positions; undefined when neither keeps anything. */
export function overlap(a: Mask, b: Mask, positions: Uint32Array): number | undefined {
  const [ofA, ofB] = [a, b].map((mask) => Uint8Array.from(positions, (position) => mask[position]));
  return ofA.includes(1) || ofB.includes(1) ? jaccard(ofA, ofB) : undefined;
}
