import { describe, expect, test } from 'vitest';
import { lastRow, observationsOf } from '../../src/figures/observations.js';

const columns = ['method', 'seed', 'level', 'generation', 'remaining', 'test_accuracy'];
const row = { method: 'random', seed: 1, level: 0, generation: 50, remaining: 1, test_accuracy: 0.5 };
const roles = { x: 'remaining', y: 'test_accuracy', color: 'method', band: 'seed' };

describe('reading observations out of a table', () => {
  test('takes curve, x, level, repetition and y from their columns', () => {
    expect(observationsOf({ columns, rows: [row] }, roles)).toEqual([
      { curve: 'random', x: 1, level: 0, repetition: '1', y: 0.5 },
    ]);
  });

  test('is one curve without repetitions when no columns are named for them', () => {
    const [one] = observationsOf({ columns, rows: [row] }, { ...roles, color: '', band: '' });
    expect(one).toMatchObject({ curve: '', repetition: '' });
  });

  test('leaves out rows where y was not measured', () => {
    const rows = [{ ...row, test_accuracy: undefined }, row];
    expect(observationsOf({ columns, rows }, roles)).toHaveLength(1);
  });

  test('says when nothing was measured at all', () => {
    expect(() => observationsOf({ columns, rows: [{ ...row, test_accuracy: undefined }] }, roles)).toThrow(
      'Nothing to draw: no row has a value in column test_accuracy.',
    );
  });

  test('says which parameter names a column that is not there, and which are', () => {
    expect(() => observationsOf({ columns, rows: [row] }, { ...roles, color: 'methd' })).toThrow(
      '`color: methd` names a column that the table does not have; it has method, seed, level, generation, remaining, test_accuracy.',
    );
  });

  test.each([
    ['NaN', NaN, '"NaN"'],
    ['a word', 'good', '"good"'],
    ['infinity', Infinity, '"Infinity"'],
    ['true', true, '"true"'],
  ])('says in which row y is %s instead of a finite number', (_what, value, shown) => {
    expect(() => observationsOf({ columns, rows: [row, { ...row, test_accuracy: value }] }, roles)).toThrow(
      `Column test_accuracy holds ${shown} where a finite number is needed to draw it, ` +
        'in the row with method = random, seed = 1, level = 0, generation = 50, remaining = 1.',
    );
  });

  test('the last row is the one with the largest value among those measured, wherever it stands; of equals the later', () => {
    const rows = [
      { generation: 100, test_accuracy: 0.7 },
      { generation: 50, test_accuracy: 0.6 },
      { generation: 150, test_accuracy: undefined },
    ];
    expect(lastRow(rows, 'generation', 'test_accuracy')).toBe(rows[0]);
    expect(lastRow([rows[2]!], 'generation', 'test_accuracy')).toBeUndefined();
    const again = { generation: 100, test_accuracy: 0.8 };
    expect(lastRow([...rows, again], 'generation', 'test_accuracy')).toBe(again);
  });
});
