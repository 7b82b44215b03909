import type { Layer, Network } from '../../src/networks/network.js';
import { convolutionReference, denseReference } from '../../src/numeric/kernels/reference/layers.js';
import type { LayerValues } from '../../src/numeric/kernels/reference/layers.js';
import type { Mask } from '../../src/numeric/mask.js';

function valuesOf(network: Network, layer: Layer, weights: ArrayLike<number>, mask: Mask): LayerValues {
  const part = (kind: string) =>
    network.layout.tensors.find((t) => t.module === layer.name && t.kind === kind)!;
  const bias = part('bias');
  const kernel = part('kernel');
  const flat = Float64Array.from(weights);
  return {
    outputs: layer.outputs,
    bias: flat.subarray(bias.offset, bias.offset + bias.size),
    kernel: flat.subarray(kernel.offset, kernel.offset + kernel.size),
    mask: mask.subarray(kernel.offset, kernel.offset + kernel.size),
  };
}

/** Outputs of a network on one image, by the scalar references. */
export function forwardReference(
  network: Network,
  weights: ArrayLike<number>,
  mask: Mask,
  image: Float32Array,
): Float32Array {
  let activations = image;
  for (const layer of network.layers) {
    const values = valuesOf(network, layer, weights, mask);
    activations =
      layer.kind === 'dense'
        ? denseReference(activations, values, layer.activation)
        : convolutionReference(activations, values, layer, layer.activation);
  }
  return activations;
}
