import { formatDiagnostics, type Diagnostic } from '../pipeline/diagnostic.js';
import { problemSummary } from './plan-options.js';
import { printableJson } from './say.js';

/** How a command says what is wrong with a file. */
export type ProblemFormat = 'plain' | 'json';

/** Enough to mend a file by; a hostile one can have any number, and messages of any length. */
const mostShown = 200;
const longestMessage = 4000;

function shown(problems: readonly Diagnostic[]): Diagnostic[] {
  return problems.slice(0, mostShown).map((problem) => {
    const { message } = problem;
    return message.length <= longestMessage
      ? problem
      : { ...problem, message: `${message.slice(0, longestMessage)} ...` };
  });
}

/** Plain text goes to stderr, for people; JSON to stdout, for programs: nothing else is printed there then. */
export function reportProblems(
  file: string,
  problems: readonly Diagnostic[],
  format: ProblemFormat = 'plain',
): void {
  if (format === 'json') process.stdout.write(problemsJson(file, problems));
  else {
    const more = problems.length - mostShown;
    const rest = more > 0 ? `... and ${more} more.\n` : '';
    console.error(`${formatDiagnostics(shown(problems))}\n${rest}${problemSummary(file, problems)}`);
  }
}

/** One document: the file, whether it is valid, how many problems it has, and the first 200 in the order of the file. */
export function problemsJson(file: string, problems: readonly Diagnostic[]): string {
  const valid = !problems.some(({ severity }) => severity === 'error');
  return `${printableJson({ file, valid, problems: problems.length, diagnostics: shown(problems) })}\n`;
}
