import { commandLine, sortDiagnostics, type Diagnostic, type SourceRange } from '../pipeline/diagnostic.js';
import { reportProblems, type ProblemFormat } from './report-problems.js';

/** What was given for one side of a comparison. */
interface Side {
  readonly position: 0 | 1;
  readonly presets: readonly [string, string] | undefined;
  readonly own: readonly string[];
}

/** One side of a comparison that is wrong, and what is wrong with it. */
interface WrongSide {
  readonly file: string;
  readonly problems: readonly Diagnostic[];
  readonly side: Side;
}

/** Tells what is wrong with both sides as one: what both have in common once, and each option as it was given. */
export function reportSides(wrong: readonly WrongSide[], format: ProblemFormat): void {
  const problems = wrong.flatMap((one) => one.problems.map((problem) => asGiven(problem, one.side)));
  const files = [...new Set(wrong.map(({ file }) => file))];
  reportProblems(files.join(' and '), sortDiagnostics(problems, files[0]), format);
}

/** `-P w=1` as `--param-after w=1`, `--preset b` as `--presets a,b`. */
function asGiven(problem: Diagnostic, { presets, own, position }: Side): Diagnostic {
  const { excerpt } = problem.at;
  if (problem.at.file !== commandLine) return problem;
  if (presets !== undefined && excerpt.startsWith('--preset ')) {
    const before = position === 0 ? '--presets ' : `--presets ${presets[0]},`;
    const at = moved(problem.at, '--preset '.length, before);
    return { ...problem, at: { ...at, excerpt: `--presets ${presets.join(',')}` } };
  }
  if (!excerpt.startsWith('-P ') || !own.includes(excerpt.slice(3))) return problem;
  const option = position === 0 ? '--param-before' : '--param-after';
  const renamed = (text: string): string => text.replace(/(?<![\w-])-P(?= )/g, option);
  return {
    ...problem,
    message: renamed(problem.message),
    ...(problem.help === undefined ? {} : { help: renamed(problem.help) }),
    at: moved(problem.at, 3, `${option} `),
  };
}

/** The place with other words in front of it. @param length of what stands there now. */
function moved(at: SourceRange, length: number, before: string): SourceRange {
  const by = before.length - length;
  return {
    ...at,
    ...{ column: at.column + by, endColumn: at.endColumn + by, start: at.start + by, end: at.end + by },
    excerpt: before + at.excerpt.slice(length),
    excerptStart: at.excerptStart + by,
  };
}
