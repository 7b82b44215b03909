import { moments } from './moments.js';
import { ascendingOrder } from './order.js';
import { sampleSeparable } from './sampling.js';
import type { BoundStrategy, SearchProblem } from './strategy.js';
import { effectiveSampleSize } from './weights.js';

/** A search distribution with a mean and a std of its own for every coordinate. */
export type SeparableState = {
  readonly generation: number;
  readonly mean: Float64Array;
  readonly std: Float64Array;
};

export interface SeparableRule {
  /** Of the candidates from best to worst. */
  readonly weights: Float64Array;
  readonly initialStd: number;
  readonly lrateMean: number;
  readonly lrateStd: number;
  readonly stdFloor: number;
  /**
   * Writes the next std into `out`.
   *
   * @param second sum_r w_r (x_r - m)^2, about the old mean
   */
  readonly updateStd: (out: Float64Array, std: Float64Array, second: Float64Array) => void;
}

/**
 * What snes and des share: P independent samples x = m + s z, and m' = m + eta_m sum_r w_r (x_r - m). They differ in
 * the weights w and in how the std s follows. Both updates are made from the old state.
 */
export function separable(
  { weights, initialStd, lrateMean, lrateStd, stdFloor, updateStd }: SeparableRule,
  { popsize, dimensions }: SearchProblem,
): BoundStrategy<SeparableState> {
  return {
    noiseRows: popsize,
    constants: { eta_m: lrateMean, eta_s: lrateStd, effective_sample_size: effectiveSampleSize(weights) },
    stdFloor,
    init: (mean) => ({
      generation: 0,
      mean: mean.slice(),
      std: new Float64Array(dimensions).fill(initialStd),
    }),
    ask: (out, state, noise) => sampleSeparable(out, state.mean, state.std, noise),
    tell: (state, candidates, costs) => {
      const rows = ascendingOrder(costs);
      const about = state.mean;
      const { first, second } = moments({ candidates, about, rows, first: weights, second: weights });
      const mean = new Float64Array(dimensions);
      for (let i = 0; i < dimensions; i++) mean[i] = about[i] + lrateMean * first[i];
      const std = new Float64Array(dimensions);
      updateStd(std, state.std, second);
      return { generation: state.generation + 1, mean, std };
    },
    distribution: ({ mean, std }) => ({ mean, std }),
    rates: () => ({ mean: lrateMean, std: lrateStd, path: 0 }),
  };
}
