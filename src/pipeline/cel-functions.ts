import { hash } from 'node:crypto';
import type { Environment } from '@marcbachmann/cel-js';
import { exactPower, largestExponent } from './exact-power.js';

/** What an expression may call; nothing that knows the time, the environment or chance. */
export const allowedFunctions = [
  'pow',
  'min',
  'max',
  'range',
  'rng',
  'size',
  'int',
  'double',
  'string',
  'bool',
];
export const allowedMethods = [
  ...['size', 'contains', 'startsWith', 'endsWith', 'join'],
  ...['map', 'filter', 'all', 'exists', 'exists_one'],
];
/** Methods that run an expression once for each element. They cannot be nested. */
export const comprehensions = ['map', 'filter', 'all', 'exists', 'exists_one'];

export const longestList = 10_000;

type Value = bigint | number | string | boolean;

/** Adds our functions, and arithmetic between whole and other numbers, to an environment. */
export function registerFunctions(environment: Environment): Environment {
  registerMixedArithmetic(environment);
  environment.registerFunction('pow(int, int): int', powWhole);
  environment.registerFunction('pow(double, int): double', powDouble);
  environment.registerFunction('range(int, int): list<int>', (from: bigint, to: bigint) =>
    range(from, to, 1n),
  );
  environment.registerFunction('range(int, int, int): list<int>', range);
  for (const [name, better] of [
    ['min', (a: Value, b: Value) => a < b],
    ['max', (a: Value, b: Value) => a > b],
  ] as const) {
    const pick = (a: Value, b: Value) => (better(a, b) ? a : b);
    const pickDouble = (a: Value, b: Value) => Number(pick(a, b));
    environment.registerFunction(`${name}(int, int): int`, pick);
    for (const types of ['double, double', 'int, double', 'double, int'])
      environment.registerFunction(`${name}(${types}): double`, pickDouble);
    const pickOf = (list: readonly Value[]) => {
      if (list.length === 0) throw new RangeError(`${name} of an empty list`);
      return list.reduce((a, b) => (better(b, a) ? b : a));
    };
    for (const type of ['int', 'double'])
      environment.registerFunction(`${name}(list<${type}>): ${type}`, pickOf);
  }
  for (let tags = 0, types = 'int'; tags <= 8; tags++, types += ', dyn')
    environment.registerFunction(`rng(${types}): int`, (...tuple: Value[]) => BigInt(rng(tuple)));
  return environment;
}

/**
 * A seed from a tuple: the first 53 bits (big-endian) of sha256 of "ticketlab-rng/1", a zero byte, and the canonical
 * JSON of the list of [type, text] pairs, where type is int, double, string or bool and text the value's shortest
 * form. So `rng(1, 'a')`, `rng(1, 'b')` and `rng(1.0, 'a')` have nothing in common.
 */
export function rng(tuple: readonly Value[]): number {
  const typed = tuple.map((value) => `["${typeName(value)}",${JSON.stringify(String(value))}]`);
  const digest = hash('sha256', `ticketlab-rng/1\0[${typed.join(',')}]`);
  // 32 bits, and 21 of the next 24.
  return Number.parseInt(digest.slice(0, 8), 16) * 2 ** 21 + (Number.parseInt(digest.slice(8, 14), 16) >>> 3);
}

function typeName(value: Value): string {
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    default:
      throw new RangeError('rng takes whole numbers, numbers, texts, true and false');
  }
}

function registerMixedArithmetic(environment: Environment): void {
  const operators: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  };
  for (const [sign, apply] of Object.entries(operators)) {
    environment.registerOperator(`int ${sign} double: double`, (a: bigint, b: number) => apply(Number(a), b));
    environment.registerOperator(`double ${sign} int: double`, (a: number, b: bigint) => apply(a, Number(b)));
  }
  environment.registerOperator(
    'int == double: bool',
    (a: bigint | number, b: bigint | number) => Number(a) === Number(b),
  );
}

function powWhole(base: bigint, exponent: bigint): bigint {
  checkExponent(exponent);
  if (exponent < 0n) throw new RangeError('a negative power of a whole number; write pow(2.0, -1)');
  const result = base ** exponent;
  if (BigInt.asIntN(64, result) !== result) throw new RangeError('the power is too large');
  return result;
}

function powDouble(base: number, exponent: bigint): number {
  checkExponent(exponent);
  return exponent < 0n ? 1 / exactPower(base, Number(-exponent)) : exactPower(base, Number(exponent));
}

function checkExponent(exponent: bigint): void {
  if (exponent > largestExponent || exponent < -largestExponent)
    throw new RangeError(`the exponent of pow must lie between -${largestExponent} and ${largestExponent}`);
}

/** from, from + step, ... before `to`. */
function range(from: bigint, to: bigint, step: bigint): bigint[] {
  if (step === 0n) throw new RangeError('the step of range must not be 0');
  const count = (to - from + step - (step > 0n ? 1n : -1n)) / step;
  if (count > longestList) throw new RangeError(`range gives more than ${longestList} numbers`);
  return Array.from({ length: Math.max(0, Number(count)) }, (_, i) => from + BigInt(i) * step);
}
