import { UserError } from '../../base/result.js';
import type { ConvLayer, Layer, Network } from '../../networks/network.js';
import { maskProblem } from '../../numeric/mask.js';
import type { Mask } from '../../numeric/mask.js';
import { outputSide } from './sites.js';

/** @throws UserError when the mask does not fit the network, or the kernels cannot do one of its layers. */
export function checkNetwork(network: Network, mask: Mask): void {
  const problem = maskProblem(network.layout, mask);
  if (problem !== undefined)
    throw new UserError(`${problem}: this mask does not belong to the network ${network.model}`);
  let incoming = network.inputs;
  for (const layer of network.layers) {
    const fault = layerProblem(layer, incoming);
    if (fault !== undefined)
      throw new UserError(`${network.model}: layer ${layer.name} ${fault}, which the kernels cannot do`);
    incoming = outputCount(layer);
  }
}

function outputCount(layer: Layer): number {
  if (layer.kind === 'dense') return layer.outputs;
  return outputSide(layer, layer.height) * outputSide(layer, layer.width) * layer.outputs;
}

function layerProblem(layer: Layer, incoming: number): string | undefined {
  const expected = layer.kind === 'dense' ? layer.inputs : layer.height * layer.width * layer.inputs;
  if (expected !== incoming) return `takes ${expected} activations, but gets ${incoming}`;
  if (!['relu', 'tanh', 'none'].includes(layer.activation)) return `has the activation ${layer.activation}`;
  return layer.kind === 'conv' ? convProblem(layer) : undefined;
}

function convProblem(layer: ConvLayer): string | undefined {
  if (layer.padding === 'same' && layer.kernel % 2 === 0)
    return `has an even kernel (${layer.kernel} x ${layer.kernel}) with padding 'same'`;
  if (outputSide(layer, layer.height) < 1 || outputSide(layer, layer.width) < 1)
    return `leaves nothing of planes of ${layer.height} x ${layer.width}`;
  return undefined;
}
