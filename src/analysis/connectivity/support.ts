import type { Layout } from '../../numeric/layout.js';
import type { Mask } from '../../numeric/mask.js';

/**
 * What has to be computed on the way between networks: entries that one of them has, and all biases. It is no mask of
 * a ticket: weights that are 0 in all of them add nothing anywhere on the way and are left out to save time.
 */
export function supportOf(layout: Layout, ends: readonly Float64Array[]): Mask {
  const support = new Uint8Array(layout.size);
  for (const { kind, offset, size } of layout.tensors)
    for (let i = offset; i < offset + size; i++)
      support[i] = kind === 'bias' || ends.some((weights) => weights[i] !== 0) ? 1 : 0;
  return support;
}
