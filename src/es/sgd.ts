import type { Optimizer } from './optimizer.js';

/** The gradient of the generation before, 0 at first. */
type State = { readonly previous: Float64Array };

/**
 * Stochastic gradient descent, m <- m - lrate g, without momentum as in the reference library. D15: the release
 * steps along the gradient of the generation before, so that its first step is zero and every other one is late.
 */
export const sgd: Optimizer<State> = {
  init: (dimensions) => ({ previous: new Float64Array(dimensions) }),
  step: ({ previous }, { mean, gradient, learningRate, reading }) => {
    const direction = reading === 'reference' ? previous : gradient;
    return {
      mean: mean.map((value, i) => value - learningRate * direction[i]),
      state: { previous: gradient },
    };
  },
};
