import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { keepCount, keepLargest, thresholdAt } from '../../src/pruning/select.js';
import { numbers, sparsities } from './make-trained.js';

const range = (n: number) => Float64Array.from({ length: n }, (_, i) => i);
const positions = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

describe('how many weights survive', () => {
  test.each([
    [0, 11240],
    [1, 8992],
    [2, 7193],
    [3, 5755],
    [5, 3683],
    [10, 1207],
    [15, 396],
    [19, 162],
  ])('after %i rounds of 0.8 of 11240 weights %i are left', (rounds, left) => {
    let kept = 1;
    for (let round = 0; round < rounds; round++) kept *= 0.8;
    expect(keepCount(11240, 1 - kept)).toBe(left);
  });

  test('at least one weight survives any sparsity below 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), sparsities, (size, sparsity) => {
        expect(keepCount(size, sparsity)).toBeGreaterThanOrEqual(1);
      }),
    );
    expect(keepCount(0, 0.5)).toBe(0);
  });
});

describe('the threshold', () => {
  test('the quarter percentile of 0..9 is 2.25 and keeps 3..9', () => {
    const scores = range(10);
    expect(thresholdAt(scores, 0.25)).toBe(2.25);
    const mask = new Uint8Array(10);
    keepLargest(mask, { scores, candidates: positions(10), keep: keepCount(10, 0.25) });
    expect([...mask].join('')).toBe('0001111111');
  });

  test.each([
    [[3], 0.7, 3],
    [[1, 2, 3, 4], 0, 1],
    [[1, 2, 3, 4], 0.25, 1.75],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3, 4], 0.1, 1.3],
    [[1, 2, 3, 4], 0.9, 3.7],
    [[0, 0, 0, 8], 0.75, 2],
  ])('of %j at %f is %f', (values, level, expected) => {
    expect(thresholdAt(Float64Array.from(values), level)).toBe(expected);
  });

  test('scores at or above it are exactly those that are kept, when no two are equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), sparsities, (size, seed, sparsity) => {
        const scores = numbers(size, seed);
        const mask = new Uint8Array(size);
        keepLargest(mask, { scores, candidates: positions(size), keep: keepCount(size, sparsity) });
        const threshold = thresholdAt(scores.slice().sort(), sparsity);
        expect([...mask]).toEqual([...scores].map((score) => (score >= threshold ? 1 : 0)));
      }),
    );
  });
});

describe('keeping the largest', () => {
  const kept = (scores: readonly number[], keep: number) => {
    const mask = new Uint8Array(scores.length);
    keepLargest(mask, { scores: Float64Array.from(scores), candidates: positions(scores.length), keep });
    return mask.join('');
  };

  test('of equal scores the later ones stay', () => {
    expect(kept([5, 5, 5, 5], 2)).toBe('0011');
    expect(kept([5, 7, 5, 1, 5], 3)).toBe('01101');
    expect(kept([0, 0, 0], 1)).toBe('001');
  });

  test('all or nothing', () => {
    expect(kept([3, 1, 2], 3)).toBe('111');
    expect(kept([3, 1, 2], 0)).toBe('000');
  });

  test('is the order (score, position), however many scores tie', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 }),
        fc.nat(),
        (scores, k) => {
          const keep = k % (scores.length + 1);
          const order = scores
            .map((score, at) => ({ score, at }))
            .sort((a, b) => b.score - a.score || b.at - a.at);
          const expected = scores.map(() => 0);
          for (const { at } of order.slice(0, keep)) expected[at] = 1;
          expect(kept(scores, keep)).toBe(expected.join(''));
        },
      ),
    );
  });

  test('positions that are no candidates are left alone', () => {
    const mask = Uint8Array.of(1, 0, 1, 0);
    keepLargest(mask, { scores: Float64Array.of(9, 9, 1, 2), candidates: Uint32Array.of(2, 3), keep: 1 });
    expect([...mask]).toEqual([1, 0, 0, 1]);
  });
});
