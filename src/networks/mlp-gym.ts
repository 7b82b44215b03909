import type { NoFields } from './cnn-small.js';
import { denseStack, networkOf } from './layers.js';
import type { Model } from './model.js';

/**
 * The policies of the Gym tasks (numerics 3.2): two hidden tanh layers of 64 and a linear output. Every bias, the
 * output's included, is drawn from U[0, 0.05).
 */
function gymPolicy(model: string, observations: number, actions: number): Model<NoFields> {
  return {
    summary: `Policy ${observations}-64-64-${actions} with tanh.`,
    fields: [],
    problem: () => undefined,
    build: () =>
      networkOf(
        model,
        denseStack([observations, 64, 64, actions], {
          hiddenActivation: 'tanh',
          outputActivation: 'none',
          outputBias: 'uniform-0.05',
        }),
      ),
  };
}

export const mlpCartPole = gymPolicy('mlp-cartpole', 4, 2);
export const mlpAcrobot = gymPolicy('mlp-acrobot', 6, 3);
export const mlpPendulum = gymPolicy('mlp-pendulum', 3, 1);
