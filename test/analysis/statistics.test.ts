import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { holm } from '../../src/analysis/statistics/holm.js';
import { meanInterval } from '../../src/analysis/statistics/interval.js';
import { pairedTest } from '../../src/analysis/statistics/paired-test.js';
import { advantage, minMaxOf, normalised, scoreStability } from '../../src/analysis/statistics/paper.js';
import { normalDirection } from '../../src/analysis/spectrum/probes.js';
import { streamKey } from '../../src/numeric/rng.js';
import { studentProbability, studentQuantile } from '../../src/numeric/stats.js';

const key = streamKey(1, 'bootstrap');
const differences = Float64Array.of(0.012, 0.002, 0.007, -0.003, 0.011);

describe("Student's probability", () => {
  test('is the inverse of the quantile', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (p, degrees) => {
          expect(Math.abs(studentProbability(studentQuantile(p, degrees), degrees) - p)).toBeLessThan(1e-12);
        },
      ),
    );
  });

  test('has the tabulated values and its limits', () => {
    expect(studentProbability(1, 1)).toBeCloseTo(0.75, 14);
    expect(studentProbability(12.706204736175, 1)).toBeCloseTo(0.975, 11);
    expect(studentProbability(2.262157162854, 9)).toBeCloseTo(0.975, 11);
    expect(studentProbability(0, 5)).toBeCloseTo(0.5, 14);
    expect([studentProbability(Infinity, 3), studentProbability(-Infinity, 3)]).toEqual([1, 0]);
    expect(studentProbability(NaN, 3)).toBeNaN();
    expect(() => studentProbability(1, 0)).toThrow('degrees of freedom are an integer of at least 1');
  });
});

describe('intervals', () => {
  test('are t intervals below ten values', () => {
    // squared deviations 158.8e-6, so s^2 is 39.7e-6; t(.975, 4) = 2.7764451
    const { n, mean, standardError, lower, upper, kind } = meanInterval(differences, key);
    expect([n, kind]).toEqual([5, 't']);
    expect(mean).toBeCloseTo(0.0058, 15);
    expect(standardError).toBeCloseTo(Math.sqrt(39.7e-6 / 5), 15);
    expect(lower).toBeCloseTo(0.0058 - 2.7764451 * standardError, 9);
    expect(upper).toBeCloseTo(0.0058 + 2.7764451 * standardError, 9);
  });

  test('are seeded bootstrap intervals from ten values on', () => {
    const values = normalDirection(30, key, 0);
    const one = meanInterval(values, key);
    expect(one.kind).toBe('bootstrap');
    expect(meanInterval(values, key)).toEqual(one);
    expect(meanInterval(values, streamKey(2)).lower).not.toBe(one.lower);
    // The bootstrap distribution of a mean has the population's standard error: s sqrt((n - 1) / n) / sqrt n.
    const expected = one.standardError * Math.sqrt(29 / 30) * 1.96;
    expect((one.upper - one.lower) / 2 / expected).toBeGreaterThan(0.93);
    expect((one.upper - one.lower) / 2 / expected).toBeLessThan(1.07);
    expect(meanInterval(values.slice(0, 9), key).kind).toBe('t');
  });

  test('of three values cover the true mean as often as they say', () => {
    let hits = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { lower, upper } = meanInterval(normalDirection(3, streamKey(3), trial), key);
      if (lower <= 0 && upper >= 0) hits++;
    }
    expect(hits / 2000).toBeGreaterThan(0.935);
    expect(hits / 2000).toBeLessThan(0.965);
  });

  test('do not exist for a single value', () => {
    expect(meanInterval(Float64Array.of(3), key)).toEqual({
      n: 1,
      mean: 3,
      standardError: NaN,
      lower: NaN,
      upper: NaN,
      kind: 'none',
    });
  });
});

describe('paired tests', () => {
  /** P(T <= t) with 4 degrees of freedom, in closed form. */
  const four = (t: number) =>
    0.5 + (0.375 * t * (1 - (t * t) / (12 + 3 * t * t))) / Math.sqrt(1 + (t * t) / 4);

  test('give the p-values of t tests', () => {
    const standardError = Math.sqrt(39.7e-6 / 5);
    const { pDifferent, pEquivalent, detectable } = pairedTest(differences, 0.02);
    expect(pDifferent).toBeCloseTo(2 * (1 - four(0.0058 / standardError)), 12);
    expect(pDifferent).toBeGreaterThan(0.1);
    // The nearer limit is the upper one.
    expect(pEquivalent).toBeCloseTo(four((0.0058 - 0.02) / standardError), 12);
    expect(pEquivalent).toBeLessThan(0.005);
    expect(detectable).toBeCloseTo((2.7764451 + 0.9409646) * standardError, 9);
  });

  test('without a margin say nothing of equivalence, and nothing at all of one difference', () => {
    expect(pairedTest(differences, NaN).pEquivalent).toBeNaN();
    expect(pairedTest([0.1], 1)).toEqual({ pDifferent: NaN, pEquivalent: NaN, detectable: NaN });
  });

  test('treat a margin that is smaller than the difference as not shown', () => {
    expect(pairedTest(differences, 0.001).pEquivalent).toBeGreaterThan(0.9);
  });

  test('know equal differences: no spread, no doubt', () => {
    expect(pairedTest([0.5, 0.5, 0.5], 0.1)).toMatchObject({ pDifferent: 0, pEquivalent: 1 });
    expect(pairedTest([0, 0, 0], 0.1)).toMatchObject({ pDifferent: 1, pEquivalent: 0 });
  });

  test('keep their level: one in twenty is called different when nothing is', () => {
    let called = 0;
    for (let trial = 0; trial < 1000; trial++)
      if (pairedTest(normalDirection(6, streamKey(4), trial), NaN).pDifferent < 0.05) called++;
    expect(called / 1000).toBeGreaterThan(0.03);
    expect(called / 1000).toBeLessThan(0.07);
  });
});

test("Holm's values grow with the claims before them and never fall", () => {
  expect([...holm([0.01, 0.04, 0.03, 0.005])].map((p) => Number(p.toFixed(12)))).toEqual([
    0.03, 0.06, 0.06, 0.02,
  ]);
  expect([...holm([0.5, NaN, 0.9])]).toEqual([1, NaN, 1]);
  expect([...holm([0.6, 0.7])]).toEqual([1, 1]);
  expect([...holm([])]).toEqual([]);
});

test('min-max normalisation maps the ends to 0 and 1, and equal values to 0', () => {
  const scale = minMaxOf([0.2, 0.9, 0.55]);
  expect([0.2, 0.9, 0.55].map((value) => normalised(value, scale)).map((v) => Number(v.toFixed(12)))).toEqual(
    [0, 1, 0.5],
  );
  expect(normalised(3, minMaxOf([3, 3]))).toBe(0);
});

test('the advantage keeps its sign when returns are negative', () => {
  expect(advantage(0.9, 0.8, 0.5)).toBeCloseTo(0.2, 15);
  expect(advantage(-139, -199, -139)).toBeCloseTo(60 / 139, 15);
});

test('score stability looks only at weights that survive the last level', () => {
  const last = Uint8Array.of(1, 0, 1, 1, 0);
  expect(scoreStability([1, 9, 2, 3, 7], [10, 0, 20, 30, 0], last)).toBe(1);
  expect(scoreStability([1, 9, 2, 3, 7], [30, 0, 20, 10, 0], last)).toBe(-1);
});
