import { parseDocument } from 'yaml';
import { problem, type Diagnostic } from './diagnostic.js';
import { rangeAt, type SourceText } from './source-text.js';
import { closingBrace } from './template.js';

/** A `${...}` that YAML reads as something else, and the line as it should be written. */
export interface Trap {
  /** Offsets inside the line. */
  readonly start: number;
  readonly end: number;
  readonly fixed: string;
}

/**
 * Finds the first unquoted expression on a line that YAML cannot take as plain text: inside `{ }` or `[ ]` every
 * one, elsewhere those that hold `: ` or ` #`.
 */
export function trapOnLine(line: string): Trap | undefined {
  const traps: { start: number; end: number }[] = [];
  let depth = 0;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (c === '#' && (i === 0 || line[i - 1] === ' ')) break;
    if ((c === '"' || c === "'") && startsScalar(line, i)) i = endOfQuotes(line, i);
    else if (c === '$' && line[i + 1] === '{') {
      const close = closingBrace(line, i + 2);
      const end = scalarEnd(line, close < 0 ? line.length : close + 1, depth > 0);
      const start = scalarStart(line, i);
      if (depth > 0 || / #|: /.test(line.slice(i, end))) traps.push({ start, end });
      i = end - 1;
    } else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
  }
  const first = traps[0];
  if (first === undefined) return undefined;
  let fixed = line;
  for (const { start, end } of traps.reverse())
    fixed = fixed.slice(0, start) + asWritten(line, start, end) + fixed.slice(end);
  return { ...first, fixed: fixed.trim() };
}

/** With quotes; a gather takes its reference without braces. */
function asWritten(line: string, start: number, end: number): string {
  const [, reference] = /^\$\{\s*(stages(?:\.\w+){2})\s*\}$/.exec(line.slice(start, end)) ?? [];
  const gathers = /[{,]\s*from:\s*$/.test(line.slice(0, start));
  return gathers && reference !== undefined ? reference : quoted(line.slice(start, end));
}

/** `title: Accuracy: by ratio` as it should be written; undefined for a line in which quotes change nothing. */
export function textWithColon(line: string): string | undefined {
  const [all, before] = /^(\s*(?:- )*[\w-]+: +)[^\s'"{[&*!|>][^]*: [^]*$/.exec(line) ?? [];
  if (all === undefined || before === undefined) return undefined;
  const fixed = quoteText(line, before.length, line.trimEnd().length);
  return isYaml(fixed) ? fixed : undefined;
}

/** The diagnostic for an expression that needs quotes, on the line that starts at `lineStart`. */
export function quoteExpression(source: SourceText, lineStart: number, trap: Trap): Diagnostic {
  const at = rangeAt(source, lineStart + trap.start, lineStart + trap.end);
  return problem(
    'QUOTE_EXPRESSION',
    at,
    'YAML does not read this expression as one text: it needs quotes here.',
    {
      help: `Write:  ${trap.fixed}`,
    },
  );
}

/** `{doc: one, two}`: the text that was meant, in quotes. `value` is what stands before the comma. */
export function quoteText(line: string, valueStart: number, end: number): string {
  return (line.slice(0, valueStart) + quoted(line.slice(valueStart, end)) + line.slice(end)).trim();
}

/** Single quotes, or double ones where the text holds single ones. */
export function quoted(text: string): string {
  const inner = text.trimEnd();
  const gap = text.slice(inner.length);
  if (!inner.includes("'")) return `'${inner}'${gap}`;
  return `"${inner.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"${gap}`;
}

/** True when the line, taken alone, is YAML. */
export function isYaml(line: string): boolean {
  return parseDocument(line).errors.length === 0;
}

function startsScalar(line: string, at: number): boolean {
  return /(^|[\s,:[{-])$/.test(line.slice(0, at));
}

function endOfQuotes(line: string, open: number): number {
  const quote = line[open];
  for (let i = open + 1; i < line.length; i++) {
    if (quote === '"' && line[i] === '\\') i++;
    else if (line[i] === quote) {
      if (quote === "'" && line[i + 1] === "'") i++;
      else return i;
    }
  }
  return line.length;
}

/** The plain scalar around an expression may have text before it: `a: pre-${x}`. */
function scalarStart(line: string, at: number): number {
  let start = at;
  while (start > 0 && !/[\s,[{]/.test(line[start - 1] ?? '')) start--;
  return start;
}

function scalarEnd(line: string, after: number, inFlow: boolean): number {
  let end = after;
  if (inFlow) {
    while (end < line.length && !/[\s,\]}]/.test(line[end] ?? '')) end++;
    return end;
  }
  const comment = line.indexOf(' #', after);
  return comment < 0 ? line.trimEnd().length : comment;
}
