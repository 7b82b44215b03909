import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { UserError } from '../base/result.js';
import type { StateRecord } from '../numeric/snapshot.js';
import { gradientSettings } from './gradient-settings.js';
import { moments } from './moments.js';
import type { Optimizer } from './optimizer.js';
import { optimizers } from './optimizers.js';
import { ascendingOrder } from './order.js';
import { samplePairs } from './sampling.js';
import { decayed } from './schedule.js';
import type { BoundStrategy, Reading, Strategy } from './strategy.js';
import { sum } from './weights.js';

const schema = Type.Object(
  {
    ...gradientSettings({ lrate: 0.15, sigma: 0.1 }),
    sigma_lrate: Type.Number({ default: 0.1, minimum: 0, description: 'learning rate of the std' }),
    sigma_max_change: Type.Number({
      default: 0.2,
      minimum: 0,
      maximum: 1,
      description: 'largest relative change of a std per generation',
    }),
    elite_ratio: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'share of the mirrored pairs that is used, the best first',
    }),
  },
  { additionalProperties: false },
);

type State = {
  readonly generation: number;
  readonly mean: Float64Array;
  readonly std: Float64Array;
  readonly learningRate: number;
  readonly optimizer: StateRecord;
};

/** Rows 2j and 2j + 1 of the population are a pair. */
const neighbours = { plus: (pair: number) => 2 * pair, minus: (pair: number) => 2 * pair + 1 };

/** Policy gradients with parameter-based exploration (Sehnke et al. 2010, https://doi.org/10.1016/j.neunet.2009.12.004). */
export const pgpe: Strategy<typeof schema, State> = {
  summary: 'parameter-exploring policy gradients with mirrored samples (Sehnke et al. 2010)',
  schema,
  antithetic: true,
  bind: (settings, { popsize, dimensions, reading }): BoundStrategy<State> => {
    if (reading === 'reference' && settings.elite_ratio < 1)
      throw new UserError(
        `pgpe: elite_ratio ${settings.elite_ratio} cannot be had with "reading: reference" (the released code fails on it); use elite_ratio 1 or "reading: corrected"`,
      );
    const optimizer: Optimizer = optimizers[settings.optimizer];
    const elites = Math.max(1, Math.floor((popsize / 2) * settings.elite_ratio));
    return {
      noiseRows: popsize / 2,
      constants: { eta_s: settings.sigma_lrate },
      stdFloor: settings.sigma_limit,
      init: (mean) => ({
        generation: 0,
        mean: mean.slice(),
        std: new Float64Array(dimensions).fill(settings.sigma_init),
        learningRate: settings.lrate_init,
        optimizer: optimizer.init(dimensions),
      }),
      ask: (out, state, noise) => samplePairs(out, neighbours, state, noise),
      tell: (state, candidates, costs) => {
        const { generation, mean: about, learningRate } = state;
        const weights = pairWeights(costs, elites, reading);
        const { first, second } = moments({ candidates, about, ...weights });
        const step = { mean: about, gradient: first, learningRate, earlier: generation, reading };
        const moved = optimizer.step(state.optimizer, step);
        return {
          generation: generation + 1,
          mean: moved.mean,
          std: nextStd(state.std, { squares: second, total: sum(weights.second) }, settings, reading),
          learningRate: decayed(learningRate, settings.lrate_decay, settings.lrate_limit),
          optimizer: moved.state,
        };
      },
      distribution: ({ mean, std }) => ({ mean, std }),
      rates: (state) => ({ mean: state.learningRate, std: settings.sigma_lrate, path: 0 }),
    };
  },
};

/**
 * Which deviations e_j = x_2j - m enter, and with what weights: (f+ - f-)/(2|E|) in the gradient of the mean,
 * (a_j - b)/|E| in that of the std, where a_j = (f+ + f-)/2 and b is the mean over the elite.
 *
 * D2: the release takes the a_j in the order of the sorted pairs and the e_j in the order of sampling.
 */
function pairWeights(costs: Float64Array, elites: number, reading: Reading) {
  const pairs = costs.length / 2;
  const plus = Float64Array.from({ length: pairs }, (_, j) => costs[2 * j]);
  const minus = Float64Array.from({ length: pairs }, (_, j) => costs[2 * j + 1]);
  const elite = ascendingOrder(plus.map((cost, j) => Math.min(cost, minus[j]))).subarray(0, elites);
  const inSampledOrder = elite.slice().sort();
  const differenceOf = (j: number): number => (plus[j] - minus[j]) / (2 * elites);
  const averages = Float64Array.from(elite, (j) => (plus[j] + minus[j]) / 2);
  const baseline = sum(averages) / elites;
  const rows = reading === 'reference' ? inSampledOrder : elite;
  return {
    rows: rows.map((j) => 2 * j),
    first: Float64Array.from(rows, differenceOf),
    second: averages.map((average) => (average - baseline) / elites),
  };
}

/**
 * s - eta D with D = (sum_j w_j e_j^2 - s^2 sum_j w_j)/s, limited to a relative change, decayed and floored.
 * D2: the release ascends.
 */
function nextStd(
  std: Float64Array,
  { squares, total }: { readonly squares: Float64Array; readonly total: number },
  settings: Static<typeof schema>,
  reading: Reading,
): Float64Array {
  const rate = reading === 'reference' ? settings.sigma_lrate : -settings.sigma_lrate;
  const least = 1 - settings.sigma_max_change;
  const most = 1 + settings.sigma_max_change;
  const next = new Float64Array(std.length);
  for (let i = 0; i < std.length; i++) {
    const s = std[i];
    const wished = s + (rate * (squares[i] - s * s * total)) / s;
    next[i] = decayed(
      Math.min(most * s, Math.max(least * s, wished)),
      settings.sigma_decay,
      settings.sigma_limit,
    );
  }
  return next;
}
