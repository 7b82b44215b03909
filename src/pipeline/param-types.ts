import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { longestList } from './cel-functions.js';
import type { CelScalar, CelType } from './cel-values.js';
import { nearest } from './near.js';
import { kindOf, listed, show, textOf } from './terminal-text.js';

/** Constraints on one scalar value. */
export interface ScalarRules {
  readonly enum?: readonly Json[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

/** A declared parameter of a pipeline. */
export interface ParamType {
  /** As it is written: `int`, `enum`, `list<string>`. */
  readonly name: string;
  readonly scalar: CelScalar;
  readonly list: boolean;
  /** Of the value, or of each element. */
  readonly rules: ScalarRules;
  readonly unique: boolean;
  readonly minItems: number;
  readonly maxItems: number;
}

/** Why a value does not fit: the words that follow the parameter's name, and what was probably meant. */
export interface Misfit {
  readonly must: string;
  readonly suggestion?: string | undefined;
}

const words: Record<CelScalar, string> = {
  int: 'must be a whole number',
  double: 'must be a number',
  bool: 'must be true or false',
  string: 'must be a text',
};

export function celTypeOf(type: ParamType): CelType {
  return type.list ? `list<${type.scalar}>` : type.scalar;
}

export function misfit(type: ParamType, value: Json): Misfit | undefined {
  if (!type.list) return scalarMisfit(type.scalar, type.rules, value);
  if (!Array.isArray(value)) return { must: `must be a list (${type.name})` };
  const list = value as readonly Json[];
  if (list.length > longestList) return { must: `must have at most ${longestList} elements` };
  if (list.length < type.minItems) return { must: `must have at least ${count(type.minItems)}` };
  if (list.length > type.maxItems) return { must: `must have at most ${count(type.maxItems)}` };
  for (const element of list) {
    const wrong = scalarMisfit(type.scalar, type.rules, element);
    if (wrong !== undefined)
      return { ...wrong, must: `is a list whose elements each ${wrong.must} (one is ${show(element)})` };
  }
  const seen = new Set<Json>();
  const repeated = type.unique ? list.find((v) => seen.size === seen.add(v).size) : undefined;
  return repeated === undefined ? undefined : { must: `must not hold a value twice (${show(repeated)})` };
}

function scalarMisfit(scalar: CelScalar, rules: ScalarRules, value: Json): Misfit | undefined {
  if (!isOfType(scalar, value)) return { must: words[scalar] };
  if (rules.enum !== undefined && !rules.enum.includes(value)) {
    const choices = rules.enum.map(textOf);
    return { must: `must be one of ${listed(choices, 20)}`, suggestion: nearest(textOf(value), choices) };
  }
  if (rules.min !== undefined && Number(value) < rules.min) return { must: `must be at least ${rules.min}` };
  if (rules.max !== undefined && Number(value) > rules.max) return { must: `must be at most ${rules.max}` };
  if (rules.pattern !== undefined && !rules.pattern.test(textOf(value)))
    return { must: `must match ${rules.pattern.source}` };
  return undefined;
}

function isOfType(scalar: CelScalar, value: Json): boolean {
  if (scalar === 'int') return Number.isSafeInteger(value);
  if (scalar === 'double') return typeof value === 'number';
  return scalar === 'bool' ? typeof value === 'boolean' : typeof value === 'string';
}

function count(n: number): string {
  return `${n} ${n === 1 ? 'element' : 'elements'}`;
}

/** The text of `-P name=text` as a value of the parameter's type; the error is the value as it was understood. */
export function readArgument(
  type: ParamType,
  text: string,
  parseList: (text: string) => Json,
): Result<Json, string> {
  if (type.list) {
    const value = parseList(text);
    return Array.isArray(value) ? ok(value) : err(kindOf(text));
  }
  const value = readScalar(type.scalar, text);
  return value === undefined ? err(kindOf(text)) : ok(value);
}

function readScalar(scalar: CelScalar, text: string): Json | undefined {
  if (scalar === 'string') return text;
  if (scalar === 'bool') return text === 'true' ? true : text === 'false' ? false : undefined;
  const pattern = scalar === 'int' ? /^[-+]?\d+$/ : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
  return pattern.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}
