import type { Layout } from './layout.js';

/**
 * A mask says for every entry of the canonical flat layout whether it exists (1) or is pruned (0). Biases always
 * exist. A mask is a type of its own and is never deduced from zeros among the weights: a surviving weight may be 0
 * (numerics, D1).
 */
export type Mask = Uint8Array;

/** All ones. */
export function fullMask(layout: Layout): Mask {
  return new Uint8Array(layout.size).fill(1);
}

/** The first thing that is wrong with a mask for this layout, in words, or undefined. */
export function maskProblem(layout: Layout, mask: Mask): string | undefined {
  if (mask.length !== layout.size)
    return `the mask has ${mask.length} entries, but the network has ${layout.size} parameters`;
  for (const tensor of layout.tensors) {
    for (let i = tensor.offset; i < tensor.offset + tensor.size; i++) {
      const bit = mask[i];
      if (bit !== 0 && bit !== 1) return `entry ${i - tensor.offset} of ${tensor.path} is ${bit}, not 0 or 1`;
      if (bit === 0 && tensor.kind === 'bias') return `${tensor.path} is masked, but biases are never pruned`;
    }
  }
  return undefined;
}

/** Flat positions of the searched coordinates, ascending: the surviving weights and all biases (numerics 4.4). */
export function searchCoordinates(mask: Mask): Uint32Array {
  let n = 0;
  for (let i = 0; i < mask.length; i++) n += mask[i];
  const positions = new Uint32Array(n);
  for (let i = 0, j = 0; i < mask.length; i++) if (mask[i] === 1) positions[j++] = i;
  return positions;
}

/** Number of surviving prunable weights (biases do not count). */
export function survivors(layout: Layout, mask: Mask): number {
  let n = 0;
  for (const t of layout.tensors)
    if (t.kind === 'kernel') for (let i = t.offset; i < t.offset + t.size; i++) n += mask[i];
  return n;
}

/** out[j] = flat[positions[j]]. */
export function gather(out: Float64Array, flat: ArrayLike<number>, positions: Uint32Array): Float64Array {
  for (let j = 0; j < positions.length; j++) out[j] = flat[positions[j]];
  return out;
}

/** out = 0 but for out[positions[j]] = values[j]. */
export function scatter<T extends Float32Array | Float64Array>(
  out: T,
  values: ArrayLike<number>,
  positions: Uint32Array,
): T {
  out.fill(0);
  for (let j = 0; j < positions.length; j++) out[positions[j]] = values[j];
  return out;
}
