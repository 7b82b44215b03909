import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../src/networks/index.js';
import { fullMask, searchCoordinates } from '../../src/numeric/mask.js';
import { weightLimit } from '../../src/population/divergence.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import { cnnSmall, forwardCompiled, randomImages } from '../kernels/fixtures.js';

const mlp = buildNetwork({ model: 'mlp', layers: [6, 5, 4, 3], activation: 'relu' });

describe('the limit of a weight', () => {
  it.each([mlp, cnnSmall])(
    'is one at which the largest activation of $model is large but finite',
    (network) => {
      const images = randomImages(network, 1, 1);
      images.pixels.fill(2);
      const limit = weightLimit(network, 2);
      const weights = new Float32Array(network.layout.size).fill(limit);
      const [outputs] = forwardCompiled(network, fullMask(network.layout), weights, { images }).outputs;
      for (const output of outputs) {
        expect(output).toBeLessThan(1e37);
        expect(output).toBeGreaterThan(1e34);
      }
    },
  );
});

it('a candidate counts as diverged by any one of its weights', async () => {
  const mask = fullMask(mlp.layout);
  const images = randomImages(mlp, 5, 1);
  const evaluator = await createEvaluator({ network: mlp, mask, train: images, test: images, threads: 1 });
  const largest = Math.max(...images.pixels.map(Math.abs));
  const limit = weightLimit(mlp, largest);
  const n = searchCoordinates(mask).length;
  const candidates = new Float64Array(n * n);
  for (let k = 0; k < n; k++) candidates[k * n + k] = k % 2 === 0 ? NaN : -limit * 1.001;
  const out = new Float64Array(n);
  await evaluator.scores(out, candidates, Uint32Array.of(0, 1));
  expect([...out]).toEqual(Array<number>(n).fill(NaN));
  const within = new Float64Array(n * n);
  for (let k = 0; k < n; k++) within[k * n + k] = -limit;
  await evaluator.scores(out, within, Uint32Array.of(0, 1));
  expect([...out].every(Number.isFinite)).toBe(true);
  await evaluator.close();
});

it.each(['train', 'test'] as const)(
  'the limit counts the brightest pixel of both sets: of %s',
  async (bright) => {
    const mask = fullMask(mlp.layout);
    const dim = randomImages(mlp, 3, 1);
    const sets = {
      train: dim,
      test: dim,
      [bright]: { ...dim, pixels: dim.pixels.map((pixel) => pixel * 1e6) },
    };
    const evaluator = await createEvaluator({ network: mlp, mask, ...sets, threads: 1 });
    const limit = weightLimit(mlp, 1e6 * Math.max(...dim.pixels.map(Math.abs)));
    const n = searchCoordinates(mask).length;
    const out = new Float64Array(2);
    const candidates = new Float64Array(2 * n).fill(limit * 0.999, 0, n).fill(limit * 1.001, n);
    await evaluator.scores(out, candidates, Uint32Array.of(0, 1));
    await evaluator.close();
    expect([...out].map(Number.isNaN)).toEqual([false, true]);
  },
);

it('candidates that are not whole rows of search coordinates are refused', async () => {
  const mask = fullMask(mlp.layout);
  const images = randomImages(mlp, 3, 1);
  const evaluator = await createEvaluator({ network: mlp, mask, train: images, test: images, threads: 1 });
  const n = searchCoordinates(mask).length;
  const scores = evaluator.scores(new Float64Array(2), new Float64Array(2 * n + 1), Uint32Array.of(0));
  await expect(scores).rejects.toThrow(`${2 * n + 1} values are not 2 candidates of ${n} coordinates`);
  await evaluator.close();
});
