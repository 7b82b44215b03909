import { Type } from '@sinclair/typebox';
import { exp, log } from '../numeric/math.js';
import { moments } from './moments.js';
import { ascendingOrder } from './order.js';
import { sampleSeparable } from './sampling.js';
import type { BoundStrategy, Strategy } from './strategy.js';
import { canonicalUtilities, centredPositions, effectiveSampleSize, softmax, sum } from './weights.js';

const schema = Type.Object(
  {
    sigma_init: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      description: 'initial std of every coordinate',
    }),
    temperature: Type.Number({
      default: 0,
      minimum: 0,
      description: 'of the softmax over ranks that weights the candidates; 0: the utilities of the paper',
    }),
    lrate_mean: Type.Number({ default: 1, exclusiveMinimum: 0, description: 'learning rate of the mean' }),
    lrate_sigma_scale: Type.Number({
      default: 1,
      minimum: 0,
      description: 'factor of the learning rate of the std, (3 + ln n)/(5 sqrt n)',
    }),
  },
  { additionalProperties: false },
);

type State = { readonly generation: number; readonly mean: Float64Array; readonly std: Float64Array };

/** Separable natural evolution strategy (Wierstra et al. 2014, https://jmlr.org/papers/v15/wierstra14a.html). */
export const snes: Strategy<typeof schema, State> = {
  summary: 'separable exponential natural evolution strategy (Wierstra et al. 2014)',
  schema,
  antithetic: false,
  bind: (settings, { popsize, dimensions, rateDimensions }): BoundStrategy<State> => {
    const weights = utilities(popsize, settings.temperature);
    const total = sum(weights);
    const lrateMean = settings.lrate_mean;
    const lrateStd =
      ((3 + log(rateDimensions)) / (5 * Math.sqrt(rateDimensions))) * settings.lrate_sigma_scale;
    return {
      noiseRows: popsize,
      constants: { eta_m: lrateMean, eta_s: lrateStd, effective_sample_size: effectiveSampleSize(weights) },
      stdFloor: 0,
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
          // Both from the old std s, with y = (x - m)/s: m' = m + eta_m s sum w y, s' = s exp(eta_s/2 sum w (y^2 - 1)).
          mean[i] = about[i] + lrateMean * first[i];
          const excess = second[i] / (state.std[i] * state.std[i]) - total;
          std[i] = state.std[i] * exp((lrateStd / 2) * excess);
        }
        return { generation: state.generation + 1, mean, std };
      },
      distribution: ({ mean, std }) => ({ mean, std }),
      rates: () => ({ mean: lrateMean, std: lrateStd, path: 0 }),
    };
  },
};

/** Weights of the ranks, best first: softmax(-T rho) for T > 0 (sum 1, all positive), else those of the paper. */
function utilities(popsize: number, temperature: number): Float64Array {
  if (temperature === 0) return canonicalUtilities(popsize);
  return softmax(centredPositions(popsize).map((position) => -temperature * position));
}
