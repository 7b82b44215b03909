import type { Json } from '../base/json.js';
import type { SchemaError } from './check-schema.js';
import { mappingAt } from './params.js';
import { kindOf, listed, show } from './terminal-text.js';

/** What a value must be, in words: `must be at least 2`. */
export function requirement(error: SchemaError): string {
  const { params, parent } = error;
  const limit = String(params.limit);
  switch (error.keyword) {
    case 'type':
      return `must be ${typeof parent.patternHint === 'string' ? parent.patternHint : typeWords(params.type)}`;
    case 'enum':
      return `must be one of ${listed((parent.enum as Json[]).map(word), 20)}`;
    case 'const':
      return `must be ${show(parent.const)}`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}`;
    case 'minItems':
      return `must have at least ${limit} ${limit === '1' ? 'element' : 'elements'}`;
    case 'maxItems':
      return `must have at most ${limit} ${limit === '1' ? 'element' : 'elements'}`;
    case 'minProperties':
      return 'must not be empty';
    case 'uniqueItems':
      return 'must not hold a value twice';
    case 'pattern':
      return `must be ${typeof parent.patternHint === 'string' ? parent.patternHint : `a text that matches ${String(params.pattern)}`}`;
    case 'required':
      return `must have the key ${show(params.missingProperty)}`;
    case 'additionalProperties':
      return `must not have the key ${show(params.additionalProperty)}`;
    default:
      return 'has none of the forms that are allowed here';
  }
}

/** What a value must be, and what it is instead: `must be at least 2, not 1`. */
export function shortcoming(error: SchemaError): string {
  const { keyword, params, data } = error;
  const list = Array.isArray(data) ? (data as readonly Json[]) : [];
  switch (keyword) {
    case 'minProperties':
    case 'required':
    case 'additionalProperties':
      return requirement(error);
    case 'minItems':
    case 'maxItems':
      return `${requirement(error)}, and has ${list.length === 0 ? 'none' : list.length}`;
    case 'uniqueItems':
      return `${requirement(error)}: ${show(list[Number(params.j)])}`;
    case 'type':
    case 'enum':
    case 'const':
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
    case 'pattern':
      return `${requirement(error)}, not ${kindOf(data)}`;
    default:
      return `is ${kindOf(data)}, which ${requirement(error)}`;
  }
}

/** Of a variable under `env`, what it must be and what was meant. */
export function variableInstead({
  path,
  parent,
  data,
}: SchemaError): { must: string; help: string } | undefined {
  const forms = Array.isArray(parent.anyOf) ? (parent.anyOf as readonly Json[]) : [];
  if (!forms.some((form) => mappingAt(form).title === 'a variable')) return undefined;
  const name = String(path.at(-1));
  const must = `must be a text, or { external: true } for that of your environment, not ${kindOf(data)}`;
  if (typeof data === 'number' || typeof data === 'boolean')
    return { must, help: `Write  ${name}: '${String(data)}'` };
  return { must, help: `Write  ${name}: { external: true }  or its value in quotes.` };
}

/** The types of a schema in words. */
export function typeWords(type: unknown): string {
  const words: Record<string, string> = {
    integer: 'a whole number',
    number: 'a number',
    string: 'a text',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    null: 'nothing',
  };
  const types = Array.isArray(type) ? (type as unknown[]) : String(type).split(',');
  return types.map((t) => words[String(t)] ?? String(t)).join(' or ');
}

/** A word of a choice. */
export function word(value: Json): string {
  return typeof value === 'string' ? value : show(value);
}
