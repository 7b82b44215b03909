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
  /** It stands in quotes, which end inside it: it holds the same ones. */
  readonly quoted: boolean;
}

interface Place {
  readonly start: number;
  readonly end: number;
  /** What is meant, where quotes end too early. */
  readonly inner?: string;
}

/**
 * Finds the first expression on a line that YAML cannot take as one text: without quotes inside `{ }` or `[ ]` every
 * one, elsewhere those that hold `: ` or ` #`; in quotes those that hold the same ones.
 */
export function trapOnLine(line: string): Trap | undefined {
  const traps: Place[] = [];
  let depth = 0;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (c === '#' && (i === 0 || line[i - 1] === ' ')) break;
    if ((c === '"' || c === "'") && startsScalar(line, i)) {
      const same = endingInside(line, i);
      if (same !== undefined) traps.push(same);
      i = same === undefined ? endOfQuotes(line, i) : same.end - 1;
    } else if (c === '$' && line[i + 1] === '{') {
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
  for (const { start, end, inner } of traps.reverse())
    fixed =
      fixed.slice(0, start) +
      (inner === undefined ? asWritten(line, start, end) : quoted(inner)) +
      fixed.slice(end);
  return { start: first.start, end: first.end, fixed: fixed.trim(), quoted: first.inner !== undefined };
}

/** The text in quotes at `open` whose expression holds the same quotes: to YAML it ends at the first of them. */
function endingInside(line: string, open: number): Place | undefined {
  const quote = line[open] ?? '';
  const ends = endOfQuotes(line, open);
  const start = line.slice(open, ends).indexOf('${') + open;
  if (start < open || /^\s*([,\]}]|$|#)/.test(line.slice(ends + 1))) return undefined;
  const near = line.slice(0, open + longestLine);
  let close = closingBrace(near, start + 2);
  if (close < ends) return undefined;
  let end = near.indexOf(quote, close);
  for (let next = near.indexOf('${', close); next >= 0 && next < end; next = near.indexOf('${', close)) {
    close = closingBrace(near, next + 2);
    if (close < 0) return undefined;
    end = near.indexOf(quote, close);
  }
  return end < 0 ? undefined : { start: open, end: end + 1, inner: line.slice(open + 1, end) };
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

/** `model:mlp` as it should be written, with a blank; `key` is what YAML takes for the whole. */
export function keyWithBlank(line: string, key: string): string | undefined {
  const [, name, value] = /^([A-Za-z_][\w-]*):([^\s:/].*)$/.exec(key.trim()) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const fixed = line.replace(key.trim(), `${name}: ${value}`).trim();
  return isYaml(fixed) ? fixed : undefined;
}

/** The diagnostic for an expression that needs quotes, on the line that starts at `lineStart`. */
export function quoteExpression(source: SourceText, lineStart: number, trap: Trap): Diagnostic {
  const at = rangeAt(source, lineStart + trap.start, lineStart + trap.end);
  const message = trap.quoted
    ? 'These quotes end inside the expression, which holds the same ones.'
    : 'YAML does not read this expression as one text: it needs quotes here.';
  return problem('QUOTE_EXPRESSION', at, message, { help: `Write:  ${trap.fixed}` });
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

/** Nobody copies a longer line out of a message, and a hostile file has many. */
const longestLine = 1000;

/** True when the line, taken alone, is YAML. */
export function isYaml(line: string): boolean {
  return line.length <= longestLine && parseDocument(line).errors.length === 0;
}

function startsScalar(line: string, at: number): boolean {
  return at === 0 || /[\s,:[{-]/.test(line[at - 1] ?? '');
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
