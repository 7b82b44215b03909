import type { Json } from '../base/json.js';
import { bytesHint, bytesPattern, durationHint, durationPattern } from './quantities.js';

export type Schema = { readonly [key: string]: Json };

/** A closed object; `title` names it in messages ("is not a key of a stage"). */
export function closed(
  title: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return {
    title,
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

export function reference(definition: string): Schema {
  return { $ref: `#/definitions/${definition}` };
}

export function text(description: string): Schema {
  return { type: 'string', description };
}

export function oneOfWords(words: readonly string[], description: string): Schema {
  return { enum: words, description };
}

/** When the property has this value, the rest of the object follows `then`. */
export function when(property: string, value: Json, then: Schema, alsoWhenAbsent = false): Schema {
  return {
    if: { properties: { [property]: { const: value } }, ...(alsoWhenAbsent ? {} : { required: [property] }) },
    then,
  };
}

export const expression: Schema = {
  $comment: 'expression',
  type: 'string',
  pattern: '\\$\\{',
  description: 'A text with an expression: ${params.x}, ${matrix.seed}, ${rng(matrix.seed, "train")}.',
};

export const duration: Schema = { type: 'string', pattern: durationPattern, patternHint: durationHint };
export const byteSize: Schema = { type: 'string', pattern: bytesPattern, patternHint: bytesHint };

/** Words of the expression language and of references: they cannot be names. */
export const reservedNames = [
  ...[
    'as',
    'break',
    'const',
    'constructor',
    'continue',
    'else',
    'false',
    'for',
    'function',
    'if',
    'import',
    'in',
  ],
  ...['let', 'loop', 'namespace', 'null', 'package', 'return', 'true', 'var', 'void', 'while'],
  ...['inputs', 'level', 'matrix', 'params', 'stages', 'state', 'steps'],
];

/** Names that can stand in an expression. */
export const identifier: Schema = {
  $comment: 'name',
  type: 'string',
  pattern: '^[a-z][A-Za-z0-9_]{0,63}$',
  not: { enum: reservedNames },
};
