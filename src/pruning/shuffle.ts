import type { TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import { permutation, streamKey } from '../numeric/rng.js';

/**
 * Shuffles the mask's entries within each of the kernels, every order equally likely (numerics 4.3, D6): the counts
 * stay, the pattern does not. A function of its arguments alone, so that `unshuffle` can take it back.
 */
export function shuffle(mask: Mask, kernels: readonly TensorLayout[], seed: number): Mask {
  const out = mask.slice();
  for (const kernel of kernels) {
    const order = orderOf(kernel, seed);
    for (let i = 0; i < kernel.size; i++) out[kernel.offset + order[i]] = mask[kernel.offset + i];
  }
  return out;
}

/** The mask that `shuffle` was given, from what it gave. */
export function unshuffle(shuffled: Mask, kernels: readonly TensorLayout[], seed: number): Mask {
  const out = shuffled.slice();
  for (const kernel of kernels) {
    const order = orderOf(kernel, seed);
    for (let i = 0; i < kernel.size; i++) out[kernel.offset + i] = shuffled[kernel.offset + order[i]];
  }
  return out;
}

function orderOf(kernel: TensorLayout, seed: number): Uint32Array {
  const order = new Uint32Array(kernel.size);
  permutation(order, streamKey(seed, 'prune', 'shuffle', kernel.path), 0);
  return order;
}
