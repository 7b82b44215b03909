import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { printed } from './cel-values.js';
import { problem, type Diagnostic, type RelatedPlace, type SourceRange } from './diagnostic.js';
import {
  compileExpression,
  type Expression,
  type ExpressionProblem,
  type Scope,
  type Values,
} from './expression.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { lineAround } from './source-text.js';
import { splitTemplate, wholeExpression, type Piece } from './template.js';
import { kindOf } from './terminal-text.js';
import { isYaml, quoteExpression, trapOnLine } from './yaml-traps.js';

/** An expression at a place of the file. */
export interface BoundExpression {
  readonly kind: 'expression';
  readonly expression: Expression;
  /** The place of characters of its code. */
  readonly range: (start: number, end: number) => SourceRange;
}

/** A value of the file with expressions in it, checked, before it is evaluated. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | BoundExpression
  | { readonly kind: 'text'; readonly parts: readonly (string | BoundExpression)[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] };

export interface TemplateContext {
  readonly file: ParsedFile;
  readonly scope: Scope;
  readonly problems: Diagnostic[];
}

/** Compiles the expressions of a value; undefined, with problems reported, when one is wrong. */
export function compileTemplate(value: Json, path: Path, context: TemplateContext): Template | undefined {
  if (typeof value === 'string') return compileText(value, path, context);
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item, i) => compileTemplate(item, [...path, i], context));
    if (!items.every((item) => item !== undefined)) return undefined;
    return items.every((item) => item.kind === 'constant')
      ? { kind: 'constant', value }
      : { kind: 'list', items };
  }
  const entries = Object.entries(value as Record<string, Json>).map(
    ([key, member]) => [key, compileTemplate(member, [...path, key], context)] as const,
  );
  if (!entries.every((entry): entry is readonly [string, Template] => entry[1] !== undefined))
    return undefined;
  return entries.every(([, member]) => member.kind === 'constant')
    ? { kind: 'constant', value }
    : { kind: 'object', entries };
}

function compileText(text: string, path: Path, context: TemplateContext): Template | undefined {
  const split = splitTemplate(text);
  if (!split.ok) {
    context.problems.push(unclosed(context.file, path, split.open));
    return undefined;
  }
  const whole = wholeExpression(split.pieces);
  if (whole !== undefined) return compilePiece(whole, path, context);
  const parts: (string | BoundExpression)[] = [];
  let complete = true;
  for (const piece of split.pieces) {
    const part = piece.kind === 'text' ? piece.text : compilePiece(piece, path, context);
    if (part === undefined) complete = false;
    else parts.push(part);
  }
  if (!complete) return undefined;
  return parts.every((part) => typeof part === 'string')
    ? { kind: 'constant', value: parts.join('') }
    : { kind: 'text', parts };
}

/** A text that is an expression from end to end, without `${}` around it. */
export function compileCode(code: string, path: Path, context: TemplateContext): BoundExpression | undefined {
  return compilePiece({ kind: 'expression', code, start: 0 }, path, context);
}

function compilePiece(
  piece: Extract<Piece, { kind: 'expression' }>,
  path: Path,
  { file, scope, problems }: TemplateContext,
): BoundExpression | undefined {
  const range = (start: number, end: number) => file.within(path, piece.start + start, piece.start + end);
  const compiled = compileExpression(piece.code, scope);
  if (compiled.ok) return { kind: 'expression', expression: compiled.value, range };
  problems.push(expressionDiagnostic(compiled.error, range));
  return undefined;
}

function expressionDiagnostic(
  wrong: ExpressionProblem,
  range: (start: number, end: number) => SourceRange,
  related: readonly RelatedPlace[] = [],
): Diagnostic {
  return problem(wrong.code, range(wrong.start, wrong.end), wrong.message, {
    help: wrong.help,
    suggestion: wrong.suggestion,
    related,
  });
}

/** Often it was YAML that cut the text off: at ` #`, or at `: `. */
function unclosed(file: ParsedFile, path: Path, open: number): Diagnostic {
  const at = file.within(path, open, open + 2);
  const { line, start } = lineAround(file.source, at.start);
  const trap = trapOnLine(line);
  if (trap !== undefined && isYaml(trap.fixed)) return quoteExpression(file.source, start, trap);
  return problem('UNCLOSED_EXPRESSION', at, 'This ${ has no closing }.', {
    help: 'Close it; write $${ for a literal ${.',
  });
}

/** Every expression in a template. */
export function expressionsOf(template: Template): BoundExpression[] {
  switch (template.kind) {
    case 'constant':
      return [];
    case 'expression':
      return [template];
    case 'text':
      return template.parts.filter((part) => typeof part !== 'string');
    case 'list':
      return template.items.flatMap(expressionsOf);
    case 'object':
      return template.entries.flatMap(([, member]) => expressionsOf(member));
  }
}

/** Why a parameter has its value. */
export type Because = (param: string) => RelatedPlace | undefined;

/** A value; else what is wrong, or nothing where that was reported already. */
export type Evaluated = Result<Json, Diagnostic | undefined>;

/** The value of a template. One that uses a parameter without a value has none, about which nothing is said again. */
export function evaluateTemplate(template: Template, values: Values, because?: Because): Evaluated {
  switch (template.kind) {
    case 'constant':
      return ok(template.value);
    case 'expression':
      return evaluateBound(template, values, because);
    case 'text':
      return evaluateText(template.parts, values, because);
    case 'list': {
      const list: Json[] = [];
      for (const item of template.items) {
        const value = evaluateTemplate(item, values, because);
        if (!value.ok) return value;
        list.push(value.value);
      }
      return ok(list);
    }
    case 'object': {
      const entries: [string, Json][] = [];
      for (const [key, member] of template.entries) {
        const value = evaluateTemplate(member, values, because);
        if (!value.ok) return value;
        entries.push([key, value.value]);
      }
      return ok(Object.fromEntries(entries));
    }
  }
}

export function evaluateBound(bound: BoundExpression, values: Values, because?: Because): Evaluated {
  const { params } = bound.expression;
  if (!params.every((name) => Object.hasOwn(values.params, name))) return err(undefined);
  const value = bound.expression.evaluate(values);
  if (value.ok) return value;
  const related = params.flatMap((name) => because?.(name) ?? []);
  return err(expressionDiagnostic(value.error, bound.range, related));
}

function evaluateText(
  parts: readonly (string | BoundExpression)[],
  values: Values,
  because: Because | undefined,
): Evaluated {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = evaluateBound(part, values, because);
    if (!value.ok) return value;
    const shown = printed(value.value);
    if (shown === undefined) {
      const at = part.range(0, part.expression.code.length);
      const message = `${capital(kindOf(value.value))} cannot stand inside a text.`;
      return err(problem('NOT_PRINTABLE', at, message, { help: 'Numbers, texts, true and false can.' }));
    }
    text += shown;
  }
  return ok(text);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
