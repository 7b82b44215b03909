import { describe, expect, test } from 'vitest';
import { contrastRows } from '../../src/analysis/statistics/contrasts.js';
import type { Contrast } from '../../src/analysis/statistics/contrasts.js';
import { groupsOf } from '../../src/analysis/statistics/groups.js';
import type { Group, Row } from '../../src/analysis/statistics/groups.js';
import { advantageRows, normalisedRows } from '../../src/analysis/statistics/paper-tables.js';
import { stabilityRows } from '../../src/analysis/statistics/stability.js';
import type { LevelScores } from '../../src/analysis/statistics/stability.js';
import { layoutOf } from '../../src/numeric/layout.js';
import { fullMask } from '../../src/numeric/mask.js';

const group = (cells: Row, ...values: readonly number[]): Group => ({
  cells,
  values: new Map(values.map((value, seed) => [String(seed), value])),
});

describe('groups', () => {
  const roles = { value: 'score', by: ['rule'], repetition: 'seed' };

  test.each([
    ['yes', '"yes"'],
    [true, 'true'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('refuse %s as a value, and say what they found', (score, found) => {
    expect(() => groupsOf([{ rule: 'a', seed: 1, score }], roles)).toThrow(
      `column score holds ${found} where a finite number is needed`,
    );
  });
});

describe('contrasts', () => {
  const byRemaining = [0.01, 0.1, 0.5, 1].flatMap((remaining, i) => [
    group({ rule: 'a', remaining }, 10 ** i, 10 ** i),
    group({ rule: 'b', remaining }, 0, 0),
  ]);
  const contrast: Contrast = { name: 'one', column: 'rule', first: 'a', second: 'b' };

  test('take groups that lie on a limit with those within it', () => {
    const limited = [
      { ...contrast, at_most: { remaining: 0.1 } },
      { ...contrast, at_least: { remaining: 0.5 } },
      { ...contrast, at_most: { remaining: 0.5 }, at_least: { remaining: 0.1 } },
    ];
    expect(
      contrastRows(byRemaining, limited, 0).map(({ conditions, difference }) => [conditions, difference]),
    ).toEqual([
      [2, (1 + 10) / 2],
      [2, (100 + 1000) / 2],
      [2, (10 + 100) / 2],
    ]);
  });

  test('are called by their names, with what they compare', () => {
    const [row] = contrastRows(byRemaining, [contrast], 0);
    expect(row).toMatchObject({ contrast: 'one', column: 'rule', first: 'a', second: 'b', n: 2 });
    expect([row['mean_first'], row['mean_second']]).toEqual([(1 + 10 + 100 + 1000) / 4, 0]);
  });

  test('of another name resample in another way, and what one says does not hang on the others', () => {
    const ten = Array.from({ length: 10 }, (_, i) => (i * 7) % 10);
    const groups = [group({ rule: 'a' }, ...ten), group({ rule: 'b' }, ...ten.map(() => 0))];
    const [one, other] = contrastRows(groups, [contrast, { ...contrast, name: 'other' }], 0);
    expect(one['interval']).toBe('bootstrap');
    expect([one['lower'], one['upper']]).not.toEqual([other['lower'], other['upper']]);
    const [alone] = contrastRows(groups, [contrast], 0);
    expect([alone['lower'], alone['upper']]).toEqual([one['lower'], one['upper']]);
  });
});

describe('tasks on one scale', () => {
  test('are 0 with spread 0 where all means of a task are equal, however large its spread', () => {
    const groups = [group({ task: 'flat', rule: 'a' }, 1, 5), group({ task: 'flat', rule: 'b' }, 3, 3)];
    expect(normalisedRows(groups, 'task')).toEqual([
      { rule: 'a', tasks: 1, mean: 0, std: 0 },
      { rule: 'b', tasks: 1, mean: 0, std: 0 },
    ]);
  });

  test('are divided by the range of their own task: a range of 1 leaves spreads as they are', () => {
    const groups = [group({ task: 'unit', rule: 'a' }, 0, 2), group({ task: 'unit', rule: 'b' }, 2, 2)];
    expect(normalisedRows(groups, 'task')).toEqual([
      { rule: 'a', tasks: 1, mean: 0, std: Math.SQRT2 },
      { rule: 'b', tasks: 1, mean: 1, std: 0 },
    ]);
  });
});

describe('advantages', () => {
  const names = { column: 'rule', first: 'a', second: 'b', along: 'level' };

  test('relate to the dense level of their own conditions', () => {
    const groups = ['easy', 'hard'].flatMap((task, t) =>
      [3, 4].flatMap((level) => [
        group({ task, rule: 'a', level }, 10 * (t + 1) - level),
        group({ task, rule: 'b', level }, 10 * (t + 1) - 2 * level),
      ]),
    );
    expect(advantageRows(groups, names)).toEqual([
      { task: 'easy', level: 3, advantage: 3 / 7 },
      { task: 'easy', level: 4, advantage: 4 / 7 },
      { task: 'hard', level: 3, advantage: 3 / 17 },
      { task: 'hard', level: 4, advantage: 4 / 17 },
    ]);
  });

  test('are left out where the other rule has no such level, or the rule itself has no dense one', () => {
    const groups = [
      group({ task: 'x', rule: 'a', level: 0 }, 4),
      group({ task: 'x', rule: 'b', level: 0 }, 2),
      group({ task: 'x', rule: 'a', level: 1 }, 3),
      group({ task: 'y', rule: 'a', level: 1 }, 3),
      group({ task: 'y', rule: 'b', level: 1 }, 1),
    ];
    expect(advantageRows(groups, names)).toEqual([{ task: 'x', level: 0, advantage: 0.5 }]);
  });

  test('of a rule that is not there are refused', () => {
    expect(() => advantageRows([group({ rule: 'b', level: 0 }, 1)], names)).toThrow(
      'advantage: no group has rule = a; is rule in `by`?',
    );
  });
});

describe('stability', () => {
  const layout = layoutOf([{ module: 'Dense_0', bias: [1], kernel: [4, 1] }]);
  const chain = { method: 'magnitude' };

  /** Scores of the bias and the four weights. */
  function at(level: number, scores: readonly number[], more: Partial<LevelScores> = {}): LevelScores {
    const mask = fullMask(layout);
    return { chain, repetition: '1', level, layout, mask, scores: Float64Array.from(scores), ...more };
  }
  const ofKernel = (levels: readonly LevelScores[]) =>
    stabilityRows(levels, 0).map(({ level, mean, n }) => [level, mean, n]);

  test('compares with the lowest level, in whatever order levels come', () => {
    const levels = [at(10, [0, 4, 3, 2, 1]), at(2, [0, 1, 2, 3, 4]), at(3, [0, 1, 2, 3, 5])];
    expect(ofKernel(levels)).toEqual([
      [2, 1, 1],
      [3, 1, 1],
      [10, -1, 1],
    ]);
  });

  test('looks at what survives the highest level', () => {
    const last = Uint8Array.of(1, 1, 1, 0, 0);
    const levels = [at(2, [0, 1, 2, 0, 0], { mask: last }), at(0, [0, 9, 8, 1, 2]), at(1, [0, 3, 4, 9, 1])];
    expect(ofKernel(levels)).toEqual([
      [0, 1, 1],
      [1, -1, 1],
      [2, -1, 1],
    ]);
  });

  test('leaves out a repetition in which fewer than two weights survive, and keeps the others', () => {
    const single = Uint8Array.of(1, 1, 0, 0, 0);
    const levels = [
      at(0, [0, 1, 2, 3, 4], { repetition: 'lost' }),
      at(1, [0, 1, 0, 0, 0], { repetition: 'lost', mask: single }),
      at(0, [0, 1, 2, 3, 4]),
      at(1, [0, 4, 3, 2, 1]),
    ];
    expect(ofKernel(levels)).toEqual([
      [0, 1, 1],
      [1, -1, 1],
    ]);
  });

  test('refuses two tickets of the same level, chain and repetition', () => {
    expect(() => stabilityRows([at(0, [0, 1, 2, 3, 4]), at(0, [0, 1, 2, 3, 4])], 0)).toThrow(
      'two tickets of method = magnitude have level 0 and the same repetition',
    );
  });

  test('resamples each row in a way of its own', () => {
    const orders = [
      [1, 2, 3, 4],
      [2, 1, 4, 3],
      [4, 3, 2, 1],
      [1, 3, 2, 4],
    ];
    const levels = Array.from({ length: 12 }, (_, repetition) =>
      [0, 1, 2].map((level) =>
        at(level, [0, ...(level === 0 ? [1, 2, 3, 4] : orders[repetition % 4])], {
          repetition: String(repetition),
        }),
      ),
    ).flat();
    const [, one, other] = stabilityRows(levels, 0);
    expect([one['mean'], one['interval']]).toEqual([other['mean'], 'bootstrap']);
    expect([one['lower'], one['upper']]).not.toEqual([other['lower'], other['upper']]);
  });
});
