import { mean, sampleStd } from '../../numeric/stats.js';

export interface Estimate {
  readonly mean: number;
  /** Standard error of the mean; NaN for a single value. */
  readonly standardError: number;
}

/** Mean of independent values and its standard error. */
export function estimateOf(values: ArrayLike<number>): Estimate {
  return { mean: mean(values), standardError: sampleStd(values) / Math.sqrt(values.length) };
}
