import type { Mask } from '../numeric/mask.js';

/**
 * |A and B| / |A or B| of what two masks keep among the given positions: 1 when they agree. Undefined when neither
 * keeps anything.
 */
export function jaccard(a: Mask, b: Mask, positions: Uint32Array): number | undefined {
  let both = 0;
  let either = 0;
  for (const position of positions) {
    both += a[position] & b[position];
    either += a[position] | b[position];
  }
  return either === 0 ? undefined : both / either;
}

/**
 * Spearman's rank correlation of two scores over the given positions: Pearson's correlation of the ranks, ties
 * sharing the mean of theirs. Undefined below two positions, or when one of the scores is the same everywhere.
 */
export function spearman(a: Float64Array, b: Float64Array, positions: Uint32Array): number | undefined {
  const ranksA = centredRanks(a, positions);
  const ranksB = centredRanks(b, positions);
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let j = 0; j < positions.length; j++) {
    product += ranksA[j] * ranksB[j];
    squareA += ranksA[j] * ranksA[j];
    squareB += ranksB[j] * ranksB[j];
  }
  return squareA === 0 || squareB === 0 ? undefined : product / Math.sqrt(squareA * squareB);
}

/** Ranks minus their mean (n - 1) / 2, in the order of `positions`. */
function centredRanks(scores: Float64Array, positions: Uint32Array): Float64Array {
  const n = positions.length;
  const order = new Uint32Array(n).map((_, j) => j);
  order.sort((i, j) => scores[positions[i]] - scores[positions[j]]);
  const ranks = new Float64Array(n);
  for (let from = 0; from < n;) {
    const score = scores[positions[order[from]]];
    let to = from + 1;
    while (to < n && scores[positions[order[to]]] === score) to++;
    const shared = (from + to - 1) / 2 - (n - 1) / 2;
    for (let r = from; r < to; r++) ranks[order[r]] = shared;
    from = to;
  }
  return ranks;
}
