import { cos, log } from './math.js';
import { uniform } from './rng.js';
import type { StreamKey } from './rng.js';

/** Standard deviation of N(0, 1) truncated to [-2, 2]: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)). */
export const truncatedNormalStd = 0.8796256610342398;

/**
 * Entry `index` of a stream of N(0, 1) truncated to [-2, 2], by rejection: the first of the normals
 * sqrt(-2 ln(1 - u)) cos(2 pi v) with |t| <= 2, where u and v are the uniform numbers 2 index and 2 index + 1 of
 * generation 0, 1, 2, ... of the stream (95 % of the first ones are accepted).
 */
export function truncatedNormal(key: StreamKey, index: number): number {
  for (let attempt = 0; ; attempt++) {
    const u = uniform(key, attempt, 2 * index);
    const v = uniform(key, attempt, 2 * index + 1);
    const normal = Math.sqrt(-2 * log(1 - u)) * cos(2 * Math.PI * v);
    if (Math.abs(normal) <= 2) return normal;
  }
}

/**
 * LeCun-normal weights (numerics 3.1): truncated normals scaled so that their variance is exactly 1 / fanIn and
 * |w| <= 2.2737 / sqrt(fanIn). LeCun, Bottou, Orr, Müller, "Efficient backprop" (1998).
 */
export function fillLecunNormal(out: Float64Array, fanIn: number, key: StreamKey): Float64Array {
  const scale = Math.sqrt(1 / fanIn) / truncatedNormalStd;
  for (let i = 0; i < out.length; i++) out[i] = scale * truncatedNormal(key, i);
  return out;
}

/** Uniform numbers in [0, limit): one-sided, as the biases of the policies are (numerics 3.1). */
export function fillUniform(out: Float64Array, limit: number, key: StreamKey): Float64Array {
  for (let i = 0; i < out.length; i++) out[i] = limit * uniform(key, 0, i);
  return out;
}
