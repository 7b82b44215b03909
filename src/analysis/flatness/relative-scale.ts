import type { Layout } from '../../numeric/layout.js';
import type { Mask } from '../../numeric/mask.js';

/**
 * One scale for each entry of the flat layout: root mean square of the surviving weights of its layer's kernel, for the
 * bias too; 0 where nothing survives. Relu networks can be rescaled from layer to layer without a change of the
 * function, and absolute scales with them (Dinh et al. 2017); these scales move along.
 */
export function relativeScales(layout: Layout, mask: Mask, weights: ArrayLike<number>): Float64Array {
  const scales = new Float64Array(layout.size);
  for (const { module, offset, size } of layout.tensors) {
    const kernel = layout.tensors.find((tensor) => tensor.module === module && tensor.kind === 'kernel');
    if (kernel === undefined) throw new RangeError(`module ${module} has no kernel`);
    let count = 0;
    let squares = 0;
    for (let i = kernel.offset; i < kernel.offset + kernel.size; i++)
      if (mask[i] === 1) {
        count++;
        squares += weights[i] * weights[i];
      }
    scales.fill(count === 0 ? 0 : Math.sqrt(squares / count), offset, offset + size);
  }
  return scales;
}
