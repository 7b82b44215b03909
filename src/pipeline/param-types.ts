import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { longestList } from './cel-functions.js';
import type { CelScalar, CelType } from './cel-values.js';
import { nearest } from './near.js';
import { bytesHint, durationHint, parseBytes, parseDuration } from './quantities.js';
import { kindOf, listed, show, textOf } from './terminal-text.js';

/** What a value, an element or a member is; the last two are written as texts and computed with as numbers. */
export type ScalarName = CelScalar | 'duration' | 'bytes';

/** Constraints on one scalar value. */
export interface ScalarRules {
  readonly enum?: readonly Json[];
  /** Numbers, or texts of durations and sizes. */
  readonly min?: Json;
  readonly max?: Json;
  readonly pattern?: RegExp;
}

/** A declared parameter of a pipeline, or a scalar input of a component. */
export interface ParamType {
  /** As it is written: `int`, `enum`, `list<string>`. */
  readonly name: string;
  readonly scalar: ScalarName;
  readonly shape: 'one' | 'list' | 'map';
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

const words: Record<ScalarName, string> = {
  int: 'must be a whole number',
  double: 'must be a number',
  bool: 'must be true or false',
  string: 'must be a text',
  duration: `must be ${durationHint}`,
  bytes: `must be ${bytesHint}`,
};

const computedAs = {
  int: 'int',
  double: 'double',
  bool: 'bool',
  string: 'string',
  duration: 'double',
  bytes: 'int',
} as const;

export function celTypeOf(type: ParamType): CelType {
  const scalar = computedAs[type.scalar];
  if (type.shape === 'one') return scalar;
  return type.shape === 'list' ? `list<${scalar}>` : `map<string, ${scalar}>`;
}

/** What expressions compute with: durations as seconds, sizes as bytes. The value fits its type. */
export function computable(type: ParamType, value: Json): Json {
  if (type.scalar !== 'duration' && type.scalar !== 'bytes') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((v) => quantity(type.scalar, v) ?? v);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, quantity(type.scalar, v) ?? 0]));
  return quantity(type.scalar, value) ?? value;
}

/** A number, or a text of a quantity as one. */
export function quantity(scalar: ScalarName, value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return scalar === 'duration'
    ? parseDuration(value)
    : scalar === 'bytes'
      ? parseBytes(value)
      : Number(value);
}

export function misfit(type: ParamType, value: Json): Misfit | undefined {
  if (type.shape === 'one') return scalarMisfit(type.scalar, type.rules, value);
  if (type.shape === 'map') return mapMisfit(type, value);
  if (!Array.isArray(value)) return { must: 'must be a list' };
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

function mapMisfit(type: ParamType, value: Json): Misfit | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { must: `must be a mapping (${type.name})` };
  for (const [key, member] of Object.entries(value)) {
    const wrong = scalarMisfit(type.scalar, type.rules, member);
    if (wrong !== undefined)
      return {
        ...wrong,
        must: `is a mapping whose values each ${wrong.must} (${show(key)} is ${show(member)})`,
      };
  }
  return undefined;
}

function scalarMisfit(scalar: ScalarName, rules: ScalarRules, value: Json): Misfit | undefined {
  if (!isOfType(scalar, value)) return { must: words[scalar] };
  if (rules.enum !== undefined && !rules.enum.includes(value)) {
    const choices = rules.enum.map(textOf);
    return { must: `must be one of ${listed(choices, 20)}`, suggestion: nearest(textOf(value), choices) };
  }
  const size = quantity(scalar, value) ?? 0;
  if (rules.min !== undefined && size < (quantity(scalar, rules.min) ?? -Infinity))
    return { must: `must be at least ${textOf(rules.min)}` };
  if (rules.max !== undefined && size > (quantity(scalar, rules.max) ?? Infinity))
    return { must: `must be at most ${textOf(rules.max)}` };
  if (rules.pattern !== undefined && !rules.pattern.test(textOf(value)))
    return { must: `must match ${rules.pattern.source}` };
  return undefined;
}

/** Whether the bounds of a type leave no value. */
export function contradict(scalar: ScalarName, { min, max }: Pick<ScalarRules, 'min' | 'max'>): boolean {
  const [low, high] = [quantity(scalar, min), quantity(scalar, max)];
  return low !== undefined && high !== undefined && low > high;
}

function isOfType(scalar: ScalarName, value: Json): boolean {
  switch (scalar) {
    case 'int':
      return Number.isSafeInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'duration':
    case 'bytes':
      return typeof value === 'string' && quantity(scalar, value) !== undefined;
  }
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
  if (type.shape !== 'one') {
    const value = parseList(text);
    const fits =
      typeof value === 'object' && value !== null && Array.isArray(value) === (type.shape === 'list');
    return fits ? ok(value) : err(kindOf(text));
  }
  const value = readScalar(type.scalar, text);
  return value === undefined ? err(kindOf(text)) : ok(value);
}

function readScalar(scalar: ScalarName, text: string): Json | undefined {
  if (scalar === 'string' || scalar === 'duration' || scalar === 'bytes') return text;
  if (scalar === 'bool') return text === 'true' ? true : text === 'false' ? false : undefined;
  const pattern = scalar === 'int' ? /^[-+]?\d+$/ : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
  return pattern.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}
