import { Type } from '@sinclair/typebox';
import { exp, log } from '../numeric/math.js';
import { separable } from './separable.js';
import type { SeparableRule, SeparableState } from './separable.js';
import type { Strategy } from './strategy.js';
import { canonicalUtilities, centredPositions, softmax, sum } from './weights.js';

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

/** Separable natural evolution strategy (Wierstra et al. 2014, https://jmlr.org/papers/v15/wierstra14a.html). */
export const snes: Strategy<typeof schema, SeparableState> = {
  summary: 'separable exponential natural evolution strategy (Wierstra et al. 2014)',
  schema,
  antithetic: false,
  bind: (settings, problem) => {
    const { sigma_init: initialStd, lrate_mean: lrateMean } = settings;
    const weights = utilities(problem.popsize, settings.temperature);
    const total = sum(weights);
    const n = problem.rateDimensions;
    const lrateStd = ((3 + log(n)) / (5 * Math.sqrt(n))) * settings.lrate_sigma_scale;
    const updateStd: SeparableRule['updateStd'] = (out, std, second) => {
      // With y = (x - m)/s: m' = m + eta_m s sum w y, s' = s exp(eta_s/2 sum w (y^2 - 1)).
      for (let i = 0; i < out.length; i++) {
        const excess = second[i] / (std[i] * std[i]) - total;
        out[i] = std[i] * exp((lrateStd / 2) * excess);
      }
    };
    return separable({ weights, initialStd, lrateMean, lrateStd, stdFloor: 0, updateStd }, problem);
  },
};

/** Weights of the ranks, best first: softmax(-T rho) for T > 0 (sum 1, all positive), else those of the paper. */
function utilities(popsize: number, temperature: number): Float64Array {
  if (temperature === 0) return canonicalUtilities(popsize);
  return softmax(centredPositions(popsize).map((position) => -temperature * position));
}
