import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { ascendingOrder } from '../../src/es/order.js';
import { centredRanks, ranged, shape, zScores } from '../../src/es/shaping.js';
import type { Shaping } from '../../src/es/shaping.js';

const none = new Float64Array(0);
const shaped = (
  fitness: readonly number[],
  values: Shaping['values'],
  reading: Shaping['reading'] = 'corrected',
) => Array.from(shape(Float64Array.from(fitness), none, { values, weightDecay: 0, reading }));

describe('order', () => {
  test('is ascending, equal values in the order in which they stand, NaN last', () => {
    expect(Array.from(ascendingOrder([3, NaN, 1, 3, -Infinity, 1]))).toEqual([4, 2, 5, 0, 3, 1]);
  });

  test('of any values is a permutation that sorts them stably', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(NaN), fc.double());
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), (values) => {
        const order = Array.from(ascendingOrder(values));
        expect([...order].sort((a, b) => a - b)).toEqual(values.map((_, i) => i));
        const key = (i: number): number => (Number.isNaN(values[i]) ? Infinity : values[i]);
        for (let r = 1; r < order.length; r++) {
          const [before, after] = [order[r - 1], order[r]];
          expect(key(before)).toBeLessThanOrEqual(key(after));
          if (values[before] === values[after]) expect(before).toBeLessThan(after);
        }
      }),
    );
  });
});

describe('shaping', () => {
  test('centred ranks of costs 3, 1, 2 are 1/2, -1/2, 0', () => {
    expect(Array.from(centredRanks(Float64Array.of(3, 1, 2)))).toEqual([0.5, -0.5, 0]);
  });

  test('the best fitness gets -1/2, the worst 1/2, and ties get distinct ranks in their order', () => {
    expect(shaped([1, 9, 5, 5, 0], 'centered-rank')).toEqual([0.25, -0.5, -0.25, 0, 0.5]);
  });

  test('z-scores have mean 0 and spread 1', () => {
    const scores = zScores(Float64Array.of(1, 2, 3, 4));
    expect(scores[0]).toBeCloseTo(-1.5 / Math.sqrt(1.25), 9);
    expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12);
  });

  test('the range is [-1, 1], in the reference reading [1, 3], and values beyond 1e10 are clipped', () => {
    const costs = Float64Array.of(0, 5, 10);
    expect(Array.from(ranged(costs, 'corrected'))).toEqual([-1, expect.closeTo(0, 9), expect.closeTo(1, 9)]);
    expect(Array.from(ranged(costs, 'reference'))).toEqual([1, expect.closeTo(2, 9), expect.closeTo(3, 9)]);
    expect(ranged(Float64Array.of(0, 1e10, 1e300), 'corrected')[1]).toBeCloseTo(1, 9);
  });

  test('weight decay adds the mean square before ranking, so ties go to small weights', () => {
    const fitness = Float64Array.of(1, 1);
    const candidates = Float64Array.of(3, 1, 1, 1);
    const decayed = { values: 'order', weightDecay: 0.1, reading: 'corrected' } as const;
    expect(Array.from(shape(fitness, candidates, decayed))).toEqual([-1 + 0.5, -1 + 0.1]);
  });

  test('a fitness that is not finite ranks last, whatever its sign', () => {
    expect(shaped([NaN, 2, Infinity, -5], 'centered-rank')).toEqual([
      expect.closeTo(1 / 6, 15),
      -0.5,
      0.5,
      expect.closeTo(-1 / 6, 15),
    ]);
  });

  test.each(['z-score', 'range', 'none'] as const)('%s gives it the worst value of the others', (values) => {
    const costs = shaped([1, NaN, 3, -Infinity], values);
    const finite = shaped([1, 3], values);
    expect(costs).toEqual([finite[0], finite[0], finite[1], finite[0]]);
  });

  test('fitness itself stays as it is', () => {
    const fitness = Float64Array.of(1, NaN, 3);
    shape(fitness, Float64Array.of(1, 2, 3), {
      values: 'centered-rank',
      weightDecay: 1,
      reading: 'corrected',
    });
    expect(Array.from(fitness)).toEqual([1, NaN, 3]);
  });
});
