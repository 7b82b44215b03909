import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { createLedger } from '../../src/analysis/ledger.js';
import { extremes } from '../../src/analysis/spectrum/extremes.js';
import { lanczos } from '../../src/analysis/spectrum/lanczos.js';
import { normalDirection, signProbe } from '../../src/analysis/spectrum/probes.js';
import { quadratureOf, stochasticQuadratures } from '../../src/analysis/spectrum/quadrature.js';
import { spectralDensity } from '../../src/analysis/spectrum/density.js';
import { asymmetry } from '../../src/analysis/spectrum/report.js';
import { hutchinsonTrace } from '../../src/analysis/spectrum/trace.js';
import { tridiagonalEigen } from '../../src/analysis/spectrum/tridiagonal.js';
import { dot, norm } from '../../src/analysis/vectors.js';
import { streamKey } from '../../src/numeric/rng.js';
import { jacobiEigen, operatorOf, trace } from './dense-matrix.js';
import { randomWeights, referenceNet } from './reference-net.js';

const key = streamKey(7, 'analysis');

/** A tanh net with 51 parameters, away from any minimum, where Hessian and Gauss-Newton matrix differ a lot. */
const net = referenceNet([4, 6, 3], 'tanh');
const weights = randomWeights(51, 1.2);
const hessian = net.hessian(weights);
const exact = jacobiEigen(hessian);
const operator = operatorOf(hessian);

describe('the tridiagonal eigensolver', () => {
  test('agrees with dense Jacobi rotations on random matrices, to rounding', () => {
    const entries = fc.integer({ min: -10_000, max: 10_000 }).map((thousandths) => thousandths / 1000);
    fc.assert(
      fc.property(fc.array(fc.tuple(entries, entries), { minLength: 1, maxLength: 12 }), (pairs) => {
        const n = pairs.length;
        const diagonal = Float64Array.from(pairs, ([d]) => d);
        const coupling = Float64Array.from(pairs, ([, c]) => c);
        const dense = new Float64Array(n * n);
        for (let i = 0; i < n; i++) {
          dense[i * n + i] = diagonal[i];
          if (i + 1 < n) dense[i * n + i + 1] = dense[(i + 1) * n + i] = coupling[i];
        }
        const { values, first, last } = tridiagonalEigen(diagonal, coupling);
        const reference = jacobiEigen(dense);
        for (let i = 0; i < n; i++) expect(Math.abs(values[i] - reference.values[i])).toBeLessThan(1e-12);
        for (let p = 0; p < 4; p++)
          for (const row of [first, last]) {
            const at = row === first ? 0 : n - 1;
            let moment: Float64Array = Float64Array.from({ length: n }, (_, i) => (i === at ? 1 : 0));
            for (let k = 0; k < p; k++) moment = multiplied(dense, moment);
            const sum = values.reduce((total, value, i) => total + row[i] * row[i] * value ** p, 0);
            expect(Math.abs(sum - moment[at])).toBeLessThan(1e-10 * 25 ** p);
          }
      }),
      { numRuns: 300 },
    );
  });

  test('splits a matrix whose couplings are zero and keeps equal eigenvalues', () => {
    const { values, first, last } = tridiagonalEigen(Float64Array.of(2, -1, 2), new Float64Array(2));
    expect([...values]).toEqual([-1, 2, 2]);
    expect([...first].map(Math.abs)).toEqual([0, 1, 0]);
    expect([...last].map(Math.abs)).toEqual([0, 0, 1]);
  });

  test('refuses numbers that are not finite instead of turning for ever', () => {
    expect(() => tridiagonalEigen(Float64Array.of(1, NaN, 2), Float64Array.of(1, 1))).toThrow(/not finite/);
  });
});

function multiplied(matrix: Float64Array, vector: Float64Array): Float64Array {
  const out = new Float64Array(vector.length);
  operatorOf(matrix).product(out, vector);
  return out;
}

describe('Lanczos on the Hessian of a tanh net', () => {
  test('finds the largest and the most negative eigenvalues within their bounds', () => {
    const start = normalDirection(51, key, 0);
    const { top, bottom, steps } = extremes(lanczos({ ...operator, start, steps: 30 }), 4);
    expect(steps).toBe(30);
    const largest = exact.values[50];
    top.forEach(({ value, bound, converged }, i) => {
      expect(Math.abs(value - exact.values[50 - i])).toBeLessThan(1e-3 * largest);
      expect(Math.abs(value - exact.values[50 - i])).toBeLessThanOrEqual(bound + 1e-12);
      expect(converged).toBe(bound <= 1e-3 * Math.max(largest, -exact.values[0]));
    });
    expect(top[0].converged).toBe(true);
    expect(bottom[0].value).toBeLessThan(0);
    expect(Math.abs(bottom[0].value - exact.values[0])).toBeLessThan(1e-3 * largest);
  });

  test('takes a Gauss-Newton matrix for what it is: another matrix', () => {
    const start = normalDirection(51, key, 0);
    const other = extremes(lanczos({ ...operatorOf(net.gaussNewton(weights)), start, steps: 51 }), 1);
    expect(other.bottom[0].value).toBeGreaterThan(-1e-9);
    expect(exact.values[0]).toBeLessThan(-1e-3);
  });

  test('keeps its vectors orthogonal: all steps give every eigenvalue once, no copies', () => {
    const { alpha, beta } = lanczos({ ...operator, start: normalDirection(51, key, 1), steps: 90 });
    const { values } = tridiagonalEigen(alpha, beta);
    // To add the same to all logits changes nothing: 7 directions share the eigenvalue 0.
    const different = exact.values.filter((value, i, all) => i === 0 || value - all[i - 1] > 1e-10);
    expect(different).toHaveLength(45);
    expect(values).toHaveLength(45);
    values.forEach((value, i) => expect(Math.abs(value - different[i])).toBeLessThan(1e-9));
  });

  test('hands out vectors that are orthogonal to the last digits, also where one eigenvalue dwarfs the others', () => {
    const values = Float64Array.from({ length: 20 }, (_, i) => (i === 0 ? 1e10 : i));
    const seen: Float64Array[] = [];
    const product = (out: Float64Array, vector: Float64Array) => {
      seen.push(vector.slice());
      out.set(vector.map((x, i) => values[i] * x));
    };
    lanczos({ dimension: 20, product, start: new Float64Array(20).fill(1), steps: 10 });
    expect(seen).toHaveLength(10);
    for (let i = 0; i < 10; i++)
      for (let j = 0; j < i; j++) expect(Math.abs(dot(seen[i], seen[j]))).toBeLessThan(1e-14);
  });

  test('of a matrix of zeros knows its one eigenvalue after a step', () => {
    const product = (out: Float64Array) => void out.fill(0);
    const { alpha, beta } = lanczos({ dimension: 4, product, start: Float64Array.of(1, 2, 3, 4), steps: 3 });
    expect([[...alpha], [...beta]]).toEqual([[0], [0]]);
  });

  test('stops in an invariant subspace, where its values are exact', () => {
    const matrix = new Float64Array(25);
    [3, 3, 3, 5, 5].forEach((value, i) => (matrix[i * 6] = value));
    const start = Float64Array.of(1, 2, 3, 4, 5);
    const found = extremes(lanczos({ ...operatorOf(matrix), start, steps: 5 }), 2);
    expect(found.steps).toBe(2);
    expect(found.top[0].value).toBeCloseTo(5, 12);
    expect(found.top[1].value).toBeCloseTo(3, 12);
    expect(found.top[0].bound).toBeLessThan(1e-10);
  });

  test('shows a bound that is not small when it had too few steps', () => {
    const { top } = extremes(lanczos({ ...operator, start: normalDirection(51, key, 2), steps: 3 }), 1);
    expect(top[0].converged).toBe(false);
    const nearest = Math.min(...exact.values.map((value) => Math.abs(value - top[0].value)));
    expect(nearest).toBeLessThanOrEqual(top[0].bound);
  });
});

describe("Hutchinson's trace", () => {
  test('lies within three standard errors of the exact Gauss-Newton trace of a relu net', () => {
    const relu = referenceNet([4, 6, 3], 'relu');
    const estimate = hutchinsonTrace(operatorOf(relu.hessian(weights)), 200, key, createLedger());
    const gaussNewton = trace(relu.gaussNewton(weights));
    expect(Math.abs(estimate.trace - gaussNewton)).toBeLessThan(3 * estimate.standardError);
    expect(estimate.standardError).toBeLessThan(0.1 * gaussNewton);
  });

  test('has no variance on a diagonal matrix and the stated one on a dense one', () => {
    const diagonal = new Float64Array(16);
    [1, 2, 3, 4].forEach((value, i) => (diagonal[i * 5] = value));
    expect(hutchinsonTrace(operatorOf(diagonal), 5, key, createLedger())).toMatchObject({
      trace: 10,
      standardError: 0,
    });
    const { values } = hutchinsonTrace(operator, 4000, key, createLedger());
    const centre = values.reduce((a, b) => a + b, 0) / 4000;
    const variance = values.reduce((a, b) => a + (b - centre) ** 2, 0) / 3999;
    // Var(v'Hv) = 2 (|H|^2 - sum of H_ii^2)
    const squares = (list: ArrayLike<number>) => Array.from(list).reduce((a, b) => a + b * b, 0);
    const off = squares(hessian) - squares(Array.from({ length: 51 }, (_, i) => hessian[i * 52]));
    expect(variance / (2 * off)).toBeGreaterThan(0.9);
    expect(variance / (2 * off)).toBeLessThan(1.1);
  });
});

describe('stochastic Lanczos quadrature', () => {
  test("reproduces v'Hv and v'H²v of the same probes to 1e-6, also with few steps", () => {
    for (const steps of [2, 20, 51])
      for (let probe = 0; probe < 3; probe++) {
        const v = signProbe(51, key, probe);
        const { nodes, weights: shares } = quadratureOf(lanczos({ ...operator, start: v, steps }));
        const image = multiplied(hessian, v);
        const [one, two] = [dot(v, image) / 51, dot(image, image) / 51];
        const moment = (p: number) => nodes.reduce((sum, node, i) => sum + shares[i] * node ** p, 0);
        expect(Math.abs(moment(0) - 1)).toBeLessThan(1e-12);
        expect(Math.abs(moment(1) - one)).toBeLessThan(1e-6 * norm(hessian));
        expect(Math.abs(moment(2) - two)).toBeLessThan(1e-6 * two);
      }
  });

  test('gives each node of each rule its weight, as a normal of variance 1e-5 of the range', () => {
    const rule = (nodes: readonly number[], weights: readonly number[]) => ({
      nodes: Float64Array.from(nodes),
      weights: Float64Array.from(weights),
    });
    const density = spectralDensity([rule([0, 1], [0.5, 0.5]), rule([-2, 5], [0.25, 0.75])]);
    const spacing = density[1].value - density[0].value;
    const massAround = (node: number) =>
      density.reduce(
        (sum, point) => sum + (Math.abs(point.value - node) < 0.2 ? point.density * spacing : 0),
        0,
      );
    for (const [node, mass] of [
      [-2, 0.125],
      [0, 0.25],
      [1, 0.25],
      [5, 0.375],
    ])
      // prettier-ignore
      expect(massAround(node)).toBeCloseTo(mass, 3);
    const std = Math.sqrt(1e-5);
    const peak = spectralDensity([rule([3], [1])], { bins: 2001, perBin: 1 });
    const step = peak[1].value - peak[0].value;
    const variance = peak.reduce((sum, point) => sum + (point.value - 3) ** 2 * point.density * step, 0);
    expect(variance / 1e-5).toBeCloseTo(1, 3);
    expect(peak[1000].value).toBeCloseTo(3, 12);
    expect(peak[1000].density * std * Math.sqrt(2 * Math.PI)).toBeCloseTo(1, 3);
  });

  test('gives a density of area 1 whose mean is that of the quadratures', () => {
    const rules = stochasticQuadratures(operator, { probes: 4, steps: 30 }, key, createLedger());
    const points = spectralDensity(rules);
    const spacing = points[1].value - points[0].value;
    const area = points.reduce((sum, { density }) => sum + density * spacing, 0);
    const mean = points.reduce((sum, { value, density }) => sum + value * density * spacing, 0);
    const moments = rules.map(({ nodes, weights: w }) =>
      nodes.reduce((sum, node, i) => sum + w[i] * node, 0),
    );
    expect(area).toBeCloseTo(1, 3);
    const largest = Math.max(...rules.map(({ nodes }) => nodes[nodes.length - 1]));
    expect(points[points.length - 1].value).toBeGreaterThan(largest);
    expect(points[points.length - 1].density).toBeLessThan(1e-3);
    expect(mean).toBeCloseTo(moments.reduce((a, b) => a + b, 0) / 4, 3);
    expect(Math.min(...points.map(({ density }) => density))).toBeGreaterThanOrEqual(0);
  });

  test('the same key gives the same probes, another probe other signs', () => {
    expect(signProbe(64, key, 3)).toEqual(signProbe(64, key, 3));
    expect(signProbe(64, key, 3)).not.toEqual(signProbe(64, key, 4));
    expect(new Set(signProbe(64, key, 3))).toEqual(new Set([1, -1]));
  });
});

test('asymmetry compares the products of two vectors both ways, whatever the scale of the matrix', () => {
  const turned = (factor: number) => ({
    dimension: 3,
    product: (out: Float64Array, [x, y, z]: Float64Array) =>
      void out.set([factor * (x + 2 * y), factor * (y - x), factor * z]),
  });
  const [u, v] = [0, 1].map((k) => normalDirection(3, key, k));
  // u'Av - v'Au of a matrix whose entries above and below the diagonal differ by 3.
  const gap = 3 * (u[0] * v[1] - u[1] * v[0]);
  const length = Math.hypot(...u) * Math.hypot(v[0] + 2 * v[1], v[1] - v[0], v[2]);
  expect(asymmetry(turned(1), key)).toBeCloseTo(Math.abs(gap) / length, 12);
  expect(asymmetry(turned(1000), key)).toBeCloseTo(Math.abs(gap) / length, 12);
  expect(asymmetry(turned(-1), key)).toBeCloseTo(Math.abs(gap) / length, 12);
  expect(asymmetry(turned(0), key)).toBe(0);
});
