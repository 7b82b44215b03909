import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/result.js';
import { declaredOutputs } from '../pipeline/declared-outputs.js';
import type { OutputBytes, StageDefinition } from '../pipeline/stage.js';
import { isFull, ObjectLostError } from '../store/errors.js';
import type { Publication } from '../store/publish.js';
import type { Made } from '../store/record.js';
import type { Store } from '../store/store.js';
import { FileCheckpoints } from './checkpoints.js';
import type { Clock } from './clock.js';
import { CommandError } from './command-error.js';
import { lastLines, logSize } from './instance-logs.js';
import type { Report, Task, WorkerMessage, WorkerSettings } from './protocol.js';
import { ownStage } from './own-stage.js';
import { stageContext } from './stage-context.js';

export interface TaskEnv {
  readonly settings: WorkerSettings;
  /** What records tell of the run. */
  readonly provenance: Pick<Made, 'pipeline' | 'params' | 'git'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly loadStage: (type: string) => Promise<StageDefinition>;
  readonly send: (message: WorkerMessage) => void;
  readonly log: (line: string) => void;
  /** A fault's stack, for the log only. */
  readonly logStack: (stack: string) => void;
}

/** Computes one instance and publishes its outputs. Every failure becomes a report. */
export async function performTask(task: Task, env: TaskEnv): Promise<Report> {
  try {
    return await computeAndPublish(task, env);
  } catch (error) {
    if (error instanceof ObjectLostError)
      return { type: 'lost', sha256: error.sha256, message: error.message };
    if (isFull(error)) return { type: 'failed', kind: 'full', message: messageOf(error) };
    if (error instanceof CommandError)
      return { type: 'failed', kind: 'user', message: error.message, cause: error.cause };
    if (error instanceof UserError) return { type: 'failed', kind: 'user', message: error.message };
    env.logStack(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return {
      type: 'failed',
      kind: 'fault',
      message: `${messageOf(error)} (a fault of the stage ${task.stageType})`,
    };
  }
}

async function computeAndPublish(task: Task, env: TaskEnv): Promise<Report> {
  const { store, clock, settings } = env;
  const stage = await stageOf(task, env);
  const checkpoints = new FileCheckpoints({
    folder: store.layout.attempt(task.key),
    key: task.key,
    clock,
    ...task.checkpoint,
    warn: (message) => env.send({ type: 'warn', message }),
  });
  const measure = startMeasuring(clock);
  const printedBefore = logSize(settings.log);
  const context = stageContext({
    ...env,
    task,
    objects: store.objects,
    cacheDir: settings.cacheDir,
    checkpoints,
  });
  const outputs = checkedOutputs(stage, task, await stage.run(context));
  const made: Made = {
    instance: task.instance,
    run: settings.run,
    host: hostname(),
    pid: process.pid,
    ...measure(),
    threads: task.threads,
    resumed: checkpoints.resumed,
    ticketlab: settings.version,
    node: process.versions.node,
    ...env.provenance,
    ...printed(settings.log, printedBefore),
  };
  const published = store.publish({ key: task.key, K: task.K, outputs, made });
  checkpoints.remove();
  const { outcome, differing, record } = published;
  return { type: 'done', outputs: record.outputs, differing, kept: outcome === 'known' };
}

async function stageOf(task: Task, { store, loadStage }: TaskEnv): Promise<StageDefinition> {
  if (task.own === undefined) return loadStage(task.stageType);
  return ownStage(task.own, join(store.layout.attempt(task.key), `work-${hostname()}-${process.pid}`));
}

/** What the stage printed, for whoever looks at its result later. */
function printed(path: string, from: number): Pick<Made, 'log'> {
  const to = logSize(path);
  return to > from ? { log: { bytes: to - from, tail: lastLines({ path, from, to }) } } : {};
}

function checkedOutputs(
  stage: StageDefinition,
  task: Task,
  given: Readonly<Record<string, OutputBytes>>,
): Publication['outputs'] {
  const declared = declaredOutputs(stage, task.params);
  const returned = Object.keys(given).sort();
  if (declared.join() !== returned.join())
    throw new Error(
      `it returned the outputs [${returned.join(', ')}], but declares [${declared.join(', ')}]`,
    );
  return Object.fromEntries(
    declared.map((name) => {
      const content = given[name];
      if (typeof content !== 'string' && !(content instanceof Uint8Array) && !(content instanceof Map))
        throw new Error(`its output "${name}" is neither bytes nor text nor a map of files`);
      return [name, { type: stage.outputs[name]!.type, content }];
    }),
  );
}

type Measured = Pick<Made, 'start' | 'wall_s' | 'cpu_s' | 'rss_max'>;

function startMeasuring(clock: Clock): () => Measured {
  const start = new Date(clock.now()).toISOString();
  const from = clock.monotonic();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return {
      start,
      wall_s: Math.round(clock.monotonic() - from) / 1000,
      cpu_s: Math.round((user + system) / 1000) / 1000,
      rss_max: process.resourceUsage().maxRSS * 1024,
    };
  };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
