import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import {
  jaccard,
  mean,
  median,
  pearson,
  percentile,
  populationStd,
  ranks,
  sampleStd,
  spearman,
  studentQuantile,
} from '../../src/numeric/stats.js';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const values = fc.array(finite, { minLength: 1, maxLength: 40 });

describe('mean and standard deviation', () => {
  it('divide by the number of values, or by one less for a sample', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(populationStd([2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
    expect(sampleStd([1, 2, 3, 4, 5])).toBeCloseTo(Math.sqrt(2.5), 15);
    expect(populationStd([3])).toBe(0);
    expect(sampleStd([3])).toBeNaN();
  });

  it('hand NaN on and want at least one value', () => {
    for (const statistic of [mean, populationStd, median]) {
      expect(statistic([1, NaN, 3])).toBeNaN();
      expect(() => statistic([])).toThrow('there are no values');
    }
  });
});

describe('percentiles', () => {
  it('interpolate linearly between neighbours', () => {
    expect(percentile([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 25)).toBe(2.25);
    expect(percentile([40, 10, 30, 20], 50)).toBe(25);
    expect(percentile([1, 3], 10)).toBeCloseTo(1.2, 15);
    expect(median([7, 1, 3])).toBe(3);
  });

  it('run from the smallest to the largest value without turning back', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 99 }), (list, percent) => {
        const sorted = [...list].sort((a, b) => a - b);
        expect(percentile(list, 0) === sorted[0]).toBe(true);
        expect(percentile(list, 100) === sorted[sorted.length - 1]).toBe(true);
        expect(percentile(list, percent)).toBeLessThanOrEqual(percentile(list, percent + 1));
      }),
    );
  });

  it('leave the values as they are and refuse what is no percentage', () => {
    const list = [3, 1, 2];
    percentile(list, 30);
    expect(list).toEqual([3, 1, 2]);
    for (const percent of [-1, 101, NaN])
      expect(() => percentile(list, percent)).toThrow(`a percentile lies from 0 to 100, not ${percent}`);
  });
});

describe('rank correlation', () => {
  it('gives equal values the average of their ranks', () => {
    expect([...ranks([10, 30, 20, 20, 20, 5])]).toEqual([2, 6, 4, 4, 4, 1]);
  });

  it('agrees with a worked example with ties', () => {
    // Pearson of ranks (1, 2.5, 2.5, 4, 5) and (2, 1, 3.5, 3.5, 5)
    expect(spearman([1, 2, 2, 3, 4], [2, 1, 3, 3, 9])).toBeCloseTo(7.25 / 9.5, 14);
  });

  it('is 1 for any rising transformation and -1 for any falling one', () => {
    const different = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(different, (list) => {
        const cubes = list.map((x) => x * x * x);
        expect(spearman(list, cubes)).toBeCloseTo(1, 12);
        expect(
          spearman(
            list,
            cubes.map((x) => -x),
          ),
        ).toBeCloseTo(-1, 12);
      }),
    );
  });

  it('is NaN for a constant series or one with NaN, and wants equal lengths', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(spearman([1, NaN, 2], [1, 2, 3])).toBeNaN();
    expect(() => pearson([1, 2], [1])).toThrow('series of 2 and 1 values cannot be correlated');
  });
});

describe('the Jaccard similarity of masks', () => {
  it('is the share of the union that both have', () => {
    expect(jaccard(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(1, 0, 1, 0))).toBe(1 / 3);
    expect(jaccard(Uint8Array.of(0, 1), Uint8Array.of(0, 1))).toBe(1);
    expect(jaccard(Uint8Array.of(0, 1), Uint8Array.of(1, 0))).toBe(0);
    expect(jaccard(new Uint8Array(3), new Uint8Array(3))).toBe(1);
    expect(() => jaccard(new Uint8Array(3), new Uint8Array(2))).toThrow(
      'masks of 3 and 2 entries cannot be compared',
    );
  });
});

describe("Student's t quantile", () => {
  // from the incomplete beta function in 40-digit arithmetic
  it.each([
    [0.975, 1, 12.706204736174705],
    [0.975, 2, 4.302652729749464],
    [0.975, 3, 3.1824463052837096],
    [0.975, 4, 2.7764451051977944],
    [0.975, 10, 2.2281388519862747],
    [0.975, 31, 2.0395134463964085],
    [0.975, 100, 1.9839715185235523],
    [0.975, 1000, 1.9623390808264085],
    [0.995, 5, 4.032142983555228],
    [0.6, 4, 0.2707222947075974],
    [0.6, 31, 0.2555321683175277],
    [0.9999, 1, 3183.098757118151],
    [0.9999, 2, 70.70007107496428],
    [0.9999, 31, 4.215502580843719],
  ])('at %f with %i degrees of freedom is %f', (probability, degrees, exact) => {
    expect(Math.abs(studentQuantile(probability, degrees) / exact - 1)).toBeLessThan(1e-12);
    const below = studentQuantile(1 - probability, degrees);
    expect(Math.abs(below / exact + 1)).toBeLessThan(1e-11);
  });

  it('is 0 in the middle and refuses what has no quantile', () => {
    expect(studentQuantile(0.5, 7)).toBeCloseTo(0, 12);
    for (const probability of [0, 1, NaN])
      expect(() => studentQuantile(probability, 3)).toThrow('a probability lies strictly between 0 and 1');
    for (const degrees of [0, 1.5, Infinity])
      expect(() => studentQuantile(0.9, degrees)).toThrow('degrees of freedom are an integer of at least 1');
  });
});
