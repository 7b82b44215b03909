import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { meanInterval } from '../../src/figures/t-interval.js';
import { studentQuantile } from '../../src/numeric/stats.js';

const tQuantile = (degrees: number, coverage = 0.95) => studentQuantile((1 + coverage) / 2, degrees);

describe('the t interval', () => {
  // Two-sided 95 % and 99 % points of the printed tables (for example NIST/SEMATECH e-Handbook, 1.3.6.7.2).
  test.each([
    [1, 0.95, 12.706],
    [2, 0.95, 4.303],
    [3, 0.95, 3.182],
    [4, 0.95, 2.776],
    [5, 0.95, 2.571],
    [9, 0.95, 2.262],
    [10, 0.95, 2.228],
    [29, 0.95, 2.045],
    [30, 0.95, 2.042],
    [100, 0.95, 1.984],
    [4, 0.99, 4.604],
    [7, 0.99, 3.499],
  ])('the quantile for %i degrees of freedom at %f is that of the tables', (degrees, coverage, expected) => {
    expect(tQuantile(degrees, coverage)).toBeCloseTo(expected, 3);
  });

  test('the quantile has closed forms for one and two degrees of freedom', () => {
    expect(tQuantile(1)).toBeCloseTo(Math.tan(Math.PI * 0.475), 10);
    expect(tQuantile(2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95)), 12);
  });

  test('the quantile falls towards that of the normal distribution', () => {
    expect(tQuantile(100_000)).toBeCloseTo(1.959964, 4);
    for (let degrees = 1; degrees < 60; degrees += 1)
      expect(tQuantile(degrees + 1)).toBeLessThan(tQuantile(degrees));
  });

  test('three values worked out by hand', () => {
    // mean 0.5, s = 0.1, half width 4.302653 * 0.1 / sqrt(3)
    const { n, mean, lower, upper } = meanInterval([0.4, 0.5, 0.6]);
    expect([n, mean]).toEqual([3, 0.5]);
    expect(lower).toBeCloseTo(0.5 - 0.2484137712, 9);
    expect(upper).toBeCloseTo(0.5 + 0.2484137712, 9);
  });

  test('one value is its own interval, and no value is a mistake', () => {
    expect(meanInterval([0.25])).toEqual({ n: 1, mean: 0.25, lower: 0.25, upper: 0.25 });
    expect(() => meanInterval([])).toThrow(RangeError);
  });

  test('moves with the values and grows with their spread', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), (list, shift) => {
        const plain = meanInterval(list);
        const moved = meanInterval(list.map((value) => 2 * value + shift));
        expect(moved.mean).toBeCloseTo(2 * plain.mean + shift, 6);
        expect(moved.upper - moved.lower).toBeCloseTo(2 * (plain.upper - plain.lower), 6);
        expect(plain.upper).toBeGreaterThanOrEqual(plain.mean);
        expect(plain.mean - plain.lower).toBeCloseTo(plain.upper - plain.mean, 8);
      }),
    );
  });
});
