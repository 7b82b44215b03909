import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { byName, summariseCurves, type Observation } from '../../src/figures/summarise-curves.js';

const at = (curve: string, level: number, repetition: string, y: number): Observation => ({
  curve,
  x: 100 * [1, 0.6, 0.36][level]!,
  level,
  repetition,
  y,
});

describe('summarising curves', () => {
  test('takes the mean over repetitions point by point', () => {
    const points = summariseCurves(
      [at('b', 0, '1', 0.5), at('a', 1, '1', 0.25), at('a', 1, '2', 0.75), at('a', 0, '1', 1)],
      'seed',
    );
    expect(points.map(({ curve, level, x, n, mean }) => [curve, level, x, n, mean])).toEqual([
      ['a', 0, 100, 1, 1],
      ['a', 1, 60, 2, 0.5],
      ['b', 0, 100, 1, 0.5],
    ]);
  });

  test('gives the same bits whatever the order of the rows', () => {
    const levels = ['random', 'magnitude'].flatMap((curve) =>
      [0, 1, 2].flatMap((level) =>
        ['1', '2', '10'].map((seed) => at(curve, level, seed, Math.sin(7 * level + Number(seed)))),
      ),
    );
    const dense = levels.filter(({ level }) => level === 0);
    const all = [...levels, ...dense.map((one) => ({ ...one, level: undefined, y: one.y / 2 }))];
    const expected = summariseCurves(all, 'seed');
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(summariseCurves(shuffled, 'seed')).toEqual(expected);
      }),
    );
  });

  test('keeps levels apart that happen to have the same share of weights', () => {
    const points = summariseCurves(
      [
        { ...at('a', 0, '1', 1), x: 5 },
        { ...at('a', 1, '1', 2), x: 5 },
      ],
      'seed',
    );
    expect(points.map(({ level, mean }) => [level, mean])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test('refuses to average over anything but repetitions', () => {
    expect(() => summariseCurves([at('a', 0, '1', 1), at('a', 0, '1', 2)], 'seed')).toThrow(
      'Two rows of the table belong to the same point: curve a, x = 100 with seed = 1.\n' +
        'Name the column that tells repetitions apart in `band`, the one that tells curves apart in `color`, ' +
        'or keep only the last row of each instance with `last_by`.',
    );
  });

  test('sees a repetition that is there twice even when others lie between its values', () => {
    const three = [at('a', 0, '1', 0.1), at('a', 0, '2', 0.2), at('a', 0, '1', 0.3)];
    expect(() => summariseCurves(three, 'seed')).toThrow('curve a, x = 100 with seed = 1.');
  });

  test('orders names that are numbers by size and others by their letters', () => {
    expect(['10', '9', '0.5', '-1'].sort(byName)).toEqual(['-1', '0.5', '9', '10']);
    expect(['snes', 'random', '', 'magnitude'].sort(byName)).toEqual(['', 'magnitude', 'random', 'snes']);
  });
});
