import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Coords } from '../../src/pipeline/plan.js';
import type { StageSignature } from '../../src/pipeline/stage.js';
import { decide, inOrder, type Decision } from '../../src/exec/decide.js';
import { OutsideFileReader } from '../../src/store/outside-files.js';
import type { ObjectRef, Outputs } from '../../src/store/record.js';
import { openStore, type Store } from '../../src/store/store.js';
import { planOf, type PlanSpec } from '../rig/plan.js';
import { publication, sha256 } from '../rig/publication.js';
import { signatures } from '../rig/signatures.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(join(folder, 'store'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ref = (text: string, type: ObjectRef['type'] = 'file'): ObjectRef => ({
  ...{ type, sha256: sha256(text), bytes: text.length, kind: 'blob' },
});

interface Changed {
  /** What instances came out as, by name. */
  readonly known?: Readonly<Record<string, string | ObjectRef>>;
  readonly held?: Partial<StageSignature>;
  readonly force?: readonly string[];
}

/** What is to be done about the last instance. */
function last(spec: PlanSpec, { known = {}, held = {}, force = [] }: Changed = {}): Decision {
  const plan = planOf(spec);
  const names = plan.instances.map(({ id }) => id);
  const outputsOf = (index: number): Outputs | undefined => {
    const found = known[names[index]!];
    if (found === undefined) return undefined;
    return { out: typeof found === 'string' ? ref(found) : found };
  };
  return decide(names.length - 1, outputsOf, {
    ...{ plan, store, force: new Set(force.map((name) => names.indexOf(name))) },
    signatures: new Map(Object.entries({ ...signatures, held: { ...signatures['held']!, ...held } })),
    outsideFiles: new OutsideFileReader(join(folder, 'memo.json'), folder),
  });
}

function keyOf(...of: Parameters<typeof last>): string {
  const decision = last(...of);
  if (decision.verdict !== 'run') throw new Error(decision.reason);
  return decision.computation.key;
}

describe('a key', () => {
  const edge: PlanSpec = { a: {}, b: {}, z: { after: ['a', 'b'] } };
  const gather = (a: Coords, b: Coords): PlanSpec => ({ a: {}, b: {}, z: { gathers: { a, b } } });
  const rows = gather({ k: 1 }, { k: 2 });
  const known = { a: 'one', b: 'two' };

  test.each<[string, Parameters<typeof last>, Parameters<typeof last>]>([
    ['the bytes of an input', [edge, { known }], [edge, { known: { ...known, b: 'three' } }]],
    ['the type of an input', [edge, { known }], [edge, { known: { ...known, b: ref('two', 'table') } }]],
    ['which input has which bytes', [edge, { known }], [edge, { known: { a: 'two', b: 'one' } }]],
    ['the bytes of a row', [rows, { known }], [rows, { known: { ...known, b: 'three' } }]],
    ['the type of a row', [rows, { known }], [rows, { known: { ...known, b: ref('two', 'table') } }]],
    ['which row has which bytes', [rows, { known }], [rows, { known: { a: 'two', b: 'one' } }]],
    ['the coordinates of a row', [rows, { known }], [gather({ k: 1 }, { k: 3 }), { known }]],
    [
      'how many rows there are',
      [rows, { known }],
      [{ a: {}, b: {}, z: { gathers: { a: { k: 1 } } } }, { known }],
    ],
    ['a parameter', [{ z: {} }], [{ z: { params: { name: 'y' } } }]],
    ['the version of the stage type', [{ z: {} }], [{ z: {} }, { held: { version: 2 } }]],
    ['the class of machine, where it counts', [{ z: {} }], [{ z: {} }, { held: { runtime: 'node' } }]],
  ])('differs with %s', (_, one, other) => {
    expect(keyOf(...one)).not.toBe(keyOf(...other));
  });

  test('differs with the bytes of a file from outside', () => {
    const spec: PlanSpec = { z: { uses: 'reader', params: { path: 'data' } } };
    mkdirSync(join(folder, 'data'));
    const keys = ['1,2', '1,3'].map((text) => {
      writeFileSync(join(folder, 'data/numbers.txt'), text);
      return keyOf(spec);
    });
    expect(keys[0]).not.toBe(keys[1]);
  });

  test('is the same in whatever order the rows stand, and gives the stage one order', () => {
    const turned: PlanSpec = { a: {}, b: {}, z: { gathers: { b: { k: 2 }, a: { k: 1 } } } };
    const [one, other] = [last(rows, { known }), last(turned, { known })];
    if (one.verdict !== 'run' || other.verdict !== 'run') throw new Error('they have no result');
    expect(other.computation).toEqual(one.computation);
    expect(one.computation.inputs['rows']).toEqual({
      kind: 'rows',
      rows: [
        { coords: { k: 1 }, ref: ref('one') },
        { coords: { k: 2 }, ref: ref('two') },
      ],
    });
  });
});

describe('an instance', () => {
  const spec: PlanSpec = { z: {} };
  function publish(outputs: Readonly<Record<string, string>> = { out: 'text' }): string {
    const key = keyOf(spec);
    store.publish({ ...publication('z', outputs), key });
    return key;
  }

  test('that has a result is a hit, unless it is forced', () => {
    expect(last(spec)).toMatchObject({ verdict: 'run', reason: 'no result with this key', heals: false });
    const key = publish();
    expect(last(spec)).toMatchObject({ verdict: 'hit', key, result: { outputs: { out: ref('text') } } });
    expect(last(spec, { force: ['z'] })).toMatchObject({ verdict: 'run', reason: 'forced', heals: false });
  });

  test('whose result was lost runs again, which heals it', () => {
    publish();
    rmSync(store.layout.object(sha256('text')));
    store = openStore(store.layout.root);
    expect(last(spec)).toMatchObject({ verdict: 'run', heals: true });
  });

  test('whose result lacks an output that it must have runs again', () => {
    publish({ other: 'text' });
    expect(last(spec)).toMatchObject({
      ...{ verdict: 'run', reason: 'its result has no output "out"', heals: true },
    });
  });

  test('whose result has something else as an output runs again', () => {
    const plain = publication('z', { out: 'text' });
    const out = { type: 'table', content: 'text' } as const;
    store.publish({ ...plain, outputs: { out }, key: keyOf(spec) });
    expect(last(spec)).toMatchObject({
      ...{ verdict: 'run', heals: true },
      reason: 'output "out" of its result is of type table, not file',
    });
  });

  test('needs an output only with the parameters that make it', () => {
    const { out } = signatures['held']!.outputs;
    const curve = { ...out!, when: { parameter: 'curve', above: 0 } };
    const held = { outputs: { out: out!, curve } };
    publish();
    expect(last(spec, { held })).toMatchObject({ verdict: 'hit' });
    const more: PlanSpec = { z: { params: { curve: 1 } } };
    store.publish({ ...publication('y', { out: 'text' }), key: keyOf(more, { held }) });
    expect(last(more, { held })).toMatchObject({ reason: 'its result has no output "curve"' });
  });

  test('one of whose inputs is not known yet waits for all that are not, each once', () => {
    const waiting: PlanSpec = {
      a: {},
      b: {},
      c: {},
      z: { after: ['a', 'c', 'a'], gathers: { b: {}, c: {} } },
    };
    expect(last(waiting, { known: { a: 'one' } })).toEqual({
      verdict: 'run-unless-unchanged',
      waitsFor: [2, 1],
      reason: 'runs unless the outputs of c and 1 more come out unchanged',
    });
    expect(last(waiting, { known: { a: 'one', b: 'two' } })).toMatchObject({
      reason: 'runs unless the outputs of c come out unchanged',
    });
  });
});

test('rows stand in the order of their coordinates: numbers by value, words by their letters, axis by axis', () => {
  const coords = [
    { m: 'b', k: 2 },
    { k: 10, m: 'a' },
    { m: 'a', k: 2 },
    { k: -0, m: 'c' },
    { k: '10', m: 'a' },
    { k: { y: 1, x: 2 }, m: 'a' },
  ];
  const rows = coords.map((one, from) => ({ coords: one as Coords, from, output: 'out' }));
  const ordered = inOrder({ rows }).map((row) => JSON.stringify(row.coords));
  expect(ordered).toEqual([
    '{"k":"10","m":"a"}',
    '{"k":0,"m":"c"}',
    '{"k":2,"m":"a"}',
    '{"k":2,"m":"b"}',
    '{"k":10,"m":"a"}',
    '{"k":{"x":2,"y":1},"m":"a"}',
  ]);
  expect(inOrder({ rows: [...rows].reverse() }).map((row) => JSON.stringify(row.coords))).toEqual(ordered);
});
