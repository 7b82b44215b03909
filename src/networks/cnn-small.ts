import { networkOf } from './layers.js';
import type { Model } from './model.js';
import type { ConvLayer } from './network.js';

/** A network without free parameters. */
export type NoFields = Readonly<Record<never, never>>;

const convolution = {
  kind: 'conv',
  kernel: 5,
  padding: 'same',
  activation: 'relu',
  pool: true,
  biasInit: 'uniform-0.05',
} as const;
const conv0: ConvLayer = { ...convolution, name: 'Conv_0', height: 28, width: 28, inputs: 1, outputs: 8 };
const conv1: ConvLayer = { ...convolution, name: 'Conv_1', height: 14, width: 14, inputs: 8, outputs: 16 };

/** The MNIST network: two pooled 5 x 5 convolutions and one dense layer (numerics 3.2). 11 274 parameters. */
export const cnnSmall: Model<NoFields> = {
  summary: 'Two 5 x 5 convolutions (8 and 16 channels, pooled) and a dense layer, for 28 x 28 images.',
  fields: [],
  problem: () => undefined,
  build: () =>
    networkOf('cnn-small', [
      conv0,
      conv1,
      {
        kind: 'dense',
        name: 'Dense_0',
        inputs: 7 * 7 * 16,
        outputs: 10,
        activation: 'none',
        biasInit: 'zero',
      },
    ]),
};
