import type { Optimizer } from './optimizer.js';

const momentum = 0.9;
const maxSpeed = 0.3;
/** Keeps the division by a norm defined. */
const epsilon = 1e-8;

type State = { readonly velocity: Float64Array };

/**
 * ClipUp (Toklu et al. 2020, https://arxiv.org/abs/2008.02387): normalised gradient, momentum, limited speed.
 * D15: the release multiplies the velocity, which holds the learning rate already, by the learning rate again.
 */
export const clipUp: Optimizer<State> = {
  init: (dimensions) => ({ velocity: new Float64Array(dimensions) }),
  step: (state, { mean, gradient, learningRate, reading }) => {
    // w = .9 a + lrate g/||g||, shortened to the maximal speed
    const scale = learningRate / (norm(gradient) + epsilon);
    const wished = state.velocity.map((old, i) => momentum * old + scale * gradient[i]);
    const speed = norm(wished);
    const velocity = speed > maxSpeed ? wished.map((v) => v * (maxSpeed / (speed + epsilon))) : wished;
    const factor = reading === 'reference' ? learningRate : 1;
    return { mean: mean.map((value, i) => value - factor * velocity[i]), state: { velocity } };
  },
};

function norm(vector: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  return Math.sqrt(squares);
}
