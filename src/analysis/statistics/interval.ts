import { mean, percentile, sampleStd, studentQuantile } from '../../numeric/stats.js';
import { uniform } from '../../numeric/rng.js';
import type { StreamKey } from '../../numeric/rng.js';

export interface Interval {
  readonly n: number;
  readonly mean: number;
  /** Standard error of the mean; NaN for a single value. */
  readonly standardError: number;
  /** Ends of the interval; NaN for a single value, which has none. */
  readonly lower: number;
  readonly upper: number;
  readonly kind: IntervalKind;
}

export type IntervalKind = 't' | 'bootstrap' | 'none';

/** Fewer values get a t interval: a percentile bootstrap of three covers at most 75 % (numerics 11.1). */
export const leastForBootstrap = 10;
const replicates = 10_000;

/**
 * Mean of independent values (at least one) with an interval that covers the true mean with probability `coverage`:
 * Student's t below ten values, the percentile bootstrap from ten on.
 *
 * @param key stream of the bootstrap: the same key resamples in the same way
 */
export function meanInterval(values: Float64Array, key: StreamKey, coverage = 0.95): Interval {
  const n = values.length;
  const centre = mean(values);
  if (n === 1) return { n, mean: centre, standardError: NaN, lower: NaN, upper: NaN, kind: 'none' };
  const standardError = sampleStd(values) / Math.sqrt(n);
  const known = { n, mean: centre, standardError };
  if (n < leastForBootstrap) {
    const half = studentQuantile((1 + coverage) / 2, n - 1) * standardError;
    return { ...known, lower: centre - half, upper: centre + half, kind: 't' };
  }
  const means = bootstrapMeans(values, key);
  const tail = (100 * (1 - coverage)) / 2;
  return {
    ...known,
    lower: percentile(means, tail),
    upper: percentile(means, 100 - tail),
    kind: 'bootstrap',
  };
}

/** Means of samples of the same size, drawn with replacement. */
function bootstrapMeans(values: Float64Array, key: StreamKey): Float64Array {
  const n = values.length;
  const means = new Float64Array(replicates);
  for (let replicate = 0; replicate < replicates; replicate++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[Math.floor(uniform(key, replicate, i) * n)];
    means[replicate] = sum / n;
  }
  return means;
}
