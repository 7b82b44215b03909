import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.js';
import { compileSchema, type Fault } from '../../src/pipeline/json-schema.js';
import { parsePipelineFile } from '../../src/pipeline/parse.js';
import { pipelineSchema } from '../../src/pipeline/schema.js';
import { readSignatures } from '../../src/pipeline/signatures.js';
import { readPage } from './diagnostics-page.js';
import { signatures, study } from './small-stages.js';

const schema = pipelineSchema(signatures);

/** Ours and ajv's findings, as comparable lists. */
function both(of: object) {
  const ours = compileSchema(of as { [key: string]: Json });
  const theirs = new Ajv({ strict: false, allErrors: true, verbose: true }).compile(of);
  return (value: Json) => {
    theirs(value);
    return { ours: comparable(ours(value)), ajv: comparable((theirs.errors ?? []) as readonly Fault[]) };
  };
}

/** Without what only one of the two tells: ajv's schema paths depend on what it inlines. */
function comparable(faults: readonly Fault[]): string[] {
  const lines = faults.map(({ instancePath, keyword, params, propertyName, data, parentSchema }) => {
    const { comparison: _, i: __, j: ___, type, ...rest } = params as Record<string, Json>;
    return JSON.stringify([
      ...[instancePath, keyword, rest, String(type), propertyName ?? null, data],
      parentSchema.$comment ?? null,
    ]);
  });
  return [...new Set(lines)].sort();
}

function parsed(source: string | Uint8Array): Json | undefined {
  const file = parsePipelineFile('p.yaml', typeof source === 'string' ? Buffer.from(source) : source);
  return file.ok ? file.value.value : undefined;
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

describe('the schema checker', () => {
  const compare = both(schema);

  test('finds in every example of the diagnostics page what ajv finds', () => {
    const page = readPage(readFileSync(new URL('../../docs/diagnostics.md', import.meta.url), 'utf8'));
    let compared = 0;
    for (const { wrong, right } of page)
      for (const { source } of [wrong, right]) {
        const value = parsed(source);
        if (value === undefined) continue;
        const { ours, ajv } = compare(value);
        expect(ours).toEqual(ajv);
        compared++;
      }
    expect(compared).toBeGreaterThan(80);
  });

  test('finds in mutated files what ajv finds', () => {
    const start = parsed(study) ?? null;
    const anything = fc.oneof(
      fc.constantFrom<Json>(
        '${params.seeds}',
        '${stages.init.weights}',
        'train-es',
        'snes',
        'loop',
        'A b',
        1,
        0,
      ),
      fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
    );
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }), anything, (pick, by) => {
        const { ours, ajv } = compare(mutated(start, pick, by));
        expect(ours).toEqual(ajv);
      }),
      { numRuns: 1500, seed: 7 },
    );
  });

  test('applies every keyword as ajv does', () => {
    const cases: [object, Json[]][] = [
      [
        { type: ['integer', 'null'], minimum: 2, exclusiveMaximum: 5, multipleOf: 2 },
        [null, 1, 2, 3, 4, 5, 4.5, 'x'],
      ],
      [{ maximum: 3, exclusiveMinimum: 1 }, [1, 2, 3, 4, '4']],
      [{ minLength: 2, maxLength: 3, pattern: '^\\p{L}+$' }, ['a', 'ab', '𝒳𝒳', 'abcd', 'a1', 7]],
      [
        { minItems: 1, maxItems: 2, uniqueItems: true, items: { type: 'string' } },
        [[], ['a', 'a'], [1, 2, 3], ['a']],
      ],
      [
        { items: [{ type: 'string' }, { const: { a: [1] } }] },
        [['a'], ['a', { a: [1] }, 3], [1, { a: [2] }]],
      ],
      [
        { minProperties: 1, maxProperties: 1, propertyNames: { pattern: '^a' } },
        [{}, { a: 1 }, { b: 1, a: 2 }, []],
      ],
      [
        { properties: { 'a/b~': { enum: [1, [2], null] } }, additionalProperties: { type: 'boolean' } },
        [{ 'a/b~': [2], c: 1 }, { 'a/b~': 2 }],
      ],
      [{ not: { required: ['x'] }, if: { const: 3 }, then: false, else: true }, [{ x: 1 }, {}, 4]],
      [{ if: { type: 'string' }, then: { const: 'a' }, else: { const: 1 } }, ['a', 'b', 1, 2]],
      [
        { anyOf: [{ const: 1 }, { type: 'string', minLength: 2 }], allOf: [{ minimum: 1 }, { minimum: 0 }] },
        [1, -1, 'a', 'ab'],
      ],
      [
        {
          definitions: { n: { anyOf: [{ type: 'null' }, { items: { $ref: '#/definitions/n' } }] } },
          $ref: '#/definitions/n',
          description: 'd',
        },
        [null, [[null]], [[1]], 1],
      ],
    ];
    for (const [of, values] of cases) {
      const compareThese = both(of);
      for (const value of values) {
        const { ours, ajv } = compareThese(value);
        expect({ of, value, found: ours }).toEqual({ of, value, found: ajv });
      }
    }
  });

  test('never looks at what a value only inherits', () => {
    const check = compileSchema({
      type: 'object',
      required: ['constructor'],
      properties: { toString: { type: 'string' } },
    });
    expect(check({}).map(({ keyword }) => keyword)).toEqual(['required']);
  });

  test('refuses a schema with a word that it does not know, or with a reference to nothing', () => {
    expect(() => compileSchema({ type: 'string', format: 'date' })('x')).toThrow(
      'the keyword format at # is not known',
    );
    expect(() => compileSchema({ $ref: '#/definitions/x' })('x')).toThrow(
      'the schema has no #/definitions/x',
    );
  });

  test('knows every word of the schema of all shipped stage types', () => {
    const text = readFileSync(new URL('../../schemas/stages.schema.json', import.meta.url), 'utf8');
    const shipped = pipelineSchema(readSignatures(JSON.parse(text)));
    const used = new Set<string>();
    const look = (node: Json, isSchema: boolean): void => {
      if (Array.isArray(node)) (node as Json[]).forEach((item) => look(item, isSchema));
      else if (typeof node === 'object' && node !== null)
        for (const [key, member] of Object.entries(node)) {
          if (isSchema) used.add(key);
          if (['properties', 'definitions'].includes(key) && isSchema)
            look(Object.values(member as object), true);
          else if (!['enum', 'const', 'default', 'examples', 'required', 'type'].includes(key))
            look(member, true);
        }
    };
    look(shipped, true);
    expect(used.size).toBeGreaterThan(15);
    for (const word of used) {
      const run = () => compileSchema({ [word]: shippedSample[word] ?? {} })({});
      expect(run, word).not.toThrow('is not known');
    }
  });
});

/** Values under which a keyword alone can be compiled, where {} will not do. */
const shippedSample: Record<string, Json> = {
  ...{ allOf: [], anyOf: [true], enum: [1], required: [], type: 'object', pattern: 'a' },
};
