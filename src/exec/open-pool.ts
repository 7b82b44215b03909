import { join } from 'node:path';
import { canonicalJson } from '../base/json.js';
import type { Instance } from '../pipeline/plan.js';
import { ensureFolder } from '../store/durable.js';
import type { Computation } from './decide.js';
import type { Task } from './protocol.js';
import type { RunEnv } from './run.js';
import type { WorkerPool } from './worker-pool.js';

/** The workers of a run. Loaded only when there is work. */
export async function openPool(env: RunEnv, folder: string, run: string): Promise<WorkerPool> {
  const { WorkerPool } = await import('./worker-pool.js');
  const logFolder = join(folder, 'logs');
  ensureFolder(logFolder);
  const { stagesModule, cacheDir, version, environment, projectDir } = env;
  return new WorkerPool({
    slots: env.jobs,
    entry: env.workerEntry,
    settings: { stagesModule, cacheDir, version, run, store: env.store.layout.root },
    environment,
    projectDir,
    logFolder,
  });
}

/** What a worker is told of an instance. */
export function taskOf(instance: Instance, computation: Computation, threads: number): Task {
  const { id, type, params, settings } = instance;
  return {
    ...{ instance: id, stageType: type, params: inOrder(params), threads, ...computation },
    ...(settings === undefined ? {} : { checkpoint: settings.checkpoint }),
  };
}

/** Parameters as the key sees them: without an order, so that a stage cannot depend on one. */
const inOrder = (params: Instance['params']): Instance['params'] =>
  JSON.parse(canonicalJson(params)) as Instance['params'];
