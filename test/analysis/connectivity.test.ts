import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { assign } from '../../src/analysis/connectivity/assignment.js';
import { barriersOf } from '../../src/analysis/connectivity/barrier.js';
import { barrierCells } from '../../src/analysis/connectivity/connect.js';
import { hiddenLayers, permuteUnits } from '../../src/analysis/connectivity/hidden-layers.js';
import { alphasOf, pathPoint } from '../../src/analysis/connectivity/path.js';
import { matchUnits } from '../../src/analysis/connectivity/weight-matching.js';
import { distance } from '../../src/analysis/vectors.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { initialise } from '../../src/networks/initialise.js';
import { fullMask } from '../../src/numeric/mask.js';
import { permutation, streamKey, uniform } from '../../src/numeric/rng.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import { randomImages, randomWeights } from './reference-net.js';

describe('a path', () => {
  test('has its ends copied: a network to itself is that network at every point', () => {
    const a = randomWeights(50, 3);
    const out = new Float64Array(50);
    for (const alpha of alphasOf(30)) expect(pathPoint(out, a, a, alpha)).toEqual(a);
    const b = randomWeights(50, 3, 2);
    expect(pathPoint(out, a, b, 1)).toEqual(b);
    expect(pathPoint(out, a, b, 0.25)[7]).toBe(a[7] + 0.25 * (b[7] - a[7]));
  });

  test('has evenly spaced points with both ends, at least two', () => {
    expect([...alphasOf(5)]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(alphasOf(30)[29]).toBe(1);
    for (const points of [0, 1, 2.5])
      expect(() => alphasOf(points)).toThrow(`at least two points, its ends, not ${points}`);
  });
});

describe('barriers', () => {
  /** Errors and losses; fc.double draws by bits, so that nearly all of its numbers are next to 0. */
  const measured = fc.integer({ min: 0, max: 10_000 }).map((thousandths) => thousandths / 1000);

  test('are exactly 0 where nothing changes, whatever the value', () => {
    fc.assert(
      fc.property(measured, fc.integer({ min: 2, max: 40 }), (value, points) => {
        const values = new Float64Array(points).fill(value);
        expect(barriersOf(alphasOf(points), values)).toEqual({ mean: 0, chord: 0 });
      }),
    );
  });

  test('differ where the ends do: the chord version does not count a worse end', () => {
    const { mean, chord } = barriersOf([0, 0.5, 1], [0, 0.2, 0.4]);
    expect(mean).toBeCloseTo(0.2, 15);
    expect(chord).toBe(0);
    const bump = barriersOf([0, 0.5, 1], [0.1, 0.5, 0.3]);
    expect(bump.mean).toBeCloseTo(0.3, 15);
    expect(bump.chord).toBeCloseTo(0.3, 15);
    expect(barriersOf([0, 0.25, 1], [0, 0.3, 0.4]).chord).toBeCloseTo(0.2, 15);
  });

  test('of ends alone are no chord: they lie on it, whatever rounding makes of it', () => {
    fc.assert(
      fc.property(measured, measured, (start, last) => {
        expect(barriersOf([0, 1], [start, last]).chord).toBe(0);
      }),
    );
    // 0.2 + (0.9 - 0.2) is less than 0.9 in floating point.
    expect(barriersOf([0, 0.5, 1], [0.2, 0.1, 0.9]).chord).toBe(0);
  });

  test.each([NaN, Infinity, -Infinity])('are unknown when a point has diverged to %s', (lost) => {
    for (const values of [
      [0, lost, 0],
      [lost, 0, 0],
      [0, 0, lost],
    ])
      expect(barriersOf([0, 0.5, 1], values)).toEqual({ mean: NaN, chord: NaN });
  });
});

test('the cells of a path are the barriers and the ends of each measurement', () => {
  const path = [1, 8, 4].map((value, i) => ({
    alpha: i / 2,
    values: { train_error: value, train_loss: 2 * value, test_error: 3 * value, test_loss: 4 * value },
  }));
  const cells = (name: string, factor: number) => ({
    [`${name}_barrier`]: factor * (8 - 2.5),
    [`${name}_chord`]: factor * (8 - 2.5),
    [`${name}_a`]: factor,
    [`${name}_b`]: 4 * factor,
  });
  expect(barrierCells(path)).toEqual({
    ...cells('train_error', 1),
    ...cells('train_loss', 2),
    ...cells('test_error', 3),
    ...cells('test_loss', 4),
  });
});

describe('the assignment', () => {
  test('is the cheapest of all permutations', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 6 })
          .chain((n) => fc.array(fc.integer({ min: -20, max: 20 }), { minLength: n * n, maxLength: n * n })),
        (costs) => {
          const n = Math.sqrt(costs.length);
          const found = assign(costs, n);
          expect([...found].sort()).toEqual(Array.from({ length: n }, (_, i) => i));
          const total = (order: ArrayLike<number>) =>
            Array.from(order).reduce((sum, column, row) => sum + costs[row * n + column], 0);
          expect(total(found)).toBe(Math.min(...permutations(n).map(total)));
        },
      ),
    );
  });
});

function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, place) => [...rest.slice(0, place), n - 1, ...rest.slice(place)]),
  );
}

const specs: readonly NetworkSpec[] = [
  { model: 'mlp', layers: [20, 16, 8, 5], activation: 'relu' },
  { model: 'mlp', layers: [20, 16, 8, 5], activation: 'tanh' },
  { model: 'cnn-small' },
];

test('every layer but the last has hidden units: as many as its outputs or channels', () => {
  const counts = specs.map((spec) => {
    const { layout, layers } = buildNetwork(spec);
    const modules = layers.map(({ name }) => name);
    return hiddenLayers(layout, modules).map(({ module, units }) => [module, units.length]);
  });
  const dense = [
    ['Dense_0', 16],
    ['Dense_1', 8],
  ];
  const channels = [
    ['Conv_0', 8],
    ['Conv_1', 16],
  ];
  expect(counts).toEqual([dense, dense, channels]);
});

test('a hidden unit is its bias, its column of the kernel, then its rows of the next one', () => {
  const { layout } = buildNetwork({ model: 'mlp', layers: [2, 3, 2], activation: 'relu' });
  // 0: biases, 3: a kernel of 2 x 3, 9: biases, 11: a kernel of 3 x 2
  const [{ units, incoming }] = hiddenLayers(layout, ['Dense_0', 'Dense_1']);
  expect(units.map((positions) => [...positions])).toEqual([
    [0, 3, 6, 11, 12],
    [1, 4, 7, 13, 14],
    [2, 5, 8, 15, 16],
  ]);
  expect(incoming).toBe(3);
});

test('weight matching undoes any permutation, also where the order as it is would be a dead end', () => {
  const network = buildNetwork({ model: 'mlp', layers: [3, 7, 7, 7, 3], activation: 'tanh' });
  const modules = network.layers.map(({ name }) => name);
  const layers = hiddenLayers(network.layout, modules);
  for (let seed = 0; seed < 20; seed++) {
    const weights = initialise(network.layers, network.layout, streamKey(seed, 'init'));
    const shuffled = layers.reduce((all, layer, i) => {
      const order = permutation(new Uint32Array(layer.units.length), streamKey(seed, 'order', i), 0);
      return permuteUnits(all, layer, order);
    }, weights);
    expect(matchUnits(weights, shuffled, layers).aligned).toEqual(weights);
  }
});

test('weight matching undoes permutations where few weights are left to tell units apart, and no biases', () => {
  for (const spec of [
    specs[0],
    { model: 'mlp', layers: [16, 20, 20, 20, 10], activation: 'relu' },
  ] as const) {
    const { layout, layers: ordered } = buildNetwork(spec);
    const layers = hiddenLayers(
      layout,
      ordered.map(({ name }) => name),
    );
    for (let seed = 0; seed < 10; seed++) {
      const weights = new Float64Array(layout.size);
      for (const { kind, offset, size } of layout.tensors)
        for (let i = offset; i < offset + size; i++)
          if (kind === 'kernel' && uniform(streamKey(seed, 'kept'), 0, i) < 0.05)
            weights[i] = uniform(streamKey(seed, 'value'), 0, i) - 0.5;
      const shuffled = layers.reduce((all, layer, i) => {
        const order = permutation(new Uint32Array(layer.units.length), streamKey(seed, 'order', i), 0);
        return permuteUnits(all, layer, order);
      }, weights);
      expect(matchUnits(weights, shuffled, layers).aligned).toEqual(weights);
    }
  }
});

describe.each(specs)('hidden units of %o', (spec) => {
  const network = buildNetwork(spec);
  const layers = hiddenLayers(
    network.layout,
    network.layers.map(({ name }) => name),
  );
  const weightsOf = (seed: number) => initialise(network.layers, network.layout, streamKey(seed, 'init'));
  const shuffled = (weights: Float64Array) =>
    layers.reduce((all, layer, i) => {
      const order = permutation(new Uint32Array(layer.units.length), streamKey(3, 'order', i), 0);
      return permuteUnits(all, layer, order);
    }, weights);

  test('in another order make the same function', async () => {
    const images = randomImages(network.inputs, network.outputs, 8);
    const mask = fullMask(network.layout);
    const evaluator = await createEvaluator({ network, mask, train: images, test: images, threads: 1 });
    const weights = weightsOf(1);
    const other = shuffled(weights);
    const [a, b] = await evaluator.evaluateMany([weights, other], 'train');
    await evaluator.close();
    expect(distance(weights, other)).toBeGreaterThan(1);
    expect(b.accuracy).toBe(a.accuracy);
    expect(Math.abs(b.loss - a.loss)).toBeLessThan(1e-5);
  });

  test('are put back exactly by weight matching, also in a sparse network', () => {
    const sparse = weightsOf(1).map((value, i) => (uniform(streamKey(5), 0, i) < 0.6 ? value : 0));
    for (const weights of [weightsOf(1), sparse]) {
      const { aligned, moved } = matchUnits(weights, shuffled(weights), layers);
      expect(aligned).toEqual(weights);
      expect(moved).toBeGreaterThan(0);
    }
  });

  test('of independent networks come nearer, and stay where they are when that is best', () => {
    const [a, b] = [weightsOf(1), weightsOf(2)];
    const { aligned } = matchUnits(a, b, layers);
    expect(distance(a, aligned)).toBeLessThan(distance(a, b));
    expect([...aligned].sort()).toEqual([...b].sort());
    expect(matchUnits(a, a, layers)).toEqual({ aligned: a, moved: 0 });
  });

  test('of independent networks end where no two units of a layer had better change places', () => {
    const [a, b] = [weightsOf(1), weightsOf(2)];
    const { aligned } = matchUnits(a, b, layers);
    const least = distance(a, aligned);
    for (const layer of layers)
      for (let u = 0; u < layer.units.length; u++)
        for (let v = 0; v < u; v++) {
          const order = Uint32Array.from(layer.units, (_, unit) => (unit === u ? v : unit === v ? u : unit));
          expect(distance(a, permuteUnits(aligned, layer, order))).toBeGreaterThan(least - 1e-9);
        }
  });
});
