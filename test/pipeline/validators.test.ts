import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.js';
import { ok } from '../../src/base/result.js';
import { checkAgainstSchema, schemaErrors } from '../../src/pipeline/check-schema.js';
import { rootChecker, schemaChecker, type LocatedFault } from '../../src/pipeline/checkers.js';
import { declaredChecker, valueSchema } from '../../src/pipeline/declared-checker.js';
import type { Diagnostic } from '../../src/pipeline/diagnostic.js';
import { Modules, type DescribeModules } from '../../src/pipeline/modules.js';
import { readType } from '../../src/pipeline/params.js';
import type { ParamType } from '../../src/pipeline/param-types.js';
import { parsePipelineFile, type ParsedFile } from '../../src/pipeline/parse.js';
import { stamp, validators } from '../../src/pipeline/precompiled.js';
import { rootSchemas } from '../../src/pipeline/root-schemas.js';
import { shippedSignatures } from '../../src/pipeline/shipped.js';
import { readSignatures } from '../../src/pipeline/signatures.js';
import { readPage } from './diagnostics-page.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const shippedText = read('schemas/stages.schema.json');
const prepared = shippedSignatures(shippedText);
const unprepared = readSignatures(JSON.parse(shippedText));

function parsed(source: Uint8Array): ParsedFile | undefined {
  const file = parsePipelineFile('p.yaml', source);
  return file.ok ? file.value : undefined;
}

/** Some place of a value, replaced, removed or added to. */
function mutated(value: Json, pick: readonly number[], by: Json): Json {
  const [first = 0, ...rest] = pick;
  if (typeof value !== 'object' || value === null || rest.length === 0) return by;
  if (Array.isArray(value)) {
    const list = [...(value as Json[])];
    list[first % (list.length + 1)] = mutated(list[first % (list.length + 1)] ?? null, rest, by);
    return list;
  }
  const keys = Object.keys(value);
  const key = keys[first % (keys.length + 1)] ?? 'strange';
  const member = (value as Record<string, Json>)[key] ?? null;
  const { [key]: _, ...others } = value as Record<string, Json>;
  return first % 7 === 6 ? others : { ...others, [key]: mutated(member, rest, by) };
}

/** Without what is said of a part where it stands: equal parts are one. */
function told(faults: readonly LocatedFault[]) {
  return schemaErrors(faults).map(({ parent, ...error }) => {
    const { description: _, default: __, definitions: ___, ...rest } = parent;
    return { ...error, parent: rest };
  });
}

const anything = fc.oneof(
  fc.constantFrom<Json>('${params.seeds}', '${stages.a.b}', 'train-es', 'snes', 'loop', 'A b', 1, 0, 0.5),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);
const picks = fc.array(fc.nat(20), { minLength: 1, maxLength: 7 });

describe('the validators that were written when ticketlab was built', () => {
  test('belong to the schemas that are shipped, one to each', () => {
    expect(stamp).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(validators)).toEqual([...rootSchemas(prepared).keys()]);
    for (const [name, schema] of rootSchemas(prepared)) {
      const owner = prepared.get(name.split(':')[1] ?? '') ?? prepared;
      let asked = 0;
      rootChecker(owner, name, () => (asked++, schema()));
      expect(asked, name).toBe(0);
    }
  });

  test('are not used for other stage types than those they were written for', () => {
    const others = shippedSignatures(shippedText.replace('"version": 1', '"version": 9'));
    let asked = 0;
    rootChecker(others, 'input', () => (asked++, {}));
    expect(asked).toBe(1);
  });

  function agree(file: ParsedFile): number {
    const [ours, theirs] = [prepared, unprepared].map((signatures) => checkAgainstSchema(file, signatures));
    expect(ours).toEqual(theirs);
    return ours?.problems.length ?? 0;
  }

  test('say of every example of the diagnostics page what the schema says, compiled as it is', () => {
    let problems = 0;
    for (const { wrong, right } of readPage(read('docs/diagnostics.md')))
      for (const file of [parsed(wrong.source), parsed(right.source)])
        if (file !== undefined) problems += agree(file);
    expect(problems).toBeGreaterThan(100);
  });

  test.each(readdirSync(new URL('pipelines', root)).filter((name) => name.endsWith('.yaml')))(
    'say of mutations of %s what the schema says, compiled as it is',
    (name) => {
      const start = parsed(readFileSync(new URL(`pipelines/${name}`, root)))!;
      fc.assert(
        fc.property(picks, anything, (pick, by) => {
          const value = mutated(start.value as Json, pick, by);
          agree({ ...start, value: (typeof value === 'object' ? value : {}) as ParsedFile['value'] });
        }),
        { numRuns: 150, seed: 7 },
      );
    },
  );

  test.each([...rootSchemas(prepared).keys()].filter((name) => name !== 'pipeline'))(
    'find of %s what its schema finds, compiled as it is',
    (name) => {
      const schema = rootSchemas(prepared).get(name)!;
      const owner = prepared.get(name.split(':')[1] ?? '') ?? prepared;
      const [ours, theirs] = [rootChecker(owner, name, schema), schemaChecker(schema())];
      const properties = Object.keys((schema().properties ?? {}) as object);
      const members = fc.dictionary(fc.constantFrom('strange', ...properties), anything);
      fc.assert(
        fc.property(fc.oneof(members, anything), (value) => {
          expect(told(ours(value as Json))).toEqual(told(theirs(value as Json)));
        }),
        { numRuns: 60, seed: 7 },
      );
    },
  );
});

test('a schema never looks at what a value only inherits', () => {
  const check = schemaChecker({
    type: 'object',
    required: ['constructor'],
    properties: { toString: { type: 'string' } },
  });
  expect(check({}).map(({ keyword }) => keyword)).toEqual(['required']);
});

describe('the checker of declared values', () => {
  const declarations: Record<string, { readonly [key: string]: Json }> = {
    whole: { type: 'int', min: 2, max: 5 },
    share: { type: 'double', min: 0, max: 1 },
    word: { type: 'string', pattern: '^[a-c]+$' },
    choice: { type: 'enum', enum: ['snes', 'pgpe'] },
    yes: { type: 'bool' },
    wait: { type: 'duration' },
    room: { type: 'bytes' },
    many: { type: 'list<int>', min: 0, unique: true },
    named: { type: 'map<double>', max: 1 },
  };
  const source = Buffer.from('ticketlab: 1\nname: p\nstages: {}\n');
  const types = new Map<string, ParamType>();
  const problems: never[] = [];
  for (const [name, raw] of Object.entries(declarations)) {
    const type = readType(raw as never, ['params', name], { file: parsed(source)!, problems });
    if (type !== undefined) types.set(name, type);
  }
  const schema = {
    type: 'object',
    properties: Object.fromEntries([...types].map(([name, type]) => [name, valueSchema(type)])),
    required: ['whole', 'word'],
    additionalProperties: false,
  };
  const check = declaredChecker({ schema: () => schema, required: schema.required, values: types });

  test('finds what ajv finds with the schemas of their types', () => {
    expect(types.size).toBe(Object.keys(declarations).length);
    const ajv = new Ajv({ strict: false, allErrors: true, verbose: true }).compile(schema);
    const theirs = (value: Json) => {
      ajv(value);
      return schemaErrors((ajv.errors ?? []) as never);
    };
    const comparable = (errors: ReturnType<typeof schemaErrors>) =>
      errors
        .map(({ path, keyword, params: { limit, missingProperty, additionalProperty }, parent, data }) =>
          JSON.stringify([path, keyword, limit, missingProperty, additionalProperty, parent, data]),
        )
        .sort();
    const scalars = fc.constantFrom<Json>(1, 2, 6, 0.5, true, 'ab', 'x', 'snes', '2m', '3GiB', '', null, -1);
    const values = fc.oneof(
      scalars,
      fc.array(scalars, { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b/c', 'd~'), scalars),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...types.keys(), 'stray'), values), (value) => {
        expect(comparable(schemaErrors(check(value)))).toEqual(comparable(theirs(value)));
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  test('keeps durations and sizes to their bounds, which a schema cannot say', () => {
    const bounded: ParamType = { ...types.get('wait')!, rules: { min: '1m', max: '2h' } };
    const checkWait = declaredChecker({
      schema: () => ({}),
      required: [],
      values: new Map([['wait', bounded]]),
    });
    expect(checkWait({ wait: '90s' })).toEqual([]);
    expect(checkWait({ wait: '59s' })).toMatchObject([{ keyword: 'minimum', params: { limit: '1m' } }]);
    expect(checkWait({ wait: '121m' })).toMatchObject([{ keyword: 'maximum', params: { limit: '2h' } }]);
  });

  test('takes an expression for a value, or for an element, only where expressions stand', () => {
    const open = declaredChecker({ schema: () => schema, required: [], values: types, expressions: true });
    const value = { whole: '${params.x}', many: [1, '${params.x}', 'x'] };
    expect(open(value)).toMatchObject([{ instancePath: '/many/2', keyword: 'type' }]);
    expect(declaredChecker({ schema: () => schema, required: [], values: types })(value)).toHaveLength(3);
  });
});

describe('a module', () => {
  const describing =
    (params: Json): DescribeModules =>
    () => [
      ok({
        ...{ file: 'm.mjs', closure: ['m.mjs'], packages: {} },
        signature: { type: 'm', version: 1, params, inputs: {}, outputs: {}, runtime: 'portable' },
      }),
    ];
  const said = (property: Json) => {
    const problems: Diagnostic[] = [];
    const params = { type: 'object', properties: { size: property }, additionalProperties: false };
    const file = parsed(Buffer.from('ticketlab: 1\nname: p\nstages: { a: { uses: ./m.mjs } }\n'))!;
    const modules = new Modules(prepared, describing(params), problems);
    modules.find(file, './m.mjs', () => file.at(['stages', 'a', 'uses']));
    return problems.map(({ message }) => message);
  };

  test('whose params are JSON Schema is usable', () => {
    expect(said({ type: 'integer', minimum: 1, default: 5, description: 'How many.' })).toEqual([]);
  });

  test.each<[Json, string]>([
    [{ type: 'integer', minimun: 1 }, 'unknown keyword: "minimun"'],
    [{ type: 'whole' }, 'type must be JSONType or JSONType[]: whole'],
    [{ type: 'integer', minimum: '1' }, 'minimum value must be ["number"]'],
    [{ $ref: '#/definitions/none' }, "can't resolve reference #/definitions/none from id #"],
    [{ type: 'string', pattern: '(' }, 'Invalid regular expression: /(/u: Unterminated group'],
  ])('is refused when one of its parameters is %j', (property, why) => {
    expect(said(property)).toEqual([
      `./m.mjs cannot be used as a stage type: its params are no JSON Schema: ${why}.`,
    ]);
  });
});
