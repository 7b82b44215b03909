import { networkOf } from './layers.js';
import { integerProblem } from './model.js';
import type { Model } from './model.js';

export interface MinAtarFields {
  /** Binary planes of the observation: 4 for Asterix and Breakout, 6 Space Invaders, 7 Freeway, 10 Seaquest. */
  readonly channels: number;
  /** Size of the minimal action set. */
  readonly actions: number;
}

const side = 10;
const features = 16;
const hidden = 48;

/** The MinAtar network on 10 x 10 x C grids (numerics 3.2): 3 x 3 convolution, dense, dense. */
export const cnnMinAtar: Model<MinAtarFields> = {
  summary: 'One 3 x 3 convolution and two dense layers, for 10 x 10 MinAtar grids.',
  fields: ['channels', 'actions'],
  problem: ({ channels, actions }) =>
    integerProblem('channels', channels, [1, 64]) ?? integerProblem('actions', actions, [1, 64]),
  build: ({ channels, actions }) =>
    networkOf('cnn-minatar', [
      {
        kind: 'conv',
        name: 'Conv_0',
        kernel: 3,
        height: side,
        width: side,
        inputs: channels,
        outputs: features,
        padding: 'same',
        activation: 'relu',
        pool: false,
        biasInit: 'uniform-0.05',
      },
      {
        kind: 'dense',
        name: 'Dense_0',
        inputs: side * side * features,
        outputs: hidden,
        activation: 'relu',
        biasInit: 'uniform-0.05',
      },
      {
        kind: 'dense',
        name: 'Dense_1',
        inputs: hidden,
        outputs: actions,
        activation: 'none',
        biasInit: 'zero',
      },
    ]),
};
