import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';

export type CelScalar = 'int' | 'double' | 'bool' | 'string';
export type CelType = CelScalar | `list<${CelScalar}>` | `map<string, ${CelScalar}>` | 'dyn';

/** A JSON value as an expression sees it: whole numbers are BigInts where the type says so. */
export function toCel(value: Json, type: CelType): unknown {
  if (Array.isArray(value)) {
    const element = type === 'list<int>' ? 'int' : 'dyn';
    return (value as readonly Json[]).map((v) => toCel(v, element));
  }
  if (typeof value === 'object' && value !== null) {
    const member = type === 'map<string, int>' ? 'int' : 'dyn';
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, toCel(v, member)]));
  }
  return type === 'int' && typeof value === 'number' ? BigInt(value) : value;
}

/** The result of an expression as JSON; dates, bytes and the like have no place in a pipeline. */
export function fromCel(value: unknown): Result<Json, string> {
  switch (typeof value) {
    case 'bigint': {
      const whole = Number(value);
      if (!Number.isSafeInteger(whole)) return err(`The expression gives ${value}, beyond 9007199254740991.`);
      return ok(whole);
    }
    case 'number':
      return Number.isFinite(value)
        ? ok(value)
        : err(`The expression gives ${value}, which is not a number to work with.`);
    case 'string':
    case 'boolean':
      return ok(value);
    case 'object':
      return Array.isArray(value) ? listFromCel(value as unknown[]) : objectFromCel(value);
    default:
      return err('The expression gives no value that a parameter could take.');
  }
}

function listFromCel(list: readonly unknown[]): Result<Json, string> {
  const values: Json[] = [];
  for (const element of list) {
    const value = fromCel(element);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return ok(values);
}

function objectFromCel(object: object | null): Result<Json, string> {
  if (object === null || Object.getPrototypeOf(object) !== Object.prototype)
    return err('The expression gives no value that a parameter could take.');
  const entries: [string, Json][] = [];
  for (const [key, member] of Object.entries(object)) {
    const value = fromCel(member);
    if (!value.ok) return value;
    entries.push([key, value.value]);
  }
  return ok(Object.fromEntries(entries));
}

/** How a value stands inside a text: numbers in their shortest form, true and false; others cannot. */
export function printed(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** The type that the values of an axis have in expressions, when they have one. */
export function commonType(values: readonly Json[]): CelScalar | undefined {
  if (values.every((v) => typeof v === 'string')) return 'string';
  if (values.every((v) => typeof v === 'boolean')) return 'bool';
  if (values.every((v) => Number.isSafeInteger(v))) return 'int';
  return values.every((v) => typeof v === 'number') ? 'double' : undefined;
}
