import { layoutOf } from '../numeric/layout.js';
import type { ModuleShape } from '../numeric/layout.js';
import type { Activation, BiasInit, ConvLayer, DenseLayer, Layer, Network } from './network.js';

/** What the layers of a fully connected network have in common. */
export interface DenseStyle {
  readonly hiddenActivation: Activation;
  readonly outputActivation: Activation;
  readonly outputBias: BiasInit;
}

/** Fully connected layers `Dense_0`, `Dense_1`, ... between consecutive sizes; hidden biases are uniform. */
export function denseStack(sizes: readonly number[], style: DenseStyle): DenseLayer[] {
  return sizes.slice(1).map((outputs, index) => {
    const last = index === sizes.length - 2;
    return {
      kind: 'dense',
      name: `Dense_${index}`,
      inputs: sizes[index],
      outputs,
      activation: last ? style.outputActivation : style.hiddenActivation,
      biasInit: last ? style.outputBias : 'uniform-0.05',
    };
  });
}

/** Adds the canonical layout and the outer sizes to a list of layers in the order of execution. */
export function networkOf(model: string, layers: readonly Layer[]): Network {
  return {
    model,
    inputs: inputSize(layers[0]),
    outputs: layers[layers.length - 1].outputs,
    layers,
    layout: layoutOf(layers.map(moduleShape)),
  };
}

function inputSize(layer: Layer): number {
  return layer.kind === 'conv' ? layer.height * layer.width * layer.inputs : layer.inputs;
}

/** Kernel axes as in the layout's conventions: conv (kh, kw, c_in, c_out), dense (in, out). */
function moduleShape(layer: Layer): ModuleShape {
  return { module: layer.name, bias: [layer.outputs], kernel: kernelShape(layer) };
}

export function kernelShape(layer: DenseLayer | ConvLayer): readonly number[] {
  if (layer.kind === 'dense') return [layer.inputs, layer.outputs];
  return [layer.kernel, layer.kernel, layer.inputs, layer.outputs];
}
