import { fillNormals } from '../numeric/noise.js';
import { sampleWithoutReplacement, uniform } from '../numeric/rng.js';
import type { StreamKey } from '../numeric/rng.js';
import type { Evaluate, NoiseSource } from './evolve.js';

/** Fresh standard normals in every generation, `rows` x `dimensions`, keyed by generation, row and coordinate. */
export function normalNoise(key: StreamKey, rows: number, dimensions: number): NoiseSource {
  const noise = new Float32Array(rows * dimensions);
  return (generation) => {
    for (let row = 0; row < rows; row++)
      fillNormals(noise.subarray(row * dimensions, (row + 1) * dimensions), key, generation, row);
    return noise;
  };
}

export interface Minibatches {
  readonly key: StreamKey;
  /** Training images to draw from: the first so many. */
  readonly available: number;
  /** Images per generation. */
  readonly batch: number;
  /** Search vectors as the network takes them. */
  readonly expand: (candidates: Float64Array) => Float64Array;
  /** out[k] = score of candidate k on the images `indices`. */
  readonly scores: (out: Float64Array, candidates: Float64Array, indices: Uint32Array) => Promise<void>;
}

/**
 * Common random numbers (numerics 2.1): in each generation all candidates see the same images, drawn without
 * replacement, independently of other generations. So ranks reflect parameters, not luck.
 */
export function minibatchFitness({ key, available, batch, expand, scores }: Minibatches): Evaluate {
  const indices = new Uint32Array(batch);
  return async (out, candidates, generation) => {
    sampleWithoutReplacement(indices, available, key, generation);
    await scores(out, expand(candidates), indices);
  };
}

/** Fitness that knows nothing of the candidates: the control that shows how far a mean drifts without selection. */
export function randomFitness(key: StreamKey): Evaluate {
  return async (out, _candidates, generation) => {
    for (let k = 0; k < out.length; k++) out[k] = uniform(key, generation, k);
  };
}
