import type { Optimizer } from './optimizer.js';

/** mu of the reference library: no momentum, so that the trace is the gradient itself. */
const momentum = 0;

type State = { readonly trace: Float64Array };

/**
 * Stochastic gradient descent. D15: the release steps along the trace of the generation before, so that its first
 * step is zero and every other one is late; corrected is the trace that has just been computed.
 */
export const sgd: Optimizer<State> = {
  init: (dimensions) => ({ trace: new Float64Array(dimensions) }),
  step: (state, { mean, gradient, learningRate, reading }) => {
    const trace = state.trace.map((old, i) => gradient[i] + momentum * old);
    const direction = reading === 'reference' ? state.trace : trace;
    return { mean: mean.map((value, i) => value - learningRate * direction[i]), state: { trace } };
  },
};
