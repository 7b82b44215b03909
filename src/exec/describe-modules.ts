import type { SpawnSyncReturns } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { err, UserError, type Result } from '../base/result.js';
import type { ModuleDescription } from '../pipeline/modules.js';
import { workerEnvironment, type Environment } from './worker-environment.js';

/** What a describing process is told: its only argument, as JSON. */
export interface DescribeRequest {
  readonly project: string;
  /** Absolute paths of modules. */
  readonly modules: readonly string[];
}

/** Where it answers, beside the usual three: a line `ready`, then one for each module. JSON. */
export const answerDescriptor = 3;
export const ready = 'ready';

const patienceMs = 20_000;
const mostBytes = 64 * 1024 * 1024;

type Described = Result<ModuleDescription, string>;

/**
 * Loads modules in a process of their own, one for all, and says what each exports and imports. Nothing of them runs but
 * what runs when they are loaded. A module that ends the process is told so; those after it are loaded by another one.
 *
 * @throws UserError when that process cannot be started: no module is to blame then.
 */
export function describeModules(request: DescribeRequest, environment: Environment): readonly Described[] {
  const described: Described[] = [];
  while (described.length < request.modules.length) {
    const modules = request.modules.slice(described.length);
    const ended = start({ ...request, modules }, environment);
    const [first, ...answers] = linesOf(ended);
    if (first !== ready) throw new UserError(`${notStarted(ended)} ${whatToDo}`);
    const known = answers.slice(0, modules.length) as Described[];
    described.push(...known);
    if (known.length < modules.length) described.push(err(whyItEnded(ended)));
  }
  return described;
}

function start(request: DescribeRequest, environment: Environment): SpawnSyncReturns<string> {
  // Most pipelines have no modules: they do not pay for what starts processes.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const entry = fileURLToPath(new URL('../exec/describe-main.js', import.meta.url));
  return spawnSync(process.execPath, [entry, JSON.stringify(request)], {
    cwd: request.project,
    env: workerEnvironment(environment),
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    maxBuffer: mostBytes,
    encoding: 'utf8',
  });
}

/** What it has answered in whole lines; a module that writes there itself ends that. */
function linesOf(ended: SpawnSyncReturns<string>): unknown[] {
  const answer = ended.output?.[answerDescriptor];
  const lines: unknown[] = [];
  if (typeof answer !== 'string') return lines;
  for (const line of answer.split('\n').slice(0, -1)) {
    try {
      const value = JSON.parse(line) as typeof ready | { readonly ok?: unknown } | null;
      if (value !== ready && typeof value?.ok !== 'boolean') break;
      lines.push(value);
    } catch {
      break;
    }
  }
  return lines;
}

const whatToDo =
  'None of the modules is to blame; try again when there is room, or look at ticketlab doctor.';

/** Before anything of a module was loaded. */
function notStarted({ error, status, signal }: SpawnSyncReturns<string>): string {
  const subject = 'The process that is to load the modules of this pipeline';
  if (error === undefined) return `${subject} ended before it began, ${endText(status, signal)}.`;
  const { code = error.message } = error as NodeJS.ErrnoException;
  if (code === 'ETIMEDOUT') return `${subject} did not begin within ${patienceMs / 1000} s.`;
  return `${subject} cannot be started (${process.execPath}: ${code}${reasons[code] ?? ''}).`;
}

const reasons: Readonly<Record<string, string>> = {
  EAGAIN: ', too many processes',
  ENOMEM: ', no memory is left',
  ENOENT: ', it is not there',
  EACCES: ', this user may not start it',
  EMFILE: ', too many files are open',
};

/** While a module was being loaded. */
function whyItEnded({ error, status, signal }: SpawnSyncReturns<string>): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ETIMEDOUT') return `it was not loaded within ${patienceMs / 1000} s`;
  if (code === 'ENOBUFS') return `what it exports has more than ${mostBytes} bytes`;
  return `the process that loads it ended too early, ${endText(status, signal)}`;
}

function endText(status: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `with exit code ${status}`;
  const memory: Partial<Record<NodeJS.Signals, string>> = {
    SIGKILL: ' (the system does that when memory runs out)',
    SIGABRT: ' (JavaScript ran out of memory, as a rule)',
  };
  return `by ${signal}${memory[signal] ?? ''}`;
}
