import { norm, scaled } from '../vectors.js';
import { measurePairs } from './measure.js';
import type { Neighbourhood, Value } from './measure.js';

/** The direction made one long. */
export function unit(direction: Float64Array): Float64Array {
  return scaled(new Float64Array(direction.length), 1 / norm(direction), direction);
}

/** kappa(u) = (J(m + h u) + J(m - h u) - 2 J(m)) / h^2 of each direction, u = z / |z| (numerics 7.4). */
export async function directionalCurvatures(
  neighbourhood: Neighbourhood,
  step: number,
  centre: Value,
): Promise<Float64Array> {
  const { plus, minus } = await measurePairs(neighbourhood, step, unit);
  return Float64Array.from(plus, ({ loss }, k) => (loss + minus[k].loss - 2 * centre.loss) / (step * step));
}
