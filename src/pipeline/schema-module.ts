import type { Json } from '../base/json.js';
import type { Schema } from './schema-words.js';
import { artefactTypes } from './stage.js';

const name = { type: 'string', pattern: '^[a-z][a-z0-9_]{0,63}$', patternHint: 'a name of a-z, 0-9 and _' };
const kinds = artefactTypes as unknown as Json;
const columns = { type: 'object', additionalProperties: { enum: ['int', 'double', 'string', 'bool'] } };

const texts = { type: 'array', items: { type: 'string' } };
const names = { type: 'array', items: name };

function members(of: Readonly<Record<string, Json>>): Json {
  const one = { type: 'object', properties: { columns, doc: { type: 'string' }, ...of }, required: ['type'] };
  return { type: 'object', propertyNames: name, additionalProperties: one };
}

/** The contract of `StageSignature`, for modules, which no compiler has checked. */
export const signatureSchema: Schema = {
  type: 'object',
  required: ['type', 'version', 'params', 'inputs', 'outputs', 'runtime'],
  properties: {
    type: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,63}$', patternHint: 'a kebab-case name' },
    version: { type: 'integer', minimum: 1 },
    summary: { type: 'string' },
    params: {
      type: 'object',
      required: ['type', 'properties'],
      properties: {
        type: { const: 'object' },
        properties: { type: 'object', propertyNames: name, additionalProperties: { type: 'object' } },
      },
    },
    inputs: members({
      type: { anyOf: [{ enum: kinds }, { type: 'array', minItems: 1, items: { enum: kinds } }] },
      optional: { type: 'boolean' },
      gather: { type: 'boolean' },
    }),
    outputs: members({
      type: { enum: kinds },
      furtherColumns: {
        type: 'array',
        items: {
          anyOf: [
            { type: 'object', required: ['names'], properties: { names: texts } },
            {
              type: 'object',
              required: ['parameter'],
              properties: { parameter: name, without: { type: 'string' } },
            },
            {
              type: 'object',
              required: ['coordinatesOf', 'prefixes'],
              properties: { coordinatesOf: name, prefixes: texts },
            },
          ],
        },
      },
    }),
    columnNames: {
      type: 'object',
      required: ['input', 'all'],
      properties: {
        ...{ input: name, all: names, any: names, oneOf: names },
        implied: {
          type: 'object',
          required: ['by', 'of'],
          properties: { by: name, of: { type: 'object', additionalProperties: texts } },
        },
        among: {
          type: 'object',
          required: ['of', 'names'],
          properties: { of: name, names: texts },
        },
      },
    },
    runtime: { enum: ['portable', 'node'] },
    threads: { type: 'boolean' },
  },
};
