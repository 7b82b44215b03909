import { Type } from '@sinclair/typebox';
import { exp } from '../numeric/math.js';
import { separable } from './separable.js';
import type { SeparableRule, SeparableState } from './separable.js';
import type { Strategy } from './strategy.js';
import { centredPositions, softmax } from './weights.js';

const schema = Type.Object(
  {
    sigma_init: Type.Number({
      default: 0.1,
      exclusiveMinimum: 0,
      description: 'initial std of every coordinate',
    }),
    temperature: Type.Number({
      default: 12.5,
      exclusiveMinimum: 0,
      description: 'steepness of the discovered recombination weights',
    }),
    lrate_mean: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'learning rate of the mean',
    }),
    lrate_sigma: Type.Number({
      default: 0.1,
      minimum: 0,
      maximum: 1,
      description: 'learning rate of the std',
    }),
  },
  { additionalProperties: false },
);

/** Added to the variance of a generation: keeps the fixed point of the std at or above its root, 1e-3. */
const varianceFloor = 1e-6;

/** Discovered evolution strategy (Lange et al. 2023, https://arxiv.org/abs/2211.11260). */
export const des: Strategy<typeof schema, SeparableState> = {
  summary: 'discovered evolution strategy (Lange et al. 2023)',
  schema,
  antithetic: false,
  bind: (settings, problem) => {
    const { temperature, sigma_init: initialStd, lrate_mean: lrateMean, lrate_sigma: lrateStd } = settings;
    const weights = discoveredWeights(problem.popsize, temperature);
    const stdFloor = Math.sqrt(varianceFloor);
    const updateStd: SeparableRule['updateStd'] = (out, std, second) => {
      // sum w = 1, hence mbar - m = sum w (x - m). sbar is taken about the old mean, so it includes the step.
      for (let i = 0; i < out.length; i++)
        out[i] = std[i] + lrateStd * (Math.sqrt(second[i] + varianceFloor) - std[i]);
    };
    return separable({ weights, initialStd, lrateMean, lrateStd, stdFloor, updateStd }, problem);
  },
};

/** softmax_r(-20 logistic(T rho_r)): flat over roughly the best fifth, nearly 0 for the worse half. */
function discoveredWeights(popsize: number, temperature: number): Float64Array {
  return softmax(centredPositions(popsize).map((position) => -20 / (1 + exp(-temperature * position))));
}
