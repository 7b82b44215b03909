/** Pearson's chi-square of counts against equal expectations; its mean is counts.length - 1. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/**
 * How many standard deviations a chi-square statistic lies from its mean (Wilson and Hilferty 1931): nearly a
 * standard normal number when the counts are fair.
 */
export function chiSquareScore(counts: readonly number[]): number {
  const freedom = counts.length - 1;
  const cube = Math.cbrt(chiSquare(counts) / freedom);
  return (cube - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
}

export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
  readonly kurtosis: number;
}

/** Kurtosis of a normal distribution is 3. */
export function moments(values: ArrayLike<number>): Moments {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i] / n;
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const d = values[i] - mean;
    second += (d * d) / n;
    third += (d * d * d) / n;
    fourth += (d * d * d * d) / n;
  }
  return { mean, variance: second, skewness: third / second ** 1.5, kurtosis: fourth / second ** 2 };
}

/** Pearson correlation. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [moments(a), moments(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - meanA.mean) * (b[i] - meanB.mean);
  return sum / a.length / Math.sqrt(meanA.variance * meanB.variance);
}
