import type { Noise } from './strategy.js';

/** x_k = m + s_i z_ki for P independent rows of noise. `std` has length n. */
export function sampleSeparable(
  out: Float64Array,
  mean: Float64Array,
  std: Float64Array,
  noise: Noise,
): void {
  const n = mean.length;
  for (let offset = 0; offset < out.length; offset += n)
    for (let i = 0; i < n; i++) out[offset + i] = mean[i] + std[i] * noise[offset + i];
}

/** Rows of `out` that hold pair j of a mirrored population: mean + deviation, and mean - deviation. */
export interface PairRows {
  plus(pair: number): number;
  minus(pair: number): number;
}

/** Mirrored pairs in the rows that `pairs` says: x+ = m + s z, x- = m - s z. `noise` has P/2 rows. */
export function samplePairs(
  out: Float64Array,
  pairs: PairRows,
  { mean, std }: { mean: Float64Array; std: Float64Array },
  noise: Noise,
): void {
  const n = mean.length;
  for (let pair = 0; pair < out.length / (2 * n); pair++) {
    const plus = pairs.plus(pair) * n;
    const minus = pairs.minus(pair) * n;
    for (let i = 0; i < n; i++) {
      const deviation = std[i] * noise[pair * n + i];
      out[plus + i] = mean[i] + deviation;
      out[minus + i] = mean[i] - deviation;
    }
  }
}
