import { pow } from '../numeric/math.js';
import type { Optimizer } from './optimizer.js';

/** beta1 is .99 in the reference library, not the usual .9. */
const beta1 = 0.99;
const beta2 = 0.999;
const epsilon = 1e-8;

type State = { readonly first: Float64Array; readonly second: Float64Array };

/** Adam (Kingma & Ba 2015, https://arxiv.org/abs/1412.6980): the step does not depend on the scale of the gradient. */
export const adam: Optimizer<State> = {
  init: (dimensions) => ({ first: new Float64Array(dimensions), second: new Float64Array(dimensions) }),
  step: (state, { mean, gradient, learningRate, earlier }) => {
    const n = mean.length;
    const first = new Float64Array(n);
    const second = new Float64Array(n);
    const next = new Float64Array(n);
    const correct1 = 1 - pow(beta1, earlier + 1);
    const correct2 = 1 - pow(beta2, earlier + 1);
    for (let i = 0; i < n; i++) {
      // a <- b1 a + (1 - b1) g, v <- b2 v + (1 - b2) g^2, m <- m - lrate ahat/(sqrt(vhat) + eps)
      const g = gradient[i];
      first[i] = beta1 * state.first[i] + (1 - beta1) * g;
      second[i] = beta2 * state.second[i] + (1 - beta2) * g * g;
      next[i] =
        mean[i] - (learningRate * (first[i] / correct1)) / (Math.sqrt(second[i] / correct2) + epsilon);
    }
    return { mean: next, state: { first, second } };
  },
};
