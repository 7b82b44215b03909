import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { registerFunctions } from './cel-functions.js';
import { inspect, type Uses } from './expression-tree.js';
import { fromCel, toCel, type CelType } from './cel-values.js';
import type { DiagnosticCode } from './diagnostic.js';
import { meantByBraces, meantByPower } from './habits.js';
import { nearest } from './near.js';
import { listed } from './terminal-text.js';

/** What is wrong with an expression; offsets are inside its code. */
export interface ExpressionProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly help?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** The values that expressions see. */
export interface Values {
  readonly params: ParamValues;
  readonly matrix: AxisValues;
  /** Axes that stand by their own name: that of the loop, or those of a gather. */
  readonly loop: Readonly<Record<string, unknown>>;
  readonly inputs?: InputValues;
}

/** A type-checked expression: constants at plan time, whatever it computes. */
export interface Expression extends Uses {
  readonly code: string;
  /** For example `int`, `list<string>`. */
  readonly type: string;
  evaluate(values: Values): Result<Json, ExpressionProblem>;
}

/** The names that an expression may use. */
export interface Scope {
  readonly environment: Environment;
  /** Undefined where there are none, as in a component. */
  readonly params: readonly string[] | undefined;
  readonly matrix: readonly string[] | undefined;
  readonly inputs: readonly string[] | undefined;
  /** Axes that stand by their own name. */
  readonly names: readonly string[];
}

// cel-js finds the declared fields of a value by its class.
export class ParamValues {}
export class AxisValues {}
class InputValues {}

const limits = {
  maxAstNodes: 400,
  maxDepth: 24,
  maxListElements: 256,
  maxMapEntries: 64,
  maxCallArguments: 16,
};

/** Expressions over these parameters; `scopeWith` adds axes. */
export function paramScope(params: ReadonlyMap<string, CelType>): Scope {
  const environment = registerFunctions(new Environment({ limits }))
    .registerType('Params', { ctor: ParamValues, fields: Object.fromEntries(params) })
    .registerVariable('params', 'Params');
  return { environment, params: [...params.keys()], matrix: undefined, inputs: undefined, names: [] };
}

export function scopeWith(
  base: Scope,
  matrix: ReadonlyMap<string, CelType>,
  loopAxis: string | undefined,
): Scope {
  const environment = base.environment
    .clone()
    .registerType('Matrix', { ctor: AxisValues, fields: Object.fromEntries(matrix) })
    .registerVariable('matrix', 'Matrix');
  if (loopAxis !== undefined) environment.registerVariable(loopAxis, 'int');
  const names = loopAxis === undefined ? [] : [loopAxis];
  return { ...base, environment, matrix: [...matrix.keys()], names };
}

/** Adds variables that stand by their own name. */
export function scopeWithNames(base: Scope, variables: ReadonlyMap<string, CelType>): Scope {
  const environment = base.environment.clone();
  for (const [name, type] of variables) environment.registerVariable(name, type);
  return { ...base, environment, names: [...variables.keys()] };
}

/** What a component sees: its inputs, and nothing of the file that uses it. */
export function inputScope(inputs: ReadonlyMap<string, CelType>): Scope {
  const environment = registerFunctions(new Environment({ limits }))
    .registerType('Inputs', { ctor: InputValues, fields: Object.fromEntries(inputs) })
    .registerVariable('inputs', 'Inputs');
  return { environment, params: undefined, matrix: undefined, inputs: [...inputs.keys()], names: [] };
}

export function paramValues(values: ReadonlyMap<string, { value: Json; type: CelType }>): ParamValues {
  return Object.assign(new ParamValues(), celFields(values));
}

export function inputValues(values: ReadonlyMap<string, { value: Json; type: CelType }>): InputValues {
  return Object.assign(new InputValues(), celFields(values));
}

function celFields(
  values: ReadonlyMap<string, { value: Json; type: CelType }>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...values].map(([name, { value, type }]) => [name, toCel(value, type)]));
}

export function compileExpression(code: string, scope: Scope): Result<Expression, ExpressionProblem> {
  let parsed: ParseResult;
  try {
    parsed = scope.environment.parse(code);
  } catch (error) {
    return err(syntaxProblem(error as CelFault, code));
  }
  const inspected = inspect(parsed.ast, scope.names);
  if (!inspected.ok) return inspected;
  const checked = parsed.check();
  if (!checked.valid) return err(typeProblem(checked.error as unknown as CelFault, code, scope));
  return ok({
    code,
    type: checked.type ?? 'dyn',
    ...inspected.value,
    evaluate: (values) => evaluate(parsed, code, values),
  });
}

function evaluate(parsed: ParseResult, code: string, values: Values): Result<Json, ExpressionProblem> {
  const whole = { start: 0, end: code.length };
  try {
    const result = fromCel(
      parsed({ ...values.loop, params: values.params, matrix: values.matrix, inputs: values.inputs }),
    );
    return result.ok ? result : err({ code: 'EXPRESSION_FAILED', message: result.error, ...whole });
  } catch (error) {
    const fault = error as CelFault;
    const message = `The expression has no value: ${reason(fault)}.`;
    return err({ code: 'EXPRESSION_FAILED', message, ...(fault.range ?? whole) });
  }
}

interface CelFault extends Error {
  readonly code?: string;
  readonly summary?: string;
  readonly range?: { readonly start: number; readonly end: number };
}

function reason(fault: CelFault): string {
  return (fault.summary ?? fault.message).replace(/\.$/, '');
}

function syntaxProblem(fault: CelFault, code: string): ExpressionProblem {
  const at = fault.range ?? { start: 0, end: code.length };
  if (fault.code === 'limit_exceeded')
    return {
      code: 'EXPRESSION_TOO_LARGE',
      message: `The expression is too large: ${reason(fault)}.`,
      help: 'Split it, or compute the values beforehand.',
      ...at,
    };
  if (fault.code === 'reserved_identifier')
    return {
      code: 'UNKNOWN_NAME',
      message: `${reason(fault)}.`,
      help: 'It cannot be used as a name.',
      ...at,
    };
  const help =
    code.trim() === ''
      ? 'Write an expression between the braces.'
      : (meantByBraces(code) ??
        meantByPower(code) ??
        'Expressions are written in CEL: a + b, a == b ? c : d, f(a, b), texts in quotes.');
  return {
    code: 'EXPRESSION_SYNTAX',
    message: `This is not an expression: ${reason(fault).replace('EOF', 'end')}.`,
    help,
    ...at,
  };
}

const members = {
  params: { says: 'There is no parameter', what: 'Parameters' },
  matrix: { says: 'This stage has no matrix axis', what: 'Axes' },
  inputs: { says: 'This component has no input', what: 'Inputs' },
} as const;

function typeProblem(fault: CelFault, code: string, scope: Scope): ExpressionProblem {
  const at = fault.range ?? { start: 0, end: code.length };
  const name = code.slice(at.start, at.end);
  if (fault.code === 'no_such_key') {
    const [, owner = 'params'] = /\b(matrix|inputs)\s*\.\s*$/.exec(code.slice(0, at.start)) ?? [];
    const { says, what } = members[owner as keyof typeof members];
    const known = scope[owner as keyof typeof members] ?? [];
    return {
      code: 'UNKNOWN_NAME',
      message: `${says} "${name}".`,
      help: `${what}: ${listed(known, 40)}.`,
      suggestion: nearest(name, known),
      ...at,
    };
  }
  if (fault.code === 'unknown_variable') {
    const owners = (['params', 'matrix', 'inputs'] as const).filter((owner) => scope[owner] !== undefined);
    const known = [...owners, ...scope.names];
    const owning = owners.find((owner) => scope[owner]?.includes(name));
    const near = owning === undefined ? undefined : `${owning}.${name}`;
    return {
      code: 'UNKNOWN_NAME',
      message: `There is nothing called "${name}" here.`,
      help: `An expression sees ${listed(known)}; texts stand in quotes.`,
      suggestion: near ?? nearest(name, known),
      ...at,
    };
  }
  return {
    code: 'EXPRESSION_TYPE',
    message: `${capital(reason(fault))}.`,
    help: /'rng\(/.test(reason(fault))
      ? "A seed comes first, a whole number; then what it is for: rng(matrix.seed, 'train', k)."
      : 'int(), double() and string() convert.',
    ...at,
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
