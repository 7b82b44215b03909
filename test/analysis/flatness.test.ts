import { describe, expect, test } from 'vitest';
import { curvatureRank } from '../../src/analysis/flatness/curvature-rank.js';
import { directionalCurvatures, unit } from '../../src/analysis/flatness/directional.js';
import { excesses, layerCurvature, layerRows } from '../../src/analysis/flatness/layer-curvature.js';
import { gaussLegendre, secondDifference } from '../../src/analysis/flatness/line-integral.js';
import { nearestTo } from '../../src/analysis/flatness/matched-loss.js';
import type { Measure, Neighbourhood } from '../../src/analysis/flatness/measure.js';
import { ownDistribution } from '../../src/analysis/flatness/own-distribution.js';
import { radiusAt, retainedOf } from '../../src/analysis/flatness/radius.js';
import { relativeScales } from '../../src/analysis/flatness/relative-scale.js';
import { kinkGap, sharpness } from '../../src/analysis/flatness/sharpness.js';
import { normalDirection } from '../../src/analysis/spectrum/probes.js';
import { dot } from '../../src/analysis/vectors.js';
import { fullMask } from '../../src/numeric/mask.js';
import { streamKey } from '../../src/numeric/rng.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import { randomImages, randomWeights, referenceNet } from './reference-net.js';
import type { ReferenceNet } from './reference-net.js';

const key = streamKey(11, 'sharpness');
const tanhNet = referenceNet([4, 6, 3], 'tanh', randomImages(4, 3, 24));
const reluNet = referenceNet([4, 6, 3], 'relu', randomImages(4, 3, 24));
const centre = randomWeights(51, 1).map(Math.fround);

/** J = sum of c_i x_i^2 / 2, whose curvatures are c. */
const quadratic =
  (curvatures: ArrayLike<number>): Measure =>
  async (points) =>
    points.map((x) => ({
      loss: x.reduce((sum, value, i) => sum + (curvatures[i] * value * value) / 2, 0),
      error: 0,
    }));

/** The population kernels in float32, as a stage uses them. */
async function byKernels<T>(net: ReferenceNet, work: (measure: Measure) => Promise<T>): Promise<T> {
  const { network, images } = net;
  const mask = fullMask(network.layout);
  const evaluator = await createEvaluator({ network, mask, train: images, test: images, threads: 1 });
  try {
    return await work(async (points) =>
      (await evaluator.evaluateMany(points, 'train')).map(({ loss, accuracy }) => ({
        loss,
        error: 1 - accuracy,
      })),
    );
  } finally {
    await evaluator.close();
  }
}

describe('expected-loss sharpness', () => {
  // Enough images and coordinates that what float32 adds to a mean loss is small beside a second difference.
  const net = referenceNet([64, 32, 10], 'tanh', randomImages(64, 10, 1024));
  const middle = randomWeights(2410, 0.4);
  const expected = Float64Array.from({ length: 4 }, (_, k) =>
    net.quadratic(middle, normalDirection(2410, key, k)),
  );

  test.each([
    [1e-3, 1e-3],
    [1e-2, 1e-2],
  ])(
    "of a tanh net by the population kernels at sigma %f is sigma² / 2 z'Hz within %f, direction by direction",
    async (sigma, tolerance) => {
      const measured = async (measure: Measure) => {
        const [value] = await measure([middle.map(Math.fround)]);
        return sharpness({ measure, centre: middle, key, pairs: 4 }, sigma, value);
      };
      const { perDirection } = await byKernels(net, measured);
      const size = (values: Float64Array) => Math.sqrt(dot(values, values));
      const half = (sigma * sigma) / 2;
      const misfit = perDirection.map((value, k) => value - half * expected[k]);
      expect(size(misfit) / (half * size(expected))).toBeLessThan(tolerance);
      expect(Math.abs(kinkGap(perDirection, sigma, expected).mean)).toBeLessThan(tolerance);
    },
  );

  test('uses the same directions at every scale, both signs of each, and states the standard error', async () => {
    const seen: Float64Array[] = [];
    const measure: Measure = async (points) => {
      seen.push(...points.map((point) => point.slice()));
      return points.map((x) => ({ loss: x[0] + x[0] * x[0], error: x[0] > 0 ? 1 : 0 }));
    };
    const around: Neighbourhood = { measure, centre: new Float64Array(3), key, pairs: 100 };
    const one = await sharpness(around, 1, { loss: 0, error: 0 });
    const z = seen.map(([x]) => x);
    for (let k = 0; k < 100; k++) expect(z[2 * k + 1]).toBe(-z[2 * k]);
    // The odd part cancels in each pair.
    const squares = z.filter((_, i) => i % 2 === 0).map((x) => x * x);
    const mean = squares.reduce((a, b) => a + b, 0) / 100;
    const variance = squares.reduce((a, b) => a + (b - mean) ** 2, 0) / 99;
    expect(one.loss.mean).toBeCloseTo(mean, 12);
    expect(one.loss.standardError).toBeCloseTo(Math.sqrt(variance / 100), 12);
    expect(one.error).toEqual({ mean: 0.5, standardError: 0 });
    const two = await sharpness(around, 2, { loss: 0, error: 0 });
    two.perDirection.forEach((value, k) => expect(value / one.perDirection[k]).toBeCloseTo(4, 5));
  });
});

test('perturbed pairs are float32 numbers with their centre exactly in the middle', async () => {
  const somewhere = randomWeights(400, 1, 5);
  const measure: Measure = async (points) => {
    for (let k = 0; k < points.length; k += 2)
      somewhere.forEach((m, i) => {
        const [plus, minus] = [points[k][i], points[k + 1][i]];
        expect([Math.fround(plus), Math.fround(minus)]).toEqual([plus, minus]);
        expect((plus + minus) / 2).toBe(Math.fround(m));
        expect(plus).not.toBe(minus);
      });
    return points.map(() => ({ loss: 0, error: 0 }));
  };
  await sharpness({ measure, centre: somewhere, key, pairs: 3 }, 1e-3, { loss: 0, error: 0 });
});

describe('second differences from gradients along the line', () => {
  test('agree with values of the loss across kinks to 2 %, where the Hessian does not', () => {
    let largestGap = 0;
    for (let k = 0; k < 2; k++) {
      const direction = normalDirection(51, key, k);
      const scale = 0.1;
      const at = (s: number) => reluNet.loss(centre.map((m, i) => m + s * direction[i]));
      const values = at(scale) + at(-scale) - 2 * at(0);
      const integral = secondDifference((out, point) => out.set(reluNet.gradient(point)), {
        centre,
        direction,
        scale,
      });
      expect(Math.abs(integral / values - 1)).toBeLessThan(0.02);
      const smooth = scale * scale * reluNet.quadratic(centre, direction);
      largestGap = Math.max(largestGap, Math.abs(smooth / values - 1));
    }
    expect(largestGap).toBeGreaterThan(0.05);
  });

  test('come from a rule that integrates polynomials of degree 47 exactly', () => {
    const { nodes, weights } = gaussLegendre(24);
    for (const degree of [0, 1, 7, 30, 47]) {
      const integral = nodes.reduce((sum, node, i) => sum + weights[i] * node ** degree, 0);
      expect(Math.abs(integral * (degree + 1) - 1)).toBeLessThan(1e-13);
    }
    expect(new Set(nodes).size).toBe(24);
  });
});

describe('relative scales', () => {
  test('are the root mean square of the surviving weights of a layer, for its bias too', () => {
    const { layout } = tanhNet.network;
    const mask = fullMask(layout);
    const weights = new Float64Array(layout.size).fill(100);
    for (const { path, offset, size } of layout.tensors)
      if (path.endsWith('kernel')) weights.fill(path.startsWith('Dense_0') ? 2 : 5, offset, offset + size);
    const pruned = layout.tensors.find(({ path }) => path === 'Dense_0/kernel')!.offset;
    mask[pruned] = 0;
    weights[pruned] = 1e6;
    const scales = relativeScales(layout, mask, weights);
    for (const { module, offset, size } of layout.tensors)
      expect(new Set(scales.subarray(offset, offset + size))).toEqual(
        new Set([module === 'Dense_0' ? 2 : 5]),
      );
  });

  test('are 0 in a layer without survivors', () => {
    const { layout } = tanhNet.network;
    const mask = fullMask(layout).map((_, i) =>
      layout.tensors.some((t) => t.kind === 'bias' && i >= t.offset && i < t.offset + t.size) ? 1 : 0,
    );
    expect(new Set(relativeScales(layout, mask, centre))).toEqual(new Set([0]));
  });
});

describe('the radius at 90 %', () => {
  const share = (scale: number, mean: number) => ({ scale, mean, standardError: 0.01 });

  test('lies where the share falls below it, linear in the logarithm of the scale', () => {
    const { radius, standardError } = radiusAt(0.9, [
      share(0.01, 1),
      share(0.1, 0.95),
      share(1, 0.85),
      share(2, 0.95),
    ])!;
    expect(radius).toBeCloseTo(Math.sqrt(0.1), 12);
    expect(standardError).toBeCloseTo((Math.sqrt(0.1) * 0.01) / (0.1 / Math.log(10)), 12);
  });

  test('is unknown when the grid does not reach it on both sides', () => {
    expect(radiusAt(0.9, [share(0.1, 0.8), share(1, 0.5)])).toBeUndefined();
    expect(radiusAt(0.9, [share(0.1, 1), share(1, 0.95)])).toBeUndefined();
    expect(radiusAt(0.9, [share(0.1, NaN), share(1, 0.5)])).toBeUndefined();
  });

  test('counts performance above chance', () => {
    const retained = retainedOf(0.1, { mean: 0.2, standardError: 0.04 }, { centre: 0.1, chance: 0.9 });
    expect(retained.mean).toBeCloseTo(0.75, 15);
    expect(retained.standardError).toBeCloseTo(0.05, 15);
    for (const mean of [0, 0.1])
      expect(retainedOf(0.1, { mean, standardError: 0 }, { centre: 0.9, chance: 0.9 }).mean).toBeNaN();
  });
});

describe("the loss under a strategy's own distribution", () => {
  test('is below that of the ball of the same size when the std has adapted to the curvature', async () => {
    const curvatures = Float64Array.of(100, 10, 1, 0.1);
    const std = curvatures.map((c) => 0.1 / Math.sqrt(c));
    const around = { measure: quadratic(curvatures), centre: new Float64Array(4), key, pairs: 2000 };
    const { own, isotropic, difference, isotropicStd } = await ownDistribution(around, std);
    // E J = sum of c_i std_i^2 / 2
    expect(Math.abs(own.mean - 0.02)).toBeLessThan(4 * own.standardError);
    const variance = (0.0001 + 0.001 + 0.01 + 0.1) / 4;
    expect(isotropicStd).toBeCloseTo(Math.sqrt(variance), 15);
    expect(Math.abs(isotropic.mean - (111.1 * variance) / 2)).toBeLessThan(4 * isotropic.standardError);
    expect(difference.mean).toBeCloseTo(own.mean - isotropic.mean, 10);
    expect(difference.mean).toBeLessThan(-10 * difference.standardError);
  });
});

describe('directional curvatures', () => {
  test("are u'Hu for unit directions", async () => {
    const measure: Measure = async (points) => points.map((x) => ({ loss: tanhNet.loss(x), error: 0 }));
    const [value] = await measure([centre]);
    const kappas = await directionalCurvatures({ measure, centre, key, pairs: 16 }, 1e-3, value);
    kappas.forEach((kappa, k) => {
      const z = normalDirection(51, key, k);
      expect(Math.abs(kappa - tanhNet.quadratic(centre, z) / dot(z, z))).toBeLessThan(1e-4);
      expect(dot(unit(z), unit(z))).toBeCloseTo(1, 14);
    });
  });
});

test('1 / std² ranks as the curvature does when std is its inverse root', () => {
  const curvatures = [5, 1, 3, 0.2];
  expect(
    curvatureRank(
      curvatures.map((c) => 1 / Math.sqrt(c)),
      curvatures,
    ),
  ).toBeCloseTo(1, 15);
  expect(curvatureRank(curvatures.map(Math.sqrt), curvatures)).toBeCloseTo(-1, 15);
  expect(curvatureRank([1, 1, 1, 1], curvatures)).toBeNaN();
});

test('the checkpoint of a matched loss is the nearest finite one', () => {
  expect(nearestTo(0.5, [2, 0.7, 0.45, 0.1])).toBe(2);
  expect(nearestTo(0.5, [0.6, 0.4, NaN])).toBe(0);
  expect(nearestTo(0.5, [NaN, 3])).toBe(1);
  expect(nearestTo(0.5, [NaN])).toBe(-1);
});

describe("a layer's curvature by values alone", () => {
  const curvatures = Float64Array.from({ length: 60 }, (_, i) => (i < 20 ? 1 : i < 50 ? 4 : 0));
  const groups = [
    { name: 'a', from: 0, to: 20 },
    { name: 'b', from: 20, to: 50 },
    { name: 'flat', from: 50, to: 60 },
  ];
  const around: Neighbourhood = {
    measure: quadratic(curvatures),
    centre: new Float64Array(60),
    key,
    pairs: 4000,
  };

  test('is the mean of the diagonal of the Hessian, within four standard errors that tell layers apart', async () => {
    const excess = excesses(groups, { ...around, dimension: 60 });
    const { perDirection } = await sharpness(around, 0.1, { loss: 0, error: 0 });
    const rows = layerRows({
      ...{ groups, excess, scale: 0.1, perDirection, diagonal: curvatures },
      std: curvatures.map((c) => 1 / Math.sqrt(c)),
    });
    expect(rows.map(({ tensor, coordinates, gauss_newton: exact }) => [tensor, coordinates, exact])).toEqual([
      ['a', 20, 1],
      ['b', 30, 4],
      ['flat', 10, 0],
    ]);
    for (const { curvature, curvature_se: error, gauss_newton: exact } of rows) {
      expect(error).toBeLessThan(0.6);
      expect(Math.abs(curvature - exact)).toBeLessThan(4 * error);
    }
    expect(rows.slice(0, 2).map(({ precision }) => precision)).toEqual([
      expect.closeTo(1, 12),
      expect.closeTo(4, 12),
    ]);
  });

  test('does not hang on what the loss is at its best', async () => {
    const [excess] = excesses(groups, { ...around, dimension: 60 });
    const values = Float64Array.from({ length: 4000 }, (_, k) => (k % 7) / 7);
    const shifted = values.map((value) => value + 1000);
    expect(layerCurvature(shifted, excess, 1).mean).toBeCloseTo(layerCurvature(values, excess, 1).mean, 8);
  });
});
