import { denseStack, networkOf } from './layers.js';
import { integerProblem } from './model.js';
import type { Model } from './model.js';

export interface BraxFields {
  readonly observations: number;
  readonly actions: number;
}

/**
 * The policies of the Brax tasks (numerics 3.2): two hidden tanh layers of 32; the output is squashed by tanh too,
 * because actions lie in [-1, 1]. Every bias is drawn from U[0, 0.05).
 */
export const mlpBrax: Model<BraxFields> = {
  summary: 'Policy with two hidden tanh layers of 32 and a tanh output.',
  fields: ['observations', 'actions'],
  problem: ({ observations, actions }) =>
    integerProblem('observations', observations, [1, 4096]) ?? integerProblem('actions', actions, [1, 1024]),
  build: ({ observations, actions }) =>
    networkOf(
      'mlp-brax',
      denseStack([observations, 32, 32, actions], {
        hiddenActivation: 'tanh',
        outputActivation: 'tanh',
        outputBias: 'uniform-0.05',
      }),
    ),
};
