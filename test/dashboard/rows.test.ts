import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { shareRows, windowOf } from '../../src/dashboard/rows.js';
import { wrapLine } from '../../src/dashboard/wrap.js';

describe('sharing the rows of the screen', () => {
  test('meets small wishes first and shares the rest evenly, earlier ones getting the odd row', () => {
    expect(shareRows(20, [3, 50, 50])).toEqual([3, 9, 8]);
    expect(shareRows(2, [5, 5, 5])).toEqual([1, 1, 0]);
    expect(shareRows(-3, [5])).toEqual([0]);
  });

  test('never gives more than there is or than was wished for, and wastes nothing', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.array(fc.nat(80), { maxLength: 5 }), (available, wishes) => {
        const given = shareRows(available, wishes);
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        expect(sum(given)).toBe(Math.min(available, sum(wishes)));
        given.forEach((rows, position) => expect(rows).toBeLessThanOrEqual(wishes[position]!));
      }),
    );
  });
});

describe('the window of a list', () => {
  test('shows everything that fits', () => {
    expect(windowOf(['a', 'b'], 2)).toEqual({ shown: ['a', 'b'], hidden: 0 });
  });

  test('keeps the lowest ranks in their order and leaves a row to say how many are hidden', () => {
    expect(windowOf([9, 1, 8, 2, 7], 3, (rank) => rank)).toEqual({ shown: [1, 2], hidden: 3 });
  });

  test('shows nothing at all without rows', () => {
    expect(windowOf(['a', 'b'], 0)).toEqual({ shown: [], hidden: 0 });
  });
});

describe('breaking a line', () => {
  test('breaks at spaces and cuts words that are too long', () => {
    expect(wrapLine('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapLine('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
    expect(wrapLine('', 4)).toEqual(['']);
  });

  test('loses nothing but spaces and never exceeds the width', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (line, columns) => {
        const lines = wrapLine(line, columns);
        for (const part of lines) expect(part.length).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(line.replaceAll(/ /g, ''));
      }),
    );
  });
});
