import { formatDiagnostics, type Diagnostic } from '../pipeline/diagnostic.js';
import { problemSummary } from './plan-options.js';

/** How a command says what is wrong with a file. */
export type ProblemFormat = 'plain' | 'json';

/** Plain text goes to stderr, for people; JSON to stdout, for programs: nothing else is printed there then. */
export function reportProblems(
  file: string,
  problems: readonly Diagnostic[],
  format: ProblemFormat = 'plain',
): void {
  if (format === 'json') process.stdout.write(problemsJson(file, problems));
  else console.error(`${formatDiagnostics(problems)}\n${problemSummary(file, problems)}`);
}

/** One document: the file, whether it is valid, and all diagnostics in the order of the file. */
export function problemsJson(file: string, problems: readonly Diagnostic[]): string {
  const valid = !problems.some(({ severity }) => severity === 'error');
  return `${printableJson({ file, valid, diagnostics: problems })}\n`;
}

/** JSON in which nothing can reach a terminal as a control character: JSON itself escapes only those below 0x20. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (found) =>
    found === '\n' ? found : [...Array(found.length).keys()].map((i) => unicodeEscape(found, i)).join(''),
  );
}

const unicodeEscape = (text: string, at: number): string =>
  `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
