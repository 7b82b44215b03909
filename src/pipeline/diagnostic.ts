import { safeLine } from '../base/safe-text.js';
import { caretLine } from './terminal-text.js';

/** Every code has one message, an entry in docs/diagnostics.md and a test that produces it. */
export const diagnosticCodes = [
  'NOT_TEXT',
  'FILE_TOO_LARGE',
  'EMPTY_FILE',
  'NOT_A_MAPPING',
  'SEVERAL_DOCUMENTS',
  'YAML_SYNTAX',
  'DUPLICATE_KEY',
  'QUOTE_EXPRESSION',
  'QUOTE_TEXT',
  'ALIAS_BOMB',
  'UNKNOWN_ALIAS',
  'CUSTOM_TAG',
  'MERGE_KEY',
  'KEY_NOT_TEXT',
  'TOO_DEEP',
  'UNKNOWN_KEY',
  'OTHER_VARIANT',
  'MISSING_KEY',
  'WRONG_TYPE',
  'BAD_VALUE',
  'BAD_NAME',
  'UNKNOWN_STAGE_TYPE',
  'IMPORT_UNREADABLE',
  'CODE_UNREADABLE',
  'PACKAGE_UNREADABLE',
  'UNKNOWN_IMPORT',
  'UNKNOWN_COMPONENT',
  'MODULE_UNUSABLE',
  'UNUSED_INPUT',
  'UNKNOWN_PLACEHOLDER',
  'EXPRESSION_IN_COMMAND',
  'ENV_UNUSED',
  'BAD_PARAM_DECLARATION',
  'BAD_PARAM_VALUE',
  'UNKNOWN_PARAM',
  'MISSING_PARAM',
  'BAD_OVERRIDE',
  'UNKNOWN_PRESET',
  'PRESET_CYCLE',
  'UNCLOSED_EXPRESSION',
  'EXPRESSION_SYNTAX',
  'EXPRESSION_TOO_LARGE',
  'EXPRESSION_TYPE',
  'EXPRESSION_FAILED',
  'UNKNOWN_NAME',
  'UNKNOWN_FUNCTION',
  'EDGE_IN_EXPRESSION',
  'BAD_REFERENCE',
  'NOT_PRINTABLE',
  'EXPECTED_EDGE',
  'EXPECTED_VALUE',
  'NO_GATHER',
  'UNKNOWN_STAGE',
  'UNKNOWN_STEP',
  'UNKNOWN_STATE',
  'UNKNOWN_OUTPUT',
  'OUTPUT_ABSENT',
  'CYCLE',
  'EMPTY_AXIS',
  'BAD_AXIS',
  'BAD_TIMES',
  'AXIS_LEFT_OVER',
  'AXIS_UNKNOWN',
  'AXIS_VALUE_MISSING',
  'AXIS_TWICE',
  'INCOMPLETE_ROW',
  'POINT_MISSING',
  'EMPTY_GATHER',
  'WRONG_ARTEFACT',
  'MISSING_COLUMN',
  'UNKNOWN_COLUMN',
  'STATE_TYPE',
  'TOO_MANY_INSTANCES',
  'BAD_ADDRESS',
  'UNKNOWN_TARGET',
  'TARGET_CYCLE',
  'NO_SUCH_INSTANCE',
] as const;

export type DiagnosticCode = (typeof diagnosticCodes)[number];

/** A place in a file, or in an argument of the command line. */
export interface SourceRange {
  /** The file as the user named it, or `command line`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Offsets into the text, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The line at the start of the range, cut around it when it is long. */
  readonly excerpt: string;
  /** Where the range starts in `excerpt`, from 0. */
  readonly excerptStart: number;
}

export interface RelatedPlace {
  readonly message: string;
  readonly at: SourceRange;
}

/** What is wrong, where, and what to do: data, of which printing is one view. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  /** What and why, one sentence or two. */
  readonly message: string;
  readonly at: SourceRange;
  /** What to do. */
  readonly help?: string;
  /** The word that was probably meant. */
  readonly suggestion?: string;
  readonly related?: readonly RelatedPlace[];
}

export const commandLine = 'command line';

export interface ProblemDetails {
  readonly help?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly related?: readonly RelatedPlace[];
}

/** An error; fields of `details` that are undefined are left out. */
export function problem(
  code: DiagnosticCode,
  at: SourceRange,
  message: string,
  details: ProblemDetails = {},
): Diagnostic {
  const { help, suggestion, related = [] } = details;
  return {
    code,
    severity: 'error',
    message,
    at,
    ...(help === undefined ? {} : { help }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(related.length === 0 ? {} : { related: related.slice(0, 3) }),
  };
}

/** The same with a few words more at the end of its sentence. */
export function withNote(diagnostic: Diagnostic, note: string): Diagnostic {
  return { ...diagnostic, message: diagnostic.message.replace(/\.?$/, `${note}.`) };
}

/** In the order of the text, file after file, then those of the command line as they were found; each cause once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[], main?: string): Diagnostic[] {
  const seen = new Set<string>();
  const unique = diagnostics.filter((d) => {
    const identity = `${d.code}\0${d.at.file}\0${d.at.start}\0${d.message}`;
    return seen.has(identity) ? false : seen.add(identity);
  });
  const files = [main ?? '', ...unique.map((d) => d.at.file).filter((f) => f !== main && f !== commandLine)];
  const rank = new Map([...new Set([...files, commandLine])].map((file, i) => [file, i]));
  const of = (d: Diagnostic) => rank.get(d.at.file) ?? 0;
  return unique.sort((a, b) => of(a) - of(b) || (a.at.file === commandLine ? 0 : a.at.start - b.at.start));
}

/** Plain text for a terminal or a log. Nothing of the file reaches it unescaped. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(formatDiagnostic).join('\n');
}

function formatDiagnostic(d: Diagnostic): string {
  const gutter = d.at.file === commandLine ? '' : String(d.at.line);
  const pad = ' '.repeat(gutter.length);
  const { text, caret } = caretLine(d.at);
  const lines = [
    `${place(d.at)}  ${d.severity} ${d.code}: ${safeLine(d.message)}`,
    `  ${gutter} | ${text}`,
    `  ${pad} | ${caret}`,
  ];
  if (d.help !== undefined) lines.push(`  ${safeLine(d.help)}`);
  if (d.suggestion !== undefined) lines.push(`  Did you mean "${safeLine(d.suggestion)}"?`);
  for (const r of d.related ?? []) lines.push(`  ${place(r.at)}  ${safeLine(r.message)}`);
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function place(at: SourceRange): string {
  return at.file === commandLine ? at.file : `${safeLine(at.file)}:${at.line}:${at.column}`;
}
