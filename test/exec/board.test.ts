import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import type { Ending } from '../../src/events/event.js';
import { Board } from '../../src/exec/board.js';
import type { Decision } from '../../src/exec/decide.js';
import { remainingWork, forecast } from '../../src/exec/estimate.js';
import { producersOf, upwardRanks } from '../../src/exec/graph.js';
import { ReadyHeap } from '../../src/exec/heap.js';
import { grantThreads } from '../../src/exec/threads.js';
import type { Outputs } from '../../src/store/record.js';
import { planOf, type PlanSpec } from '../rig/plan.js';

const outputsOf = (name: string): Outputs => ({
  out: { type: 'file', sha256: name, bytes: 1, kind: 'blob' },
});

/** A board whose instances all have to run; an instance's key is its name unless said otherwise. */
function boardOf(
  spec: PlanSpec,
  options: { costs?: Record<string, number>; keys?: Record<string, string> } = {},
) {
  const plan = planOf(spec);
  const names = plan.instances.map(({ id }) => id);
  const producers = producersOf(plan.instances);
  const costs = Float64Array.from(names, (name) => options.costs?.[name] ?? 1);
  const ends: [string, Ending][] = [];
  const board = new Board({
    ids: names,
    producers,
    ranks: upwardRanks(producers, costs),
    decide: (index): Decision => {
      const key = options.keys?.[names[index]] ?? names[index];
      return {
        verdict: 'run',
        reason: '',
        heals: false,
        computation: { key, K: null, inputs: {}, files: {} },
      };
    },
    ended: (index, how) => ends.push([names[index], how]),
  });
  board.begin();
  const start = (): string | undefined => {
    const next = board.start();
    return next && names[next.index];
  };
  const ran = (name: string): void => board.ran(names.indexOf(name), outputsOf(name), { key: name });
  return { board, names, ends, start, ran, indexOf: (name: string) => names.indexOf(name) };
}

describe('the order of starting', () => {
  test('is by the longest remaining path', () => {
    const { start, ran } = boardOf({
      short: {},
      long1: {},
      alone: {},
      long2: { after: ['long1'] },
      tail: { after: ['short'] },
      long3: { after: ['long2'] },
    });
    expect([start(), start(), start(), start()]).toEqual(['long1', 'short', 'alone', undefined]);
    ran('short');
    ran('long1');
    expect([start(), start()]).toEqual(['long2', 'tail']);
  });

  test('counts what instances are known to cost', () => {
    const { start } = boardOf({ a: {}, b: {}, a2: { after: ['a'] } }, { costs: { b: 10 } });
    expect([start(), start()]).toEqual(['b', 'a']);
  });

  test('of a random graph never starts anything before what it reads, and ends everything', () => {
    const graph = fc
      .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
      .map((rows) =>
        Object.fromEntries(
          rows.map((row, at) => {
            const after = at === 0 ? [] : [...new Set(row.map((source) => `n${source % at}`))];
            return [`n${at}`, { after }] as const;
          }),
        ),
      );
    fc.assert(
      fc.property(
        graph,
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat()),
        (spec, slots, chances) => {
          const { board, start, ran, ends } = boardOf(spec);
          const running: string[] = [];
          const done = new Set<string>();
          while (board.open > 0) {
            for (
              let next = start();
              next !== undefined;
              next = running.length < slots ? start() : undefined
            ) {
              for (const source of spec[next].after) expect(done).toContain(source);
              running.push(next);
            }
            const [ended] = running.splice(chances.next().value! % running.length, 1);
            done.add(ended);
            ran(ended);
          }
          expect(ends).toHaveLength(Object.keys(spec).length);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a board', () => {
  test('counts each instance once in what is open, whatever happens', () => {
    const { board, start, indexOf } = boardOf({ a: {}, b: { after: ['a'] }, c: { after: ['b'] }, d: {} });
    expect(board.open).toBe(4);
    expect([start(), start()]).toEqual(['a', 'd']);
    board.failed(indexOf('a'), {});
    expect(board.open).toBe(1);
    board.cancelled(indexOf('d'));
    expect(board.open).toBe(0);
  });

  test('withdraws what has not started, and leaves what runs', () => {
    const { board, start, ends, ran } = boardOf({ a: {}, b: {}, c: { after: ['a'] } });
    expect(start()).toBe('a');
    board.withdraw('skipped', 'no space');
    ran('a');
    expect(ends).toEqual([
      ['b', 'skipped'],
      ['c', 'skipped'],
      ['a', 'ran'],
    ]);
    expect(start()).toBeUndefined();
  });

  test('starts a follower itself when its leader can no longer start', () => {
    const spec: PlanSpec = { bad: {}, a: { after: ['bad'] }, b: {} };
    const plain = boardOf({ ...spec, b: {} }, { keys: { a: 'one', b: 'one' } });
    expect([plain.start(), plain.start()]).toEqual(['bad', 'b']);
    plain.ran('bad');
    plain.ran('b');
    expect(plain.ends).toEqual([
      ['bad', 'ran'],
      ['b', 'ran'],
      ['a', 'hit'],
    ]);
  });

  test('computes a key once for all others too when one of those that wait for it is skipped', () => {
    const { board, start, ran, ends, indexOf } = boardOf(
      { m: {}, late: {}, a: {}, x: { after: ['m'] }, f: { after: ['m'] }, g: { after: ['late'] } },
      { keys: { a: 'one', f: 'one', g: 'one' } },
    );
    expect([start(), start(), start()]).toEqual(['m', 'late', 'a']);
    ran('m');
    expect([start(), start()]).toEqual(['x', undefined]);
    board.lost(indexOf('x'), 'm');
    expect(start()).toBe('m');
    board.failed(indexOf('m'), {});
    ran('late');
    expect(start()).toBeUndefined();
    ran('a');
    expect(board.open).toBe(0);
    expect(Object.fromEntries(ends)).toEqual({
      ...{ m: 'failed', x: 'skipped', f: 'skipped' },
      ...{ late: 'ran', a: 'ran', g: 'hit' },
    });
  });

  test('reopens the maker of a lost object once, and lets a second reader wait for it', () => {
    const { board, start, ran, ends, indexOf } = boardOf({ m: {}, x: { after: ['m'] }, y: { after: ['m'] } });
    start();
    ran('m');
    expect([start(), start()]).toEqual(['x', 'y']);
    expect(board.lost(indexOf('x'), 'm')).toEqual([indexOf('m')]);
    expect([board.how(indexOf('m')), board.made(indexOf('m'))]).toEqual([undefined, undefined]);
    expect(board.lost(indexOf('y'), 'm')).toEqual([]);
    expect([start(), start()]).toEqual(['m', undefined]);
    ran('m');
    expect([start(), start()]).toEqual(['x', 'y']);
    expect(board.lost(indexOf('x'), 'm')).toBeUndefined();
    board.failed(indexOf('x'), {});
    ran('y');
    expect(board.open).toBe(0);
    expect(Object.fromEntries(ends)).toEqual({ m: 'ran', x: 'failed', y: 'ran' });
  });

  test('takes a loss that is reported after the object was made anew as a reason to read it again', () => {
    const { board, start, ran, indexOf } = boardOf({ m: {}, x: { after: ['m'] }, y: { after: ['m'] } });
    start();
    ran('m');
    start();
    start();
    board.lost(indexOf('x'), 'm');
    start();
    ran('m');
    expect(board.lost(indexOf('y'), 'm')).toEqual([]);
    expect([start(), start()]).toEqual(['x', 'y']);
  });
});

describe('the ready heap', () => {
  test('gives the highest rank first, among equals the lower index', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }), (ranks) => {
        const heap = new ReadyHeap(Float64Array.from(ranks));
        ranks.forEach((_, index) => heap.push(index));
        const popped = ranks.map(() => heap.pop());
        const sorted = ranks.map((_, index) => index).sort((a, b) => ranks[b] - ranks[a] || a - b);
        expect(popped).toEqual(sorted);
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});

describe('threads', () => {
  test.each([
    [[true], 4, [4]],
    [[true, true], 4, [2, 2]],
    [[true, false, true], 4, [2, 1, 1]],
    [[false, false], 4, [1, 1]],
    [[true, true], 2, [1, 1]],
    [[], 3, []],
  ])('of %j with %i free slots are %j', (capable, free, threads) => {
    expect(grantThreads(capable, free)).toEqual(threads);
  });
});

describe('the forecast', () => {
  test('is the longest path, or all work spread over the slots if that is more', () => {
    const producers = producersOf(planOf({ a: {}, b: { after: ['a'] }, c: {}, d: {} }).instances);
    const remaining = remainingWork(producers, Float64Array.of(2, 3, 4, 5));
    expect(remaining).toEqual({ total: 14, longest: 5 });
    expect(forecast(remaining, 2)).toBe(7);
    expect(forecast(remaining, 8)).toBe(5);
  });
});
