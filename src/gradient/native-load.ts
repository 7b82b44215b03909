import { spawnSync } from 'node:child_process';
// eslint-disable-next-line no-restricted-imports -- what is known of the library lies beside it, in the user cache
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, ok } from '../base/result.js';
import type { Result } from '../base/result.js';

/** Where answers are kept, and what of this machine they hang on beside the files and Node. */
export interface LoadQuestion {
  readonly answersFile: string;
  /** Vector instructions of the processor: a library that needs others ends the process that loads it. */
  readonly instructions: string;
  /** Ask again where the known answer is no: what was missing on the machine may be there now. */
  readonly retry?: boolean;
}

interface Answer {
  /** What the answer is about. */
  readonly of: string;
  /** Why it does not load; empty when it does. */
  readonly problem: string;
}

/**
 * Whether the native parts of a tfjs-node package can be loaded and compute. It is tried once, in a process of its own,
 * for a library may end the process that loads it; the answer is kept until a file of the package or Node changes.
 *
 * @returns why not, as the end of a sentence
 */
export function nativeLoads(
  folder: string,
  { answersFile, instructions, retry }: LoadQuestion,
): Result<true, string> {
  const key = `${folder}, node ${process.versions.node}, ${instructions}`;
  const of = fileStates(folder).join(', ');
  const answers = knownAnswers(answersFile);
  const known = [answers[key], ownAnswers.get(key)].find((answer) => answer?.of === of);
  if (known !== undefined && (known.problem === '' || retry !== true)) return resultOf(known.problem);
  const { problem, lasting } = tryNative(folder);
  ownAnswers.set(key, { of, problem });
  if (lasting) keep(answersFile, { ...answers, [key]: { of, problem } });
  return resultOf(problem);
}

/** Of this process: where nothing can be written it asks once all the same. */
const ownAnswers = new Map<string, Answer>();

const resultOf = (problem: string): Result<true, string> => (problem === '' ? ok(true) : err(problem));

/** Name, size and time of what is loaded, as text. */
function fileStates(folder: string): string[] {
  const bindings = namesIn(join(folder, 'lib')).map((name) => join('lib', name, 'tfjs_binding.node'));
  const libraries = namesIn(join(folder, 'deps', 'lib')).map((name) => join('deps', 'lib', name));
  return ['package.json', ...bindings, ...libraries].flatMap((path) => {
    const found = statSync(join(folder, path), { throwIfNoEntry: false });
    return `${path} ${found === undefined ? 'leads nowhere' : `${found.size} ${found.mtimeMs}`}`;
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Runs in a process of its own. A first line with the reason is all that is wanted of an error. */
const trial = `
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  try {
    const tf = require(process.argv[1]);
    const sum = tf.sum(tf.matMul(tf.ones([2, 3]), tf.ones([3, 2]))).dataSync()[0];
    if (sum !== 12 || tf.getBackend() !== 'tensorflow') throw new Error('it computes ' + sum + ' in place of 12');
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write('\\n#' + String(error && error.message || error).split('\\n')[0]);
  }
`;

/** Signals by which a library ends a process. */
const crashes = ['SIGILL', 'SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGFPE'];

/** Loads the package and computes with it; `lasting` when another try would end in the same way. */
export function tryNative(folder: string): { readonly problem: string; readonly lasting: boolean } {
  const { status, signal, stdout, error } = spawnSync(process.execPath, ['-e', trial, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    // It takes about a second; a library that never comes back must not hold up a plan for ever.
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return { problem: '', lasting: true };
  if (signal !== null) return { problem: `loading it ends in ${signal}`, lasting: crashes.includes(signal) };
  if (status === null) return { problem: error?.message ?? 'it could not be tried', lasting: false };
  const reason = stdout.slice(stdout.lastIndexOf('\n#') + 2).trim();
  return { problem: reason || `loading it ends with exit code ${status}`, lasting: true };
}

function knownAnswers(file: string): Readonly<Record<string, Answer | undefined>> {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof found === 'object' && found !== null ? (found as Record<string, Answer>) : {};
  } catch {
    return {};
  }
}

/** Others may write at the same time, with answers as good: the last one stays. */
function keep(file: string, answers: Readonly<Record<string, Answer | undefined>>): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const unfinished = `${file}.${process.pid}.tmp`;
    writeFileSync(unfinished, `${JSON.stringify(answers, null, 1)}\n`);
    renameSync(unfinished, file);
  } catch {
    // The next process tries it anew.
  }
}
