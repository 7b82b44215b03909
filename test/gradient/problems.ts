import type { Images } from '../../src/gradient/engine.js';
import { networkOf } from '../../src/networks/layers.js';
import { initialise } from '../../src/networks/initialise.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { Network } from '../../src/networks/network.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { Mask } from '../../src/numeric/mask.js';
import { fillNormals } from '../../src/numeric/noise.js';
import { streamKey, uniform } from '../../src/numeric/rng.js';

/** A network, a mask, weights and images: all that a loss is made of. */
export interface Problem {
  readonly network: Network;
  readonly mask: Mask;
  readonly weights: Float64Array;
  readonly images: Images;
}

export interface ProblemSize {
  readonly images: number;
  /** Share of the kernels' weights that is pruned. */
  readonly pruned: number;
}

/** Normal pixels, labels in turn, weights as initialised but with biases that matter. */
export function problemOf(network: Network, { images: count, pruned }: ProblemSize): Problem {
  const key = streamKey(1, 'problem');
  const { inputs, outputs, layout } = network;
  const pixels = new Float32Array(new SharedArrayBuffer(4 * count * inputs));
  fillNormals(pixels, key, 0, 0);
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  for (let i = 0; i < count; i++) labels[i] = i % outputs;
  const mask = fullMask(layout);
  const weights = initialise(network.layers, layout, key);
  for (const { kind, offset, size } of layout.tensors)
    for (let i = offset; i < offset + size; i++)
      if (kind === 'bias') weights[i] = uniform(key, 1, i) - 0.5;
      else if (uniform(key, 2, i) < pruned) mask[i] = 0;
  return { network, mask, weights, images: { pixels, labels, count, inputs } };
}

export const normals = (size: number, row: number): Float64Array =>
  Float64Array.from(fillNormals(new Float32Array(size), streamKey(2, 'directions'), 0, row));

/** 46 parameters, smooth. */
export const tanhMlp = (): Network => buildNetwork({ model: 'mlp', layers: [4, 5, 3], activation: 'tanh' });
/** 46 parameters, linear in pieces. */
export const reluMlp = (): Network => buildNetwork({ model: 'mlp', layers: [4, 5, 3], activation: 'relu' });

const conv = {
  kind: 'conv',
  kernel: 3,
  padding: 'same',
  pool: true,
  biasInit: 'uniform-0.05',
} as const;

/** Two small convolutions, one padded and pooled and one neither, and a dense layer: everything a layer can be. */
export function smallConvolutions(activation: 'tanh' | 'relu'): Network {
  return networkOf('test', [
    { ...conv, name: 'Conv_0', height: 6, width: 5, inputs: 1, outputs: 2, activation },
    {
      ...conv,
      name: 'Conv_1',
      height: 3,
      width: 2,
      inputs: 2,
      outputs: 3,
      activation,
      kernel: 2,
      padding: 'valid',
      pool: false,
    },
    { kind: 'dense', name: 'Dense_0', inputs: 6, outputs: 3, activation: 'none', biasInit: 'zero' },
  ]);
}

/** 10 x 10 x 4 and 28 x 28 x 1: the networks of the catalogue that convolve. */
export const minatar = (): Network => buildNetwork({ model: 'cnn-minatar', channels: 4, actions: 3 });
export const mnist = (): Network => buildNetwork({ model: 'cnn-small' });
