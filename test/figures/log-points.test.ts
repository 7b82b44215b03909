import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { logPoints } from '../../src/figures/log-points.js';
import type { CurvePoint } from '../../src/figures/summarise-curves.js';

const at = (x: number, mean: number, half = 0, curve = ''): CurvePoint => ({
  ...{ curve, x, level: undefined, n: half === 0 ? 1 : 3 },
  ...{ mean, lower: mean - half, upper: mean + half },
});

describe('points on a logarithmic axis', () => {
  test('that are measurements stand where they were measured, or are left out and counted', () => {
    const framed = logPoints([at(1, -0.5), at(2, 1e-7), at(3, 0.01), at(4, 0), at(5, 2)], true)!;
    expect(framed.points.map(({ x, mean }) => [x, mean])).toEqual([
      [3, 0.01],
      [5, 2],
    ]);
    expect(framed.hidden).toBe(3);
    // A line from 3 to 5 would say that something was measured between them.
    expect(new Set(framed.points.map(({ piece }) => piece)).size).toBe(2);
  });

  test('of a continuous curve fall down to the axis where they leave it, and rise from there', () => {
    const curve = [0, 0, 1e-9, 4, 5, 1e-9, 0, 0, 3, 0].map((mean, x) => at(x, mean));
    const framed = logPoints(curve, false)!;
    expect(framed.points.map(({ x, mean }) => [x, mean])).toEqual([
      [2, 5e-6],
      [3, 4],
      [4, 5],
      [5, 5e-6],
      [7, 5e-6],
      [8, 3],
      [9, 5e-6],
    ]);
    expect(framed.points.map(({ piece }) => piece)).toEqual([2, 2, 2, 2, 3, 3, 3]);
    expect(framed.ends).toEqual([5e-6, 7]);
    expect(framed.hidden).toBe(0);
  });

  test('neighbours on different curves do not draw each other down', () => {
    const framed = logPoints([at(1, 5, 0, 'a'), at(0, 0, 0, 'b'), at(1, 5, 0, 'b')], false)!;
    expect(framed.points.map(({ curve, x }) => [curve, x])).toEqual([
      ['a', 1],
      ['b', 0],
      ['b', 1],
    ]);
    const apart = logPoints([at(1, 5, 0, 'a'), at(0, 0, 0, 'b'), at(1, 0, 0, 'b')], false)!;
    expect(apart.points.map(({ curve }) => curve)).toEqual(['a']);
  });

  test('have intervals that end at the lower edge of the figure when they reach 0', () => {
    const framed = logPoints([at(1, 0.1, 0.3), at(2, 1, 0.2)], true)!;
    expect(framed.ends[0]).toBeCloseTo(0.01, 12);
    expect(framed.points.map(({ lower }) => lower)).toEqual([framed.ends[0], 0.8]);
    expect(framed.cut).toBe(true);
    expect(logPoints([at(1, 0.1, 0.05)], true)!.cut).toBe(false);
  });

  test('are none when nothing is above 0', () => {
    expect(logPoints([at(1, 0), at(2, -3)], true)).toBeUndefined();
  });

  test('are all within the ends, none moved, none lost without being counted', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: -20, max: 60 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(values, (list) => {
        const points = list.map(([digits, exponent], x) => at(x, Number(`${digits}e${exponent}`), 0.01 * x));
        const framed = logPoints(points, true);
        expect(framed === undefined).toBe(points.every(({ mean }) => mean <= 0));
        if (framed === undefined) return;
        expect(framed.points.length + framed.hidden).toBe(points.length);
        for (const { x, mean, lower, upper } of framed.points) {
          expect(mean).toBe(points[x]!.mean);
          for (const value of [mean, lower, upper]) {
            expect(value).toBeGreaterThanOrEqual(framed.ends[0]);
            expect(value).toBeLessThanOrEqual(framed.ends[1]);
          }
        }
      }),
    );
  });
});
