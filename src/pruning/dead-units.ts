import type { Layout, TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';

/** Of the outputs of one layer: how many there are and how many a mask has cut off. */
export interface UnitCounts {
  readonly units: number;
  /** Without a surviving incoming weight: they yield a constant. */
  readonly unfed: number;
  /** Without a surviving weight in the next layer: nobody reads them. */
  readonly unread: number;
  /** Unfed, unread or both. */
  readonly dead: number;
}

/**
 * Counts the dead units of a feed-forward network, layer by layer.
 *
 * @param modules names of the layers in the order of execution
 * @returns counts by kernel path
 */
export function deadUnits(layout: Layout, mask: Mask, modules: readonly string[]): Map<string, UnitCounts> {
  const kernels = modules.map(
    (module) => layout.tensors.find((t) => t.module === module && t.kind === 'kernel') as TensorLayout,
  );
  const counts = new Map<string, UnitCounts>();
  for (const [index, kernel] of kernels.entries()) {
    const next = kernels[index + 1];
    const fed = fedUnits(kernel, mask);
    // What the last layer yields is read by the loss.
    const read = next ? readUnits(next, mask, fed.length) : new Uint8Array(fed.length).fill(1);
    counts.set(kernel.path, countUnits(fed, read));
  }
  return counts;
}

/** The last axis of a kernel is its output, for dense and convolution kernels alike. */
function fedUnits({ offset, size, shape }: TensorLayout, mask: Mask): Uint8Array {
  const units = shape[shape.length - 1];
  const fed = new Uint8Array(units);
  for (let i = 0; i < size; i++) fed[i % units] |= mask[offset + i];
  return fed;
}

/** The last axis but one of the next kernel is its input; after a convolution it is (H, W, C) flat, channel last. */
function readUnits({ offset, size, shape }: TensorLayout, mask: Mask, units: number): Uint8Array {
  const outputs = shape[shape.length - 1];
  const inputs = shape[shape.length - 2];
  const read = new Uint8Array(units);
  for (let i = 0; i < size; i++) read[(Math.floor(i / outputs) % inputs) % units] |= mask[offset + i];
  return read;
}

function countUnits(fed: Uint8Array, read: Uint8Array): UnitCounts {
  let unfed = 0;
  let unread = 0;
  let dead = 0;
  for (let unit = 0; unit < fed.length; unit++) {
    unfed += 1 - fed[unit];
    unread += 1 - read[unit];
    dead += 1 - (fed[unit] & read[unit]);
  }
  return { units: fed.length, unfed, unread, dead };
}
