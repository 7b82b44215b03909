import { fillLecunNormal, fillUniform } from '../numeric/init.js';
import type { Layout } from '../numeric/layout.js';
import { childKey } from '../numeric/rng.js';
import type { StreamKey } from '../numeric/rng.js';
import type { Layer } from './network.js';

/**
 * Fresh weights, flat in the layout (numerics 3.1): kernels LeCun-normal, biases U[0, 0.05) or exactly 0 as the layer
 * says. Every tensor draws from a stream named after its path, so that adding a layer leaves the others as they are.
 *
 * @throws RangeError when the layout has a module that is not a layer
 */
export function initialise(layers: readonly Layer[], layout: Layout, key: StreamKey): Float64Array {
  const weights = new Float64Array(layout.size);
  for (const { path, module, kind, offset, size } of layout.tensors) {
    const layer = layers.find(({ name }) => name === module);
    if (layer === undefined)
      throw new RangeError(`the layout has a module ${module}, but no layer has this name`);
    const entries = weights.subarray(offset, offset + size);
    const stream = childKey(key, path);
    if (kind === 'kernel') fillLecunNormal(entries, fanIn(layer), stream);
    else if (layer.biasInit === 'uniform-0.05') fillUniform(entries, 0.05, stream);
  }
  return weights;
}

/** Inputs that one output sums over. */
function fanIn(layer: Layer): number {
  return layer.kind === 'dense' ? layer.inputs : layer.kernel * layer.kernel * layer.inputs;
}
