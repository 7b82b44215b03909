import { UserError } from '../base/result.js';
import type { Layout } from '../numeric/layout.js';
import { gather, scatter, searchCoordinates } from '../numeric/mask.js';
import type { Mask } from '../numeric/mask.js';
import type { Reading } from './strategy.js';

/** What a strategy searches: a vector that stands for the entries of a network that a mask lets exist. */
export interface SearchSpace {
  /** The search vector before the first generation, length `dimensions`. */
  readonly start: Float64Array;
  /** n */
  readonly dimensions: number;
  /**
   * Candidates as the network takes them: P rows of one value for each existing entry, ascending. Hands back its
   * argument, or one buffer that it uses again and again.
   */
  expand(candidates: Float64Array): Float64Array;
  /** A search vector (mean or std) on the flat layout; 0 where the mask says pruned. */
  toFlat(values: Float64Array): Float64Array;
}

/**
 * The search space of a masked network (numerics 4.4).
 *
 * @param weights flat start weights; what the mask prunes is ignored
 */
export function searchSpace(
  layout: Layout,
  mask: Mask,
  weights: Float64Array,
  reading: Reading,
): SearchSpace {
  const positions = searchCoordinates(mask);
  const entries = gather(new Float64Array(positions.length), weights, positions);
  const tied = reading === 'reference' && entries.includes(0);
  return tied
    ? tiedSpace(layout, mask, positions, entries)
    : {
        start: entries,
        dimensions: positions.length,
        expand: (candidates) => candidates,
        toFlat: (values) => scatter(new Float64Array(layout.size), values, positions),
      };
}

/**
 * D1: the release builds the search vector from the existing entries that are not 0, but cuts it into tensors as if
 * all were there, with slices that are moved back when they reach beyond the end. So entries of different tensors
 * share a coordinate: the biases of an output layer that starts at 0, and the first weights of that layer.
 */
function tiedSpace(layout: Layout, mask: Mask, positions: Uint32Array, entries: Float64Array): SearchSpace {
  const start = entries.filter((value) => value !== 0);
  const source = tiedCoordinates(layout, mask, start.length);
  let expanded = new Float64Array(0);
  return {
    start,
    dimensions: start.length,
    expand: (candidates) => {
      const rows = candidates.length / start.length;
      const width = source.length;
      if (expanded.length !== rows * width) expanded = new Float64Array(rows * width);
      for (let row = 0; row < rows; row++)
        for (let j = 0; j < width; j++)
          expanded[row * width + j] = candidates[row * start.length + source[j]];
      return expanded;
    },
    toFlat: (values) => {
      const own = gather(new Float64Array(source.length), values, source);
      return scatter(new Float64Array(layout.size), own, positions);
    },
  };
}

/** For every existing entry the coordinate it reads, when a search vector of length `n` is cut tensor by tensor. */
function tiedCoordinates(layout: Layout, mask: Mask, n: number): Uint32Array {
  const source: number[] = [];
  for (const { path, offset, size } of layout.tensors) {
    const existing = mask.subarray(offset, offset + size).reduce((count, bit) => count + bit, 0);
    if (existing > n)
      throw new UserError(
        `"reading: reference" cannot search this network: ${path} has ${existing} entries, but only ${n} of all start values are not 0; use "reading: corrected"`,
      );
    const from = Math.min(source.length, n - existing);
    for (let j = 0; j < existing; j++) source.push(from + j);
  }
  return Uint32Array.from(source);
}
