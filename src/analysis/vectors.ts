/** Sums run in the order of the entries, in float64: the same bytes everywhere. */
type Values = ArrayLike<number>;

export function dot(a: Values, b: Values): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Euclidean length. */
export function norm(a: Values): number {
  return Math.sqrt(dot(a, a));
}

/** Euclidean distance of two vectors of the same length. */
export function distance(a: Values, b: Values): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return Math.sqrt(sum);
}

/** out <- out + factor * vector */
export function addScaled(out: Float64Array, factor: number, vector: Values): Float64Array {
  for (let i = 0; i < out.length; i++) out[i] += factor * vector[i];
  return out;
}

/** out <- factor * vector */
export function scaled(out: Float64Array, factor: number, vector: Values): Float64Array {
  for (let i = 0; i < out.length; i++) out[i] = factor * vector[i];
  return out;
}
