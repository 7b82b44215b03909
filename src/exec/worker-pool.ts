import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFull } from '../store/errors.js';
import { instanceLogPath, keepSlice, lastLines, logSize } from './instance-logs.js';
import type { Report, Task, WorkerMessage, WorkerSettings } from './protocol.js';
import type { Environment } from './worker-environment.js';
import { WorkerProcess, type Death } from './worker-process.js';

/** A process that has done so much makes room for a fresh one. */
const tasksPerWorker = 50;

/** What an instance that took too long has to put its things in order. */
const graceMs = 20_000;

export interface PoolOptions {
  readonly slots: number;
  /** Compiled worker-main; the one beside this module unless a test says so. */
  readonly entry?: string | undefined;
  readonly settings: Omit<WorkerSettings, 'log'>;
  readonly environment: Environment;
  readonly projectDir: string;
  readonly logFolder: string;
}

export interface Assignment {
  readonly index: number;
  readonly task: Task;
  /** Slots that are occupied until the task ends: one, and one for each thread beyond the first. */
  readonly slots: number;
  readonly onMessage: (message: Exclude<WorkerMessage, Report>) => void;
  readonly onEnd: (report: Report | Death, log: readonly string[]) => void;
}

/** Worker processes that stay warm between tasks; a process is started only when there is work for it. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers: (WorkerProcess | undefined)[];
  readonly #busy = new Set<number>();
  readonly #leaving: Promise<void>[] = [];
  #free: number;
  #stopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#free = options.slots;
    this.#workers = Array.from({ length: options.slots }, () => undefined);
  }

  /** Slots that nobody occupies. */
  get free(): number {
    return this.#free;
  }

  /** Starts a task on a free slot. @returns the number of its worker, from 0. */
  start(assignment: Assignment): number {
    const number = this.#workers.findIndex((worker, slot) => !this.#busy.has(slot) && worker?.alive);
    const slot = number >= 0 ? number : this.#workers.findIndex((_, free) => !this.#busy.has(free));
    this.#busy.add(slot);
    this.#free -= assignment.slots;
    // In a turn of its own: whoever starts a task is not called back before `start` has returned.
    setImmediate(() => this.#begin(slot, assignment));
    return slot;
  }

  /** Stops the task of one slot; the process has time to follow. */
  stop(slot: number): void {
    this.#workers[slot]?.terminate(graceMs);
  }

  /** Stops all work at once. */
  terminate(): void {
    this.#stopped = true;
    for (const worker of this.#workers) worker?.terminate();
  }

  /** Lets all processes go and waits until they are gone. */
  async close(): Promise<void> {
    for (const slot of this.#workers.keys()) this.#retire(slot);
    await Promise.all(this.#leaving);
  }

  #begin(slot: number, assignment: Assignment): void {
    if (this.#stopped)
      return assignment.onEnd({ type: 'died', message: 'the run was stopped', cause: 'infra' }, []);
    const path = join(this.#options.logFolder, `worker-${slot}.log`);
    let from = 0;
    let to: number | undefined;
    const end = (report: Report | Death): void => {
      this.#busy.delete(slot);
      this.#free += assignment.slots;
      // Code of the user's own may leave something running, or variables: its process goes, and all that it started.
      const worn = assignment.task.own !== undefined;
      if (worn || report.type !== 'done' || this.#workers[slot]!.tasksDone >= tasksPerWorker)
        this.#retire(slot);
      const { instance } = assignment.task;
      const target = instanceLogPath(this.#options.logFolder, assignment.index, instance);
      keepSlice({ path, from, to: logSize(path) }, target);
      assignment.onEnd(
        report,
        report.type === 'done' ? [] : lastLines({ path, from, to: to ?? logSize(path) }),
      );
    };
    let worker: WorkerProcess;
    try {
      if (!this.#workers[slot]?.alive) this.#workers[slot] = this.#spawn(path);
      worker = this.#workers[slot]!;
      from = logSize(path);
    } catch (error) {
      this.#busy.delete(slot);
      this.#free += assignment.slots;
      const message = error instanceof Error ? error.message : String(error);
      assignment.onEnd({ type: 'failed', kind: isFull(error) ? 'full' : 'user', message }, []);
      return;
    }
    worker.run(assignment.task, {
      onEnd: end,
      onMessage: (message) => {
        if (message.type === 'stack') to = message.logSize;
        assignment.onMessage(message);
      },
    });
  }

  #spawn(logPath: string): WorkerProcess {
    const { entry, settings, environment, projectDir } = this.#options;
    return new WorkerProcess({
      entry: entry ?? fileURLToPath(new URL('../exec/worker-main.js', import.meta.url)),
      settings,
      environment,
      projectDir,
      logPath,
    });
  }

  #retire(slot: number): void {
    const worker = this.#workers[slot];
    if (!worker) return;
    this.#workers[slot] = undefined;
    worker.dismiss();
    this.#leaving.push(worker.gone);
  }
}
