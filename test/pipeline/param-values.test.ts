import { describe, expect, test } from 'vitest';
import { complaints, planOf } from './small-stages.js';

const file = (params: string, value: string) => `ticketlab: 1
name: p
params:
${params}
stages:
  prune:
    uses: init
    with: { rng: 1, layers: [196, ${value}] }
`;
const layer = (params: string, value: string, asked = {}) =>
  planOf(file(params, `'\${${value}}'`), asked).instances[0]!.params.layers as number[];

describe('a parameter', () => {
  test('of type duration is written with units and computed with in seconds', () => {
    const params = '  pause: { type: duration, default: 1h30m, min: 1m }';
    expect(layer(params, 'int(params.pause)')[1]).toBe(5400);
    expect(layer(params, 'int(params.pause * 10)', { overrides: ['pause=61.5s'] })[1]).toBe(615);
    expect(complaints(file(params, '1'), { overrides: ['pause=90'] })).toContain(
      'BAD_PARAM_VALUE: The parameter "pause" (duration) must be a duration such as 90s, 5m or 1h30m; -P gives the text "90".',
    );
    expect(complaints(file(params, '1'), { overrides: ['pause=59s'] })).toContain(
      'must be at least 1m; -P gives',
    );
    expect(complaints(file('  pause: { type: duration, min: 2m, max: 90s, default: 100s }', '1'))).toContain(
      'BAD_PARAM_DECLARATION: No value is at least 2m and at most 90s.',
    );
  });

  test('of type list is shown where it is too short, or holds a value twice', () => {
    const list = '  sizes: { type: list<int>, default: [1, 2], unique: true, min_items: 2 }';
    expect(complaints(file(list, '1'), { overrides: ['sizes=[1]'] })).toContain(
      'The parameter "sizes" (list<int>) must have at least 2 elements; -P gives [1].',
    );
    expect(complaints(file(list.replace('[1, 2]', '[3, 3]'), '1'))).toContain(
      'The parameter "sizes" (list<int>) must not hold a value twice (3); its default is [3,3].',
    );
  });

  test('of type bytes is written with units and computed with in bytes', () => {
    expect(layer('  room: { type: bytes, default: 1.5KiB }', 'params.room')[1]).toBe(1536);
    expect(
      layer('  rooms: { type: list<bytes>, default: [2kB, 3B] }', 'params.rooms[1] + params.rooms[0]')[1],
    ).toBe(2003);
    expect(complaints(file('  room: { type: bytes, default: 3G }', '1'))).toContain(
      '"default" must be a size such as 512MiB or 3GiB, not the text "3G".',
    );
  });

  test('of type map gives a value for a name', () => {
    const params = '  widths: { type: map<int>, items: { min: 1 }, default: { mnist: 32, fmnist: 64 } }';
    expect(layer(params, 'params.widths["fmnist"] + params.widths.mnist')[1]).toBe(96);
    expect(layer(params, 'params.widths.a', { overrides: ['widths={a: 7}'] })[1]).toBe(7);
    expect(complaints(file(params, '1'), { overrides: ['widths={a: 0}'] })).toContain(
      'is a mapping whose values each must be at least 1 ("a" is 0); -P gives a mapping.',
    );
    expect(complaints(file(params, '1'), { overrides: ['widths=[1]'] })).toContain(
      'must be a mapping (map<int>)',
    );
  });
});

describe('a file of parameters', () => {
  const params = `  a: { type: int, default: 1 }
  b: { type: int, default: 1 }
  c: { type: int, default: 1 }
presets:
  big: { b: 2, c: 2 }`;
  const given = (text: string) => ({ file: 'values.yaml', source: new TextEncoder().encode(text) });

  test('stands above presets and below -P, and is remembered as the origin', () => {
    const plan = planOf(file(params, '1'), {
      preset: 'big',
      paramsFile: given('{"b": 3, "c": 3}'),
      overrides: ['c=4'],
    });
    expect(plan.params).toEqual({
      a: { value: 1, origin: 'default' },
      b: { value: 3, origin: 'params file values.yaml' },
      c: { value: 4, origin: '-P' },
    });
    expect(plan.variant).toMatch(/^big\+[0-9a-f]{8}$/);
    expect(planOf(file(params, '1'), { paramsFile: given('a: 1') }).variant).toBe('default');
  });

  test('is checked like a preset, with places of its own', () => {
    expect(complaints(file(params, '1'), { paramsFile: given('a: one\nd: 2\n') })).toBe(
      `values.yaml:1:4  error BAD_PARAM_VALUE: The parameter "a" (int) must be a whole number; params file values.yaml gives the text "one".
  1 | a: one
    |    ^^^
  p.yaml:4:3  "a" is declared here

values.yaml:2:1  error UNKNOWN_PARAM: There is no parameter "d".
  2 | d: 2
    | ^
  Parameters of the pipeline: a, b and c. Declare new ones under params.
`,
    );
    expect(complaints(file(params, '1'), { paramsFile: given('- 1\n') })).toContain(
      'NOT_A_MAPPING: A file of parameters is a mapping (key: value), not a list.',
    );
  });
});
