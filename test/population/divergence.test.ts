import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../src/networks/index.js';
import { initialise } from '../../src/networks/initialise.js';
import type { Network } from '../../src/networks/network.js';
import { answerReference } from '../../src/numeric/kernels/reference/loss.js';
import { fullMask, searchCoordinates } from '../../src/numeric/mask.js';
import { streamKey } from '../../src/numeric/rng.js';
import { weightLimit } from '../../src/population/divergence.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import { cnnSmall, forwardCompiled, randomImages } from '../kernels/fixtures.js';
import { forwardReference } from '../kernels/network-reference.js';

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
  const bad = [NaN, Infinity, -1e38];
  const candidates = new Float64Array(n * n).fill(limit);
  for (let k = 0; k < n; k++) candidates[k * n + k] = bad[k % 3]!;
  const out = new Float64Array(n);
  await evaluator.scores(out, candidates, Uint32Array.of(0, 1));
  expect([...out]).toEqual(Array<number>(n).fill(NaN));
  const within = new Float64Array(n * n);
  for (let k = 0; k < n; k++) within[k * n + k] = -limit;
  await evaluator.scores(out, within, Uint32Array.of(0, 1));
  expect([...out].every(Number.isFinite)).toBe(true);
  await evaluator.close();
});

describe('beyond the limit of a weight the sums decide', () => {
  const images = randomImages(mlp, 3, 1);
  const mask = fullMask(mlp.layout);
  const tanh = buildNetwork({ model: 'mlp', layers: [6, 5, 4, 3], activation: 'tanh' });
  const limit = weightLimit(mlp, Math.max(...images.pixels.map(Math.abs)));
  /** The only weights that are not zero, by tensor; whether that is computed. */
  const cases: [string, { network?: Network; values: Readonly<Record<string, number>>; finite: boolean }][] =
    [
      ['one large bias', { values: { 'Dense_0/bias': 1e30 }, finite: true }],
      [
        'a large bias that is carried on',
        { values: { 'Dense_0/bias': 1e30, 'Dense_1/kernel': 1e5 }, finite: true },
      ],
      [
        'a bias that grows too large',
        { values: { 'Dense_0/bias': 1e30, 'Dense_1/kernel': 1e7 }, finite: false },
      ],
      [
        'a bias that grows too large in the last layer',
        { values: { 'Dense_1/bias': 1e30, 'Dense_2/kernel': 1e7 }, finite: false },
      ],
      ['a bias too large', { values: { 'Dense_2/bias': 2e36 }, finite: false }],
      [
        'a large bias that is squashed',
        { network: tanh, values: { 'Dense_0/bias': 9e35, 'Dense_1/kernel': 1e35 }, finite: true },
      ],
    ];
  it.each(cases)('%s', async (_, { network = mlp, values, finite }) => {
    const weights = new Float32Array(network.layout.size);
    for (const { path, offset, size } of network.layout.tensors)
      weights.fill(values[path] ?? 0, offset, offset + size);
    const sets = { train: images, test: images };
    const evaluator = await createEvaluator({ network, mask, ...sets, threads: 1 });
    // Whatever was computed before leaves no trace.
    const others = [
      new Float32Array(weights.length).fill(limit / 2),
      new Float32Array(weights.length).fill(1e37),
    ];
    const results = await evaluator.evaluateMany([...others, weights, ...others], 'test');
    await evaluator.close();
    expect(Math.max(...weights)).toBeGreaterThan(weightLimit(network, 10));
    expect(results.map(({ loss }) => Number.isFinite(loss))).toEqual([true, false, finite, true, false]);
    if (!finite) return;
    const right = [0, 1, 2].filter((image) => {
      const pixels = images.pixels.slice(image * images.inputs, (image + 1) * images.inputs);
      return answerReference(forwardReference(network, weights, mask, pixels)) === images.labels[image];
    });
    expect(results[2]!.accuracy).toBe(right.length / 3);
  });

  it('a network of 40 layers as it is initialised can be trained', async () => {
    const deep = buildNetwork({
      model: 'mlp',
      layers: [6, ...Array<number>(40).fill(32), 3],
      activation: 'relu',
    });
    const weights = initialise(deep.layers, deep.layout, streamKey(1, 'init'));
    expect(Math.max(...weights)).toBeGreaterThan(weightLimit(deep, 1));
    const evaluator = await createEvaluator({
      ...{ network: deep, mask: fullMask(deep.layout), train: images, test: images, threads: 1 },
    });
    const [result] = await evaluator.evaluateMany([weights], 'test');
    await evaluator.close();
    // As good as guessing among three.
    expect(result!.loss).toBeCloseTo(Math.log(3), 1);
  });
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
    const candidates = new Float64Array(2 * n).fill(limit * 0.999, 0, n).fill(limit * 2, n);
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
