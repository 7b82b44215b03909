import { createHash } from 'node:crypto';
import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.js';
import { rng } from '../../src/pipeline/cel-functions.js';
import { exactPower } from '../../src/pipeline/exact-power.js';
import {
  AxisValues,
  compileExpression,
  paramScope,
  paramValues,
  scopeWith,
} from '../../src/pipeline/expression.js';
import { splitTemplate } from '../../src/pipeline/template.js';

const scope = scopeWith(
  paramScope(
    new Map([
      ['ratio', 'double'],
      ['count', 'int'],
      ['seeds', 'list<int>'],
      ['name', 'string'],
    ] as const),
  ),
  new Map([
    ['seed', 'int'],
    ['method', 'string'],
  ] as const),
  'k',
);
const values = {
  params: paramValues(
    new Map<string, { value: Json; type: 'double' | 'int' | 'list<int>' | 'string' }>([
      ['ratio', { value: 0.8, type: 'double' }],
      ['count', { value: 3, type: 'int' }],
      ['seeds', { value: [4, 5], type: 'list<int>' }],
      ['name', { value: 'x', type: 'string' }],
    ]),
  ),
  matrix: Object.assign(new AxisValues(), { seed: 7n, method: 'random' }),
  loop: { k: 2n },
};

function result(code: string): unknown {
  const compiled = compileExpression(code, scope);
  if (!compiled.ok) return compiled.error.code;
  const value = compiled.value.evaluate(values);
  return value.ok ? value.value : value.error.code;
}

describe('an expression', () => {
  test.each<[string, unknown]>([
    ['params.count * 2', 6],
    ['params.count * 2.5', 7.5],
    ['1 - params.ratio', 1 - 0.8],
    ['7 / 2', 3],
    ['7 / 2.0', 3.5],
    ['k == 2.0', true],
    ['k > 1.5', true],
    ['pow(2, 10)', 1024],
    ['pow(params.ratio, k)', 0.8 * 0.8],
    ['pow(2.0, -1)', 0.5],
    ['min(3, 2.5)', 2.5],
    ['max(params.seeds)', 5],
    ['range(1, 5)', [1, 2, 3, 4]],
    ['range(5, 1, -2)', [5, 3]],
    ['range(3, 3)', []],
    ["matrix.method == 'random' ? 'fresh' : 'initial'", 'fresh'],
    ['params.seeds.map(s, s * 10)', [40, 50]],
    ['k in params.seeds', false],
    ['size(params.name)', 1],
    ["{'a': k}", { a: 2 }],
    ['rng(matrix.seed)', rng([7n])],
    ["rng(matrix.seed, 'train', k)", rng([7n, 'train', 2n])],
  ])('%s is %j', (code, expected) => {
    expect(result(code)).toEqual(expected);
  });

  test.each([
    ['1 / 0', 'EXPRESSION_FAILED'],
    ['pow(10, 30)', 'EXPRESSION_FAILED'],
    ['pow(2, -1)', 'EXPRESSION_FAILED'],
    ['pow(2.0, 100000)', 'EXPRESSION_FAILED'],
    ['range(0, 1000000000)', 'EXPRESSION_FAILED'],
    ['9007199254740993', 'EXPRESSION_FAILED'],
    ['1.0 / 0.0', 'EXPRESSION_FAILED'],
    ["b'bytes'", 'EXPRESSION_FAILED'],
    ['params.seeds[9]', 'EXPRESSION_FAILED'],
    ['max([])', 'EXPRESSION_FAILED|EXPRESSION_TYPE'],
    ['params', 'EXPRESSION_TYPE'],
    ["true ? 1 : 'a'", 'EXPRESSION_TYPE'],
    ["rng('a', 1)", 'EXPRESSION_TYPE'],
    ['now()', 'UNKNOWN_FUNCTION'],
    ['timestamp("2024-01-01T00:00:00Z")', 'UNKNOWN_FUNCTION'],
    ['params.name.matches("(a+)+$")', 'UNKNOWN_FUNCTION'],
    ['params.constructor', 'UNKNOWN_NAME'],
    ['__proto__', 'UNKNOWN_NAME'],
    ['env', 'UNKNOWN_NAME'],
    ['state.weights', 'EDGE_IN_EXPRESSION'],
    ['1 +', 'EXPRESSION_SYNTAX'],
    ['', 'EXPRESSION_SYNTAX'],
    [`${'('.repeat(200)}1${')'.repeat(200)}`, 'EXPRESSION_TOO_LARGE'],
    [Array.from({ length: 500 }, () => '1').join('+'), 'EXPRESSION_TOO_LARGE'],
    ['params.seeds.map(a, params.seeds.map(b, b))', 'EXPRESSION_TOO_LARGE'],
  ])('%s is refused', (code, expected) => {
    expect(result(code)).toMatch(new RegExp(`^(${expected})$`));
  });

  test('knows which parameters and axes it depends on', () => {
    const compiled = compileExpression('params.count + k * matrix.seed', scope);
    expect(compiled.ok && { params: compiled.value.params, axes: compiled.value.axes.toSorted() }).toEqual({
      params: ['count'],
      axes: ['k', 'seed'],
    });
  });
});

describe('rng', () => {
  test('is the first 53 bits of a digest of the typed tuple, for ever', () => {
    const digest = createHash('sha256')
      .update('ticketlab-rng/1\0[["int","3"],["string","train"],["double","0.5"]]')
      .digest();
    expect(rng([3n, 'train', 0.5])).toBe(Number(digest.readBigUInt64BE(0) >> 11n));
    expect(rng([1n, 'init'])).toBe(765949569439173);
  });

  test('tells values of different types apart', () => {
    const all = [rng([1n]), rng([1]), rng(['1']), rng([true]), rng([1n, 'a']), rng(['1', 'a'])];
    expect(new Set(all).size).toBe(all.length);
    for (const seed of all) expect(Number.isSafeInteger(seed) && seed >= 0).toBe(true);
  });
});

test('a power is the double nearest to the exact value', () => {
  const base = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(base, fc.integer({ min: 0, max: 40 }), (x, n) => {
      const power = exactPower(x, n);
      // Exact rational arithmetic on what the doubles stand for.
      const [a, b] = fraction(x);
      const exact = { top: a ** BigInt(n), bottom: b ** BigInt(n) };
      const error = (value: number) => {
        const [top, bottom] = fraction(value);
        const difference = top * exact.bottom - exact.top * bottom;
        return { size: difference < 0n ? -difference : difference, over: bottom };
      };
      const own = error(power);
      for (const other of [power * (1 + 2 ** -52), power * (1 - 2 ** -52)]) {
        const theirs = error(other);
        expect(own.size * theirs.over <= theirs.size * own.over).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
  expect([
    exactPower(-2, 3),
    exactPower(0, 0),
    exactPower(0, 2),
    exactPower(1e200, 2),
    exactPower(1e-200, 2),
  ]).toEqual([-8, 1, 0, Infinity, 0]);
});

test('a power just above the middle of two doubles is rounded up', () => {
  // (1 + e)^5 = 1 + 5e + 10e^2 + 10e^3 + ..., e = 2^-27: 10e^2 ends in the middle, 10e^3 lies far below.
  expect(exactPower(1 + 2 ** -27, 5)).toBe(1 + 5 * 2 ** -27 + 2 ** -51 + 2 ** -52);
});

/** A double as a fraction of whole numbers. */
function fraction(value: number): [bigint, bigint] {
  let bottom = 1n;
  let x = value;
  while (!Number.isInteger(x)) {
    x *= 2;
    bottom *= 2n;
  }
  return [BigInt(x), bottom];
}

test('a text is split at its expressions, and $${ is a literal', () => {
  expect(splitTemplate("a ${x + '}'} b $${c} $")).toEqual({
    ok: true,
    pieces: [
      { kind: 'text', text: 'a ' },
      { kind: 'expression', code: "x + '}'", start: 4 },
      { kind: 'text', text: ' b ${c} $' },
    ],
  });
  expect(splitTemplate('${ {"a": 1}.a }')).toMatchObject({ ok: true, pieces: [{ code: ' {"a": 1}.a ' }] });
  expect(splitTemplate('ab ${x')).toEqual({ ok: false, open: 3 });
});
