import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { overlap, rankCorrelation } from '../../src/pruning/agreement.js';
import { numbers } from './make-trained.js';

const all = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);
const f64 = (...values: number[]) => Float64Array.from(values);

describe('Spearman', () => {
  test('is 1 for any increasing and -1 for any decreasing transformation', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), (n, seed) => {
        const scores = numbers(n, seed);
        expect(
          rankCorrelation(
            scores,
            scores.map((x) => x * x * 3 + 1),
            all(n),
          ),
        ).toBeCloseTo(1, 12);
        expect(
          rankCorrelation(
            scores,
            scores.map((x) => -x),
            all(n),
          ),
        ).toBeCloseTo(-1, 12);
      }),
    );
  });

  test('is 1 - 6 sum d^2 / (n (n^2 - 1)) without ties', () => {
    // ranks 1 2 3 4 5 against 2 1 4 3 5: sum d^2 = 4
    expect(rankCorrelation(f64(1, 2, 3, 4, 5), f64(20, 10, 40, 30, 50), all(5))).toBeCloseTo(
      1 - 24 / 120,
      14,
    );
  });

  test('shares the mean rank among ties', () => {
    // ranks 1 2.5 2.5 4 against 1 2 3 4: Pearson = 4.5 / sqrt(4.5 * 5)
    expect(rankCorrelation(f64(1, 2, 2, 3), f64(1, 2, 3, 4), all(4))).toBeCloseTo(4.5 / Math.sqrt(22.5), 14);
  });

  test('looks at the given positions only', () => {
    expect(rankCorrelation(f64(1, 99, 2, 3), f64(1, -5, 2, 3), Uint32Array.of(0, 2, 3))).toBeCloseTo(1, 14);
  });

  test('has no value for one position or for scores that are all equal', () => {
    expect(rankCorrelation(f64(1), f64(2), all(1))).toBeUndefined();
    expect(rankCorrelation(f64(1, 1), f64(1, 2), all(2))).toBeUndefined();
  });
});

describe('Jaccard', () => {
  test('is the share of common survivors among all survivors', () => {
    expect(overlap(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 1, 1, 0), all(4))).toBe(1 / 3);
    expect(overlap(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 1, 1, 0), Uint32Array.of(1, 3))).toBe(1);
  });

  test('has no value when nothing survives', () => {
    expect(overlap(new Uint8Array(3), new Uint8Array(3), all(3))).toBeUndefined();
  });
});
