import { philox } from './philox.js';
import type { StreamKey } from './philox.js';

export type { StreamKey } from './philox.js';
export { childKey, streamKey } from './stream-key.js';

/**
 * Last word of the counter: what a block of random words is for. Normals (noise.ts), uniforms and draws of one
 * stream and generation therefore never share words.
 */
export const counterUse = { normals: 0, uniforms: 1, draws: 2 } as const;
type CounterUse = (typeof counterUse)[keyof typeof counterUse];

const block = new Uint32Array(4);
const twoTo32 = 4294967296;

/**
 * A uniform number in [0, 1) with 53 random bits: entry `index` of generation `generation` of a stream.
 *
 * @param generation 0 ... 2^32 - 1
 * @param index 0 ... 2^53 - 1
 */
export function uniform(key: StreamKey, generation: number, index: number): number {
  return uniformOf(counterUse.uniforms, key, generation, index);
}

function uniformOf(use: CounterUse, key: StreamKey, generation: number, index: number): number {
  block[0] = index;
  block[1] = index / twoTo32;
  block[2] = generation;
  block[3] = use;
  philox(block, key);
  // 27 and 26 bits: the sum is exact
  return ((block[0] >>> 5) * 67108864 + (block[1] >>> 6)) * 1.1102230246251565e-16;
}

/** Draw number `index`: an integer in [0, bound), each with probability 1 / bound up to 2^-53. */
function draw(bound: number, key: StreamKey, generation: number, index: number): number {
  return Math.floor(uniformOf(counterUse.draws, key, generation, index) * bound);
}

/**
 * Fills `out` with different integers of [0, population), in random order: the first `out.length` places of a
 * Fisher-Yates shuffle, so that a longer sample of the same key begins with the shorter one. Time and memory are
 * proportional to the sample, not to the population.
 *
 * @throws RangeError when the sample is larger than the population
 */
export function sampleWithoutReplacement(
  out: Uint32Array,
  population: number,
  key: StreamKey,
  generation: number,
): Uint32Array {
  if (!(out.length <= population))
    throw new RangeError(`cannot take ${out.length} different items from a population of ${population}`);
  /** Only the places of the shuffle that no longer hold their own number. */
  const moved = new Map<number, number>();
  for (let place = 0; place < out.length; place++) {
    const other = place + draw(population - place, key, generation, place);
    out[place] = moved.get(other) ?? other;
    moved.set(other, moved.get(place) ?? place);
  }
  return out;
}

/** Fills `out` with a random order of 0 ... out.length - 1: equal to a sample of the whole population. */
export function permutation(out: Uint32Array, key: StreamKey, generation: number): Uint32Array {
  for (let place = 0; place < out.length; place++) out[place] = place;
  for (let place = 0; place < out.length; place++) {
    const other = place + draw(out.length - place, key, generation, place);
    const chosen = out[other];
    out[other] = out[place];
    out[place] = chosen;
  }
  return out;
}
