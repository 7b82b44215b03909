import { studentQuantile } from '../numeric/stats.js';

export interface MeanInterval {
  readonly n: number;
  readonly mean: number;
  /** Ends of the 95 % interval; equal to the mean when n = 1. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Mean and 95 % t interval of independent values (at least one): mean ± t(0.975, n - 1) · s / √n, with s the sample
 * standard deviation (divisor n - 1).
 */
export function meanInterval(values: readonly number[]): MeanInterval {
  const n = values.length;
  if (n === 0) throw new RangeError('the mean of no values');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, lower: mean, upper: mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { n, mean, lower: mean - half, upper: mean + half };
}
