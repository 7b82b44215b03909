import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { complaints, planOf, sourcesOf } from './small-stages.js';

const head = 'ticketlab: 1\nname: p\nparams:\n  last: { type: int, default: 3 }\n';
const file = (matrix: string, rest = '') =>
  `${head}stages:\n  init:\n    uses: init\n    matrix: ${matrix}\n    with: { rng: 1 }\n${rest}`;
const ids = (text: string) => planOf(text).instances.map(({ id }) => id);

describe('a matrix', () => {
  test('leaves out what exclude names, with some of the axes or all', () => {
    expect(
      ids(
        file(
          '{ seed: [1, 2, 3], width: [a, b], exclude: [{ seed: 2, width: b }, { seed: "${params.last}" }] }',
        ),
      ),
    ).toEqual(['init[seed=1,width=a]', 'init[seed=1,width=b]', 'init[seed=2,width=a]']);
  });

  test('adds the rows of include, which win over exclude', () => {
    expect(
      ids(
        file(
          '{ seed: [1, 2], width: [a], exclude: [{ seed: 2 }], include: [{ seed: 2, width: c }, { width: a, seed: 9 }] }',
        ),
      ),
    ).toEqual(['init[seed=1,width=a]', 'init[seed=2,width=c]', 'init[seed=9,width=a]']);
  });

  test('may be nothing but rows', () => {
    expect(ids(file('{ include: [{ seed: 1, width: a }, { width: b, seed: 2 }] }'))).toEqual([
      'init[seed=1,width=a]',
      'init[seed=2,width=b]',
    ]);
  });

  test('with rows is gathered without what is not there', () => {
    const plan = planOf(
      file(
        '{ seed: [1, 2], width: [a, b], exclude: [{ seed: 2, width: b }] }',
        '  sizes:\n    uses: count\n    matrix: { seed: [1, 2] }\n    with: { of: { from: stages.init.mask, over: [width] } }\n',
      ),
    );
    expect(sourcesOf(plan, 'sizes[seed=2]')).toEqual({
      of: [{ width: 'a', of: 'init[seed=2,width=a].mask' }],
    });
  });

  test('with rows can be asked for by address, where there is something', () => {
    const text = file('{ seed: [1, 2], width: [a, b], exclude: [{ seed: 2, width: b }] }');
    expect(planOf(text, { targets: ['init[width=b]'] }).instances.map(({ id }) => id)).toEqual([
      'init[seed=1,width=b]',
    ]);
    expect(complaints(text, { targets: ['init[seed=2,width=b]'] })).toContain(
      'NO_SUCH_INSTANCE: The matrix of init leaves out what "init[seed=2,width=b]" means.',
    );
  });

  test('says what does not fit in a row', () => {
    expect(complaints(file('{ seed: [1], exclude: [{ sed: 1 }] }'))).toContain(
      'AXIS_UNKNOWN: This matrix has no axis "sed".',
    );
    expect(complaints(file('{ seed: [1], exclude: [{ seed: one }] }'))).toContain(
      'BAD_AXIS: The values of the axis "seed" are not all of one type.',
    );
    expect(complaints(file('{ seed: [1], exclude: [{ seed: 1 }] }'))).toContain(
      'EMPTY_AXIS: The matrix of init has no combination left.',
    );
    expect(complaints(file('{ include: [{ seed: 1 }, { seed: a }] }'))).toContain('BAD_AXIS');
    expect(complaints(file('{ include: [{ seed: 1 }, { width: 1 }] }'))).toContain('AXIS_UNKNOWN');
  });

  test('has the combinations that a list of all of them, filtered and added to, has', () => {
    const value = fc.integer({ min: 0, max: 3 });
    const axis = fc.uniqueArray(value, { minLength: 1, maxLength: 4 });
    const row = fc.record({ a: value, b: value, c: value });
    const part = fc.record({ a: value, b: value, c: value }, { requiredKeys: ['a'] });
    fc.assert(
      fc.property(
        axis,
        axis,
        axis,
        fc.array(part, { maxLength: 4 }),
        fc.array(row, { minLength: 1, maxLength: 4 }),
        (a, b, c, exclude, include) => {
          const expected = new Set(
            a
              .flatMap((x) => b.flatMap((y) => c.map((z) => ({ a: x, b: y, c: z }))))
              .filter(
                (point) => !exclude.some((r) => Object.entries(r).every(([k, v]) => point[k as 'a'] === v)),
              )
              .concat(include)
              .map((p) => `init[a=${p.a},b=${p.b},c=${p.c}]`),
          );
          const found = ids(file(JSON.stringify({ a, b, c, exclude, include })));
          expect(new Set(found)).toEqual(expected);
          expect(found).toHaveLength(expected.size);
        },
      ),
      { numRuns: 60 },
    );
  });
});
