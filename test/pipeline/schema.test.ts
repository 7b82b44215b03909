import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parsePipelineFile } from '../../src/pipeline/parse.js';
import { pipelineSchema } from '../../src/pipeline/schema.js';
import { signatureMap } from '../../src/pipeline/signatures.js';
import { signatures, smallStages, study } from './small-stages.js';

const schema = pipelineSchema(signatures);
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

function parsed(text: string | Uint8Array) {
  const file = parsePipelineFile('p.yaml', typeof text === 'string' ? new TextEncoder().encode(text) : text);
  if (!file.ok) throw new Error('not a file');
  return file.value;
}

describe('the schema of pipeline files', () => {
  test('is valid JSON Schema and accepts a right file', () => {
    expect(validate(parsed(study).value)).toBe(true);
  });

  test('lists stage types with what they do, for editors', () => {
    const { simple } = schema.definitions as unknown as { simple: { properties: { uses: unknown } } };
    expect(simple.properties.uses).toMatchObject({
      anyOf: [
        { enum: smallStages.map((s) => s.type), enumDescriptions: smallStages.map((s) => s.summary) },
        { type: 'string' },
      ],
    });
  });

  test('gives each variant a closed mapping of its own parameters, with documentation and defaults', () => {
    const definitions = schema.definitions as unknown as Record<
      string,
      { properties: Record<string, unknown>; additionalProperties: unknown }
    >;
    const { properties, additionalProperties } = definitions['with-train-es-snes']!;
    expect(additionalProperties).toBe(false);
    expect(Object.keys(properties)).toEqual([
      'strategy',
      'settings',
      'popsize',
      'generations',
      'validation',
      'rng',
      'temperature',
      'data',
      'weights',
      'mask',
    ]);
    expect(properties.popsize).toMatchObject({ description: 'Candidates per generation.', default: 16 });
    expect(definitions.stage).toBeDefined();
  });

  test('takes an expression wherever a parameter stands, inside lists too', () => {
    const init = (rng: unknown, layers: unknown) => ({
      ticketlab: 1,
      name: 'p',
      stages: { init: { uses: 'init', with: { rng, layers } } },
    });
    expect(validate(init('${1 + 1}', [196, '${params.hidden}', 10]))).toBe(true);
    expect(validate(init('two', [196]))).toBe(false);
    expect(validate(init(1, [196, 'ten']))).toBe(false);
  });
});

test('two stage types with one name, or an input with the name of a parameter, are a fault', () => {
  const [first] = smallStages;
  expect(() => signatureMap([first!, first!])).toThrow('two stage types are called dataset');
  const clash = { ...first!, inputs: { task: { type: 'file' as const, doc: '' } } };
  expect(() => signatureMap([clash])).toThrow('dataset has an input and a parameter called task');
});
