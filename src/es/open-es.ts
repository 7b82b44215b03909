import { Type } from '@sinclair/typebox';
import type { StateRecord } from '../numeric/snapshot.js';
import { gradientSettings } from './gradient-settings.js';
import { moments } from './moments.js';
import type { Optimizer } from './optimizer.js';
import { optimizers } from './optimizers.js';
import { samplePairs } from './sampling.js';
import { decayed } from './schedule.js';
import type { BoundStrategy, Strategy } from './strategy.js';

const schema = Type.Object(gradientSettings({ lrate: 0.05, sigma: 0.03 }), { additionalProperties: false });

type State = {
  readonly generation: number;
  readonly mean: Float64Array;
  /** sigma, one for all coordinates. */
  readonly stepSize: number;
  readonly learningRate: number;
  readonly optimizer: StateRecord;
};

/** Evolution strategy with mirrored sampling (Salimans et al. 2017, https://arxiv.org/abs/1703.03864). */
export const openEs: Strategy<typeof schema, State> = {
  summary: 'mirrored samples of one std and a gradient optimizer (Salimans et al. 2017)',
  schema,
  antithetic: true,
  bind: (settings, { popsize, dimensions, reading }): BoundStrategy<State> => {
    const optimizer: Optimizer = optimizers[settings.optimizer];
    const half = popsize / 2;
    const blocks = { plus: (pair: number) => pair, minus: (pair: number) => half + pair };
    const rows = Uint32Array.from({ length: popsize }, (_, k) => k);
    const spread = (state: State): Float64Array => new Float64Array(dimensions).fill(state.stepSize);
    return {
      noiseRows: half,
      constants: {},
      stdFloor: settings.sigma_limit,
      init: (mean) => ({
        generation: 0,
        mean: mean.slice(),
        stepSize: settings.sigma_init,
        learningRate: settings.lrate_init,
        optimizer: optimizer.init(dimensions),
      }),
      ask: (out, state, noise) => samplePairs(out, blocks, { mean: state.mean, std: spread(state) }, noise),
      tell: (state, candidates, costs) => {
        const { generation, mean: about, stepSize, learningRate } = state;
        // g = 1/(P sigma) sum f_k (x_k - m)/sigma
        const weights = costs.map((cost) => cost / (popsize * stepSize * stepSize));
        const { first: gradient } = moments({ candidates, about, rows, first: weights, second: weights });
        const step = { mean: about, gradient, learningRate, earlier: generation, reading };
        const moved = optimizer.step(state.optimizer, step);
        return {
          generation: generation + 1,
          mean: moved.mean,
          stepSize: decayed(stepSize, settings.sigma_decay, settings.sigma_limit),
          learningRate: decayed(learningRate, settings.lrate_decay, settings.lrate_limit),
          optimizer: moved.state,
        };
      },
      distribution: (state) => ({ mean: state.mean, std: spread(state) }),
      rates: (state) => ({ mean: state.learningRate, std: 0, path: 0 }),
    };
  },
};
