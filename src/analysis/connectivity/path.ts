type Weights = Float32Array | Float64Array;

/** `points` evenly spaced places from 0 to 1, both included. @throws RangeError for fewer than two. */
export function alphasOf(points: number): Float64Array {
  if (!(Number.isInteger(points) && points >= 2))
    throw new RangeError(`a path has at least two points, its ends, not ${points}`);
  return Float64Array.from({ length: points }, (_, i) => i / (points - 1));
}

/**
 * out = a + alpha (b - a), dense: pruned entries count as 0. Both ends are copied, so that the path from a network to
 * itself is that network at every point, to the last bit (numerics 7.1).
 */
export function pathPoint(out: Float64Array, a: Weights, b: Weights, alpha: number): Float64Array {
  if (alpha === 0) out.set(a);
  else if (alpha === 1) out.set(b);
  else for (let i = 0; i < out.length; i++) out[i] = a[i] + alpha * (b[i] - a[i]);
  return out;
}
