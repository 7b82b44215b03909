import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { openToAppend } from '../store/durable.js';
import {
  lifelineDescriptor,
  onMessages,
  reportsDescriptor,
  tasksDescriptor,
  type Report,
  type Task,
  type WorkerMessage,
  type WorkerSettings,
} from './protocol.js';
import { workerEnvironment, type Environment } from './worker-environment.js';

export interface SpawnOptions {
  /** Path of the compiled worker-main. */
  readonly entry: string;
  readonly settings: Omit<WorkerSettings, 'log'>;
  readonly environment: Environment;
  readonly projectDir: string;
  /** Gets what the worker prints. */
  readonly logPath: string;
}

/** The worker ended without a report. */
export interface Death {
  readonly type: 'died';
  readonly message: string;
  /** In the words of `retry: on`. */
  readonly cause: 'infra' | 'oom';
}

type Handlers = {
  readonly onMessage: (message: Exclude<WorkerMessage, Report>) => void;
  readonly onEnd: (report: Report | Death) => void;
};

/** How long a worker may take to follow a polite signal, and its last words to arrive after it died. */
const killAfterMs = 2000;
const lastWordsMs = 500;

/** One warm process, one task at a time. It leads a process group of its own: a Ctrl-C reaches only the run, which decides. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #tasks: Writable;
  readonly #lifeline: Readable;
  readonly gone: Promise<void>;
  #handlers: Handlers | undefined;
  #death: Death | undefined;
  tasksDone = 0;

  /** @throws StoreError when its log cannot be made. */
  constructor(options: SpawnOptions) {
    const log = openToAppend(options.logPath, 'a');
    try {
      const settings: WorkerSettings = { ...options.settings, log: options.logPath };
      this.#child = spawn(process.execPath, [options.entry, JSON.stringify(settings)], {
        cwd: options.projectDir,
        env: workerEnvironment(options.environment),
        detached: true,
        stdio: ['ignore', log, log, 'pipe', 'pipe', 'pipe'],
      });
    } finally {
      closeSync(log);
    }
    const stdio: readonly unknown[] = this.#child.stdio;
    const reports = stdio[reportsDescriptor] as Readable;
    this.#tasks = stdio[tasksDescriptor] as Writable;
    this.#lifeline = stdio[lifelineDescriptor] as Readable;
    // A worker that is gone is noticed by its exit; writing to it must not be an error of its own.
    for (const stream of [this.#tasks, this.#lifeline, reports]) stream.on('error', () => undefined);
    onMessages<WorkerMessage>(reports, (message) => this.#receive(message));
    this.gone = this.#watch(reports);
  }

  get alive(): boolean {
    return this.#death === undefined;
  }

  run(task: Task, handlers: Handlers): void {
    this.#handlers = handlers;
    if (this.#death) this.#finish(this.#death);
    else this.#tasks.write(`${JSON.stringify(task)}\n`);
  }

  /** Lets it go: it ends at once when its lifeline does. */
  dismiss(): void {
    this.#lifeline.destroy();
    this.#tasks.destroy();
  }

  /** Stops it whatever it does, after it had some time to follow. */
  terminate(graceMs = killAfterMs): void {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    void this.gone.then(() => clearTimeout(timer));
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#death) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It is gone already.
    }
  }

  #receive(message: WorkerMessage): void {
    if (message.type === 'done' || message.type === 'failed' || message.type === 'lost')
      this.#finish(message);
    else this.#handlers?.onMessage(message);
  }

  #finish(report: Report | Death): void {
    const handlers = this.#handlers;
    this.#handlers = undefined;
    this.tasksDone++;
    handlers?.onEnd(report);
  }

  #watch(reports: Readable): Promise<void> {
    return new Promise((resolve) => {
      const settle = (message: string, cause: Death['cause']): void => {
        if (this.#death) return;
        // What it started must not outlive it.
        this.#signal('SIGKILL');
        this.#death = { type: 'died', message, cause };
        this.dismiss();
        resolve();
        if (this.#handlers) this.#finish(this.#death);
      };
      this.#child.once('error', (error) =>
        settle(`a worker process could not be started: ${error.message}`, 'infra'),
      );
      this.#child.once('exit', (code, signal) => {
        const message = deathMessage(code, signal);
        // What it reported before it died may still be under way.
        const timer = setTimeout(() => reports.destroy(), lastWordsMs);
        const last = (): void => {
          clearTimeout(timer);
          settle(message, signal === 'SIGKILL' || signal === 'SIGABRT' ? 'oom' : 'infra');
        };
        if (reports.closed) last();
        else reports.once('close', last);
      });
    });
  }
}

function deathMessage(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL')
    return 'the worker process was killed from outside by SIGKILL (the system does that when memory runs out)';
  if (signal === 'SIGABRT')
    return 'the worker process was aborted by SIGABRT (JavaScript ran out of memory, as a rule)';
  if (signal) return `the worker process was killed from outside by ${signal}`;
  return `the worker process ended with exit code ${code} before the stage was done`;
}
