import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { registerFunctions } from './cel-functions.js';
import { inspect, type Uses } from './expression-tree.js';
import { fromCel, toCel, type CelType } from './cel-values.js';
import type { DiagnosticCode } from './diagnostic.js';
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
  /** The loop axis, by its name. */
  readonly loop: Readonly<Record<string, unknown>>;
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
  readonly params: readonly string[];
  readonly matrix: readonly string[];
  readonly loopAxis: string | undefined;
}

// cel-js finds the declared fields of a value by its class.
export class ParamValues {}
export class AxisValues {}

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
  return { environment, params: [...params.keys()], matrix: [], loopAxis: undefined };
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
  return { environment, params: base.params, matrix: [...matrix.keys()], loopAxis };
}

export function paramValues(values: ReadonlyMap<string, { value: Json; type: CelType }>): ParamValues {
  const fields: Record<string, unknown> = {};
  for (const [name, { value, type }] of values) fields[name] = toCel(value, type);
  return Object.assign(new ParamValues(), fields);
}

export function compileExpression(code: string, scope: Scope): Result<Expression, ExpressionProblem> {
  let parsed: ParseResult;
  try {
    parsed = scope.environment.parse(code);
  } catch (error) {
    return err(syntaxProblem(error as CelFault, code));
  }
  const inspected = inspect(parsed.ast, scope.loopAxis);
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
    const result = fromCel(parsed({ params: values.params, matrix: values.matrix, ...values.loop }));
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
      : 'Expressions are written in CEL: a + b, a == b ? c : d, f(a, b), texts in quotes.';
  return {
    code: 'EXPRESSION_SYNTAX',
    message: `This is not an expression: ${reason(fault).replace('EOF', 'end')}.`,
    help,
    ...at,
  };
}

function typeProblem(fault: CelFault, code: string, scope: Scope): ExpressionProblem {
  const at = fault.range ?? { start: 0, end: code.length };
  const name = code.slice(at.start, at.end);
  if (fault.code === 'no_such_key') {
    const owner = /\bmatrix\s*\.\s*$/.test(code.slice(0, at.start)) ? 'matrix' : 'params';
    const known = owner === 'matrix' ? scope.matrix : scope.params;
    const message =
      owner === 'matrix' ? `This stage has no matrix axis "${name}".` : `There is no parameter "${name}".`;
    return {
      code: 'UNKNOWN_NAME',
      message,
      help: `${owner === 'matrix' ? 'Axes' : 'Parameters'}: ${listed(known, 40)}.`,
      suggestion: nearest(name, known),
      ...at,
    };
  }
  if (fault.code === 'unknown_variable') {
    const known = ['params', 'matrix', ...(scope.loopAxis === undefined ? [] : [scope.loopAxis])];
    const near = scope.params.includes(name)
      ? `params.${name}`
      : scope.matrix.includes(name)
        ? `matrix.${name}`
        : undefined;
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
    help: 'int(), double() and string() convert.',
    ...at,
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
