import { Type } from '@sinclair/typebox';
import { exp } from '../numeric/math.js';
import { moments } from './moments.js';
import { ascendingOrder } from './order.js';
import { sampleSeparable } from './sampling.js';
import type { BoundStrategy, Strategy } from './strategy.js';
import { centredPositions, effectiveSampleSize, softmax } from './weights.js';

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

type State = { readonly generation: number; readonly mean: Float64Array; readonly std: Float64Array };

/** Added to the variance of a generation: keeps the fixed point of the std at or above its root, 1e-3. */
const varianceFloor = 1e-6;

/** Discovered evolution strategy (Lange et al. 2023, https://arxiv.org/abs/2211.11260). */
export const des: Strategy<typeof schema, State> = {
  summary: 'discovered evolution strategy (Lange et al. 2023)',
  schema,
  antithetic: false,
  bind: (settings, { popsize, dimensions }): BoundStrategy<State> => {
    const weights = discoveredWeights(popsize, settings.temperature);
    const { lrate_mean: lrateMean, lrate_sigma: lrateStd } = settings;
    return {
      noiseRows: popsize,
      constants: { eta_m: lrateMean, eta_s: lrateStd, effective_sample_size: effectiveSampleSize(weights) },
      stdFloor: Math.sqrt(varianceFloor),
      init: (mean) => ({
        generation: 0,
        mean: mean.slice(),
        std: new Float64Array(dimensions).fill(settings.sigma_init),
      }),
      ask: (out, state, noise) => sampleSeparable(out, state.mean, state.std, noise),
      tell: (state, candidates, costs) => {
        const rows = ascendingOrder(costs);
        const about = state.mean;
        const { first, second } = moments({ candidates, about, rows, first: weights, second: weights });
        const mean = new Float64Array(dimensions);
        const std = new Float64Array(dimensions);
        for (let i = 0; i < dimensions; i++) {
          // sum w = 1, hence mbar - m = sum w (x - m). sbar is taken about the old mean, so it includes the step.
          mean[i] = about[i] + lrateMean * first[i];
          std[i] = state.std[i] + lrateStd * (Math.sqrt(second[i] + varianceFloor) - state.std[i]);
        }
        return { generation: state.generation + 1, mean, std };
      },
      distribution: ({ mean, std }) => ({ mean, std }),
      rates: () => ({ mean: lrateMean, std: lrateStd, path: 0 }),
    };
  },
};

/** softmax_r(-20 logistic(T rho_r)): flat over roughly the best fifth, nearly 0 for the worse half. */
function discoveredWeights(popsize: number, temperature: number): Float64Array {
  return softmax(centredPositions(popsize).map((position) => -20 / (1 + exp(-temperature * position))));
}
