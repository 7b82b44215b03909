import { describe, expect, test } from 'vitest';
import { minibatchFitness, normalNoise, randomFitness } from '../../src/es/fitness.js';
import { fillNormals } from '../../src/numeric/noise.js';
import { streamKey } from '../../src/numeric/rng.js';

describe('minibatch fitness', () => {
  /** Score: sum over the batch of weight * index, so that it depends on the images. */
  const batches: number[][] = [];
  const evaluate = minibatchFitness({
    key: streamKey(7, 'minibatch'),
    available: 50,
    batch: 8,
    expand: (candidates) => candidates.map((value) => 2 * value),
    scores: async (out, candidates, indices) => {
      batches.push(Array.from(indices));
      out.forEach((_, k) => (out[k] = indices.reduce((total, index) => total + candidates[k] * index, 0)));
    },
  });
  const scoresOf = async (candidates: number[], generation: number): Promise<number[]> => {
    const out = new Float64Array(candidates.length);
    await evaluate(out, Float64Array.from(candidates), generation);
    return Array.from(out);
  };

  test('gives equal candidates equal scores within a generation, and other images to another one', async () => {
    const [a, b, c] = await scoresOf([1, 1, 2], 3);
    expect(a).toBe(b);
    expect(c).toBe(2 * a);
    expect(await scoresOf([1], 4)).not.toEqual([a]);
    expect(await scoresOf([1], 3)).toEqual([a]);
  });

  test('draws without replacement from the images that are available', async () => {
    for (let generation = 0; generation < 200; generation++) await scoresOf([1], generation);
    for (const batch of batches) {
      expect(new Set(batch).size).toBe(8);
      expect(Math.max(...batch)).toBeLessThan(50);
    }
    expect(new Set(batches.flat()).size).toBe(50);
  });
});

test('noise is keyed by generation and row, so that resuming needs no history', () => {
  const key = streamKey(1, 'noise');
  const source = normalNoise(key, 3, 5);
  const rows = Array.from(source(9));
  const direct = [0, 1, 2].flatMap((row) => {
    const out = new Float32Array(5);
    fillNormals(out, key, 9, row);
    return Array.from(out);
  });
  expect(rows).toEqual(direct);
  source(10);
  expect(Array.from(source(9))).toEqual(direct);
});

test('random fitness is fresh in every generation and the same for the same one', async () => {
  const evaluate = randomFitness(streamKey(1, 'fitness'));
  const values = async (generation: number): Promise<number[]> => {
    const out = new Float64Array(4);
    await evaluate(out, new Float64Array(4), generation);
    return Array.from(out);
  };
  expect(await values(1)).toEqual(await values(1));
  expect(new Set([...(await values(1)), ...(await values(2))]).size).toBe(8);
});
