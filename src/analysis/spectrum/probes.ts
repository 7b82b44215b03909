import { fillNormals } from '../../numeric/noise.js';
import { uniform } from '../../numeric/rng.js';
import type { StreamKey } from '../../numeric/rng.js';

/** Signs +1 and -1 with equal chance: probe number `probe` of a stream. */
export function signProbe(dimension: number, key: StreamKey, probe: number): Float64Array {
  const out = new Float64Array(dimension);
  for (let i = 0; i < dimension; i++) out[i] = uniform(key, probe, i) < 0.5 ? -1 : 1;
  return out;
}

/** Standard normals: direction number `direction` of a stream. */
export function normalDirection(dimension: number, key: StreamKey, direction: number): Float64Array {
  return Float64Array.from(fillNormals(new Float32Array(dimension), key, 0, direction));
}
