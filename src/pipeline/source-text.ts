import { LineCounter } from 'yaml';
import { commandLine, type SourceRange } from './diagnostic.js';

const widest = 120;

/** A text whose offsets can be turned into places. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

export function sourceText(file: string, text: string): SourceText {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines.addNewLine(i + 1);
  return { file, text, lines };
}

/** The place of the characters `start` to `end` (exclusive). */
export function rangeAt(source: SourceText, start: number, end = start + 1): SourceRange {
  const from = Math.min(start, source.text.length);
  const to = Math.max(from, Math.min(end, source.text.length));
  const first = source.lines.linePos(from);
  const last = source.lines.linePos(to);
  const lineStart = from - first.col + 1;
  const windowStart = Math.max(lineStart, from - widest / 2);
  const line = lineEnd(source.text, from);
  return {
    file: source.file,
    line: first.line,
    column: first.col,
    endLine: last.line,
    endColumn: last.col,
    start: from,
    end: to,
    excerpt: source.text.slice(windowStart, Math.min(line, windowStart + widest)),
    excerptStart: from - windowStart,
  };
}

/** The whole line in which an offset lies, without its end, and where it starts. */
export function lineAround(source: SourceText, offset: number): { line: string; start: number } {
  const start = source.text.lastIndexOf('\n', offset - 1) + 1;
  return { line: source.text.slice(start, lineEnd(source.text, start)), start };
}

/** A place inside an argument of the command line; `argument` is shown as the source line. */
export function argumentRange(argument: string, start: number, end = argument.length): SourceRange {
  return {
    file: commandLine,
    line: 1,
    column: start + 1,
    endLine: 1,
    endColumn: end + 1,
    start,
    end,
    excerpt: argument.slice(0, 400),
    excerptStart: start,
  };
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  const end = at < 0 ? text.length : at;
  return text[end - 1] === '\r' && end > from ? end - 1 : end;
}
