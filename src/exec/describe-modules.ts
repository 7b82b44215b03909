import { fileURLToPath } from 'node:url';
import { err, type Result } from '../base/result.js';
import type { ModuleDescription } from '../pipeline/modules.js';
import { workerEnvironment, type Environment } from './worker-environment.js';

/** What a describing process is told: its only argument, as JSON. */
export interface DescribeRequest {
  readonly project: string;
  /** Absolute paths of modules. */
  readonly modules: readonly string[];
}

/** Where it answers, beside the usual three. */
export const answerDescriptor = 3;

const patienceMs = 20_000;
const mostBytes = 64 * 1024 * 1024;

/**
 * Loads modules in a process of their own, one for all, and says what each exports and imports. Nothing of them runs but
 * what runs when they are loaded.
 */
export function describeModules(
  request: DescribeRequest,
  environment: Environment,
): readonly Result<ModuleDescription, string>[] {
  // Most pipelines have no modules: they do not pay for what starts processes.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const entry = fileURLToPath(new URL('../exec/describe-main.js', import.meta.url));
  const ended = spawnSync(process.execPath, [entry, JSON.stringify(request)], {
    cwd: request.project,
    env: workerEnvironment(environment),
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    maxBuffer: mostBytes,
    encoding: 'utf8',
  });
  const answer = ended.output?.[answerDescriptor];
  if (ended.status === 0 && typeof answer === 'string' && answer !== '')
    return JSON.parse(answer) as Result<ModuleDescription, string>[];
  const why =
    (ended.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT'
      ? `it was not loaded within ${patienceMs / 1000} s`
      : 'the process that loads it ended too early';
  return request.modules.map(() => err(why));
}
