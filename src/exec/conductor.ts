import { join } from 'node:path';
import { canonicalJson } from '../base/json.js';
import { unreachable } from '../base/result.js';
import type { Ending, RunEvent } from '../events/event.js';
import type { Instance, Plan } from '../pipeline/plan.js';
import { ensureFolder } from '../store/durable.js';
import type { OutsideFileReader } from '../store/outside-files.js';
import { Board, type EndDetails } from './board.js';
import { decide, signatureOf, type Computation, type Decision, type DecisionEnv } from './decide.js';
import { deliver } from './deliver.js';
import { Forecaster } from './forecaster.js';
import { producersOf, upwardRanks } from './graph.js';
import { Neighbours } from './neighbours.js';
import { differenceMessage, type Report, type WorkerMessage } from './protocol.js';
import type { RunEnv } from './run.js';
import { grantThreads } from './threads.js';
import type { WorkerPool } from './worker-pool.js';
import type { Death } from './worker-process.js';

export interface ConductorOptions {
  readonly plan: Plan;
  readonly env: RunEnv;
  readonly outsideFiles: OutsideFileReader;
  readonly run: string;
  /** The run's folder in the store. */
  readonly folder: string;
  readonly emit: (event: RunEvent) => void;
}

export interface Outcome {
  readonly counts: Readonly<Record<Ending, number>>;
  /** True when something beside an instance went wrong: results could not be written. */
  readonly troubled: boolean;
}

/** Parameters as the key sees them: without an order, so that a stage cannot depend on one. */
const inOrder = (params: Instance['params']): Instance['params'] =>
  JSON.parse(canonicalJson(params)) as Instance['params'];

/** Brings board, workers and events together for the length of one run. */
export class Conductor {
  readonly #options: ConductorOptions;
  readonly #decisionEnv: DecisionEnv;
  readonly #board: Board;
  readonly #forecaster: Forecaster;
  readonly #startedAt = new Map<number, number>();
  #pool: WorkerPool | undefined;
  #neighbours: Neighbours | undefined;
  #troubled = false;
  #quiet = false;
  #finished: () => void = () => undefined;

  constructor(options: ConductorOptions) {
    this.#options = options;
    const { plan, env, outsideFiles } = options;
    this.#decisionEnv = { ...env, plan, outsideFiles };
    const producers = plan.instances.map(producersOf);
    this.#forecaster = new Forecaster({
      path: env.store.layout.cache('wall-times.json'),
      types: plan.instances.map((instance) => instance.type),
      producers,
      slots: env.jobs,
      clock: env.clock,
    });
    this.#board = new Board({
      ids: plan.instances.map((instance) => instance.id),
      producers,
      ranks: upwardRanks(producers, this.#forecaster.costs()),
      decide: (index, known) => this.#decide(index, known),
      ended: (index, how, details) => this.#ended(index, how, details),
    });
  }

  async conduct(): Promise<Outcome> {
    const { signal } = this.#options.env;
    const abort = (): void => this.#abort();
    signal.addEventListener('abort', abort);
    try {
      this.#board.begin();
      // Figures may turn out to be lost when they are copied; what made them then runs again, once.
      do await this.#runOpen();
      while (!signal.aborted && this.#deliver());
    } finally {
      signal.removeEventListener('abort', abort);
      await this.#pool?.close();
      this.#neighbours?.close();
      this.#forecaster.save();
    }
    return { counts: this.#board.counts(), troubled: this.#troubled };
  }

  async #runOpen(): Promise<void> {
    if (this.#options.env.signal.aborted) this.#abort();
    if (this.#board.open === 0) return;
    this.#neighbours ??= new Neighbours({
      ...this.#options,
      ...this.#options.env,
      free: (index) => this.#retry(index),
    });
    this.#pool ??= await this.#openPool();
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
      this.#dispatch();
    });
  }

  #decide(index: number, known: Parameters<typeof decide>[1]): Decision {
    const decision = decide(index, known, this.#decisionEnv);
    if (decision.verdict === 'run' && decision.heals && !this.#quiet)
      this.#warn(index, `${decision.reason}; it is computed again`);
    return decision;
  }

  /** What another client computed is done, or given up. */
  #retry(index: number): void {
    this.#board.look(index);
    this.#dispatch();
  }

  /** False when somebody else computes it, or has done so a moment ago. */
  #mayStart(index: number, key: string): boolean {
    const { env, plan, emit } = this.#options;
    const instance = plan.instances[index]!;
    const turn = this.#neighbours!.take(instance, key, env.force.has(index));
    if (turn.kind === 'start') return true;
    this.#board.leave(index);
    if (turn.kind === 'done') {
      this.#board.look(index);
    } else {
      const { host = 'another host', pid = 0 } = turn.holder ?? {};
      emit({ type: 'inst.elsewhere', inst: instance.id, definition: instance.definition, key, host, pid });
    }
    return false;
  }

  /** For what is told in better words by the caller. */
  #quietly<T>(work: () => T): T {
    this.#quiet = true;
    try {
      return work();
    } finally {
      this.#quiet = false;
    }
  }

  #warn(index: number, message: string): void {
    this.#options.emit({ type: 'warn', inst: this.#options.plan.instances[index]!.id, message });
  }

  /** Loaded only when there is work. */
  async #openPool(): Promise<WorkerPool> {
    const { env, folder, run } = this.#options;
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

  /** Starts what is ready while slots are free; those left over are lent as threads to what just started. */
  #dispatch(): void {
    if (this.#board.open === 0) return this.#finished();
    const pool = this.#pool!;
    const starting: { index: number; computation: Computation }[] = [];
    while (starting.length < pool.free) {
      const next = this.#board.start();
      if (!next) break;
      if (this.#mayStart(next.index, next.computation.key)) starting.push(next);
    }
    // What looked like work may all be done by others meanwhile.
    if (this.#board.open === 0) return this.#finished();
    const threads = grantThreads(
      starting.map(({ index }) => this.#signature(index).threads === true),
      pool.free,
    );
    starting.forEach(({ index, computation }, at) => this.#start(index, computation, threads[at]!));
  }

  #start(index: number, computation: Computation, threads: number): void {
    const { plan, env, emit } = this.#options;
    const { id, definition, type, params } = plan.instances[index]!;
    this.#startedAt.set(index, env.clock.monotonic());
    const worker = this.#pool!.start({
      index,
      task: { instance: id, stageType: type, params: inOrder(params), threads, ...computation },
      slots: threads,
      onMessage: (message) => this.#onMessage(index, message),
      onEnd: (report, log) => {
        this.#onEnd(index, computation, { report, log });
        this.#dispatch();
      },
    });
    emit({ type: 'inst.start', inst: id, definition, key: computation.key, worker });
  }

  #onMessage(index: number, message: Exclude<WorkerMessage, Report>): void {
    const { emit, plan } = this.#options;
    const inst = plan.instances[index]!.id;
    if (message.type === 'warn') emit({ type: 'warn', inst, message: message.message });
    if (message.type !== 'progress') return;
    const { unit, done, total, values } = message;
    emit({ type: 'inst.progress', inst, unit, done, total, values });
    this.#forecaster.progress(index, { seconds: this.#secondsOf(index), done, total });
    this.#forecast();
  }

  #onEnd(index: number, { key }: Computation, end: { report: Report | Death; log: readonly string[] }): void {
    const { report, log } = end;
    this.#neighbours?.done(key);
    if (!this.#board.isRunning(index)) return;
    const seconds = this.#secondsOf(index);
    switch (report.type) {
      case 'done':
        if (report.differing.length > 0)
          this.#warn(index, differenceMessage(this.#options.plan.instances[index]!, report));
        this.#options.env.store.remember(key, { outputs: report.outputs, seconds });
        this.#board.ran(index, report.outputs, { key, seconds });
        return this.#forecast();
      case 'lost':
        return this.#heal(index, report, { key, seconds, log });
      case 'died':
        if (this.#options.env.signal.aborted) return this.#board.cancelled(index);
        return this.#board.failed(index, { key, seconds, log, message: report.message });
      case 'failed':
        this.#board.failed(index, { key, seconds, log, message: report.message });
        // Whatever ran next would come to the same end, after having computed for nothing.
        if (report.kind === 'full') this.#board.withdraw('skipped', 'not started, because no space is left');
        return;
      default:
        return unreachable(report);
    }
  }

  #heal(index: number, lost: Extract<Report, { type: 'lost' }>, details: EndDetails): void {
    this.#options.env.store.objects.forget(lost.sha256);
    const makers = this.#quietly(() => this.#board.lost(index, lost.sha256));
    if (!makers) return this.#board.failed(index, { ...details, message: lost.message });
    for (const maker of makers) this.#warn(maker, `${lost.message}; it is computed again`);
  }

  #deliver(): boolean {
    const { plan, env, emit } = this.#options;
    return deliver({
      plan,
      objects: env.store.objects,
      projectDir: env.projectDir,
      made: (index) => this.#board.made(index),
      written: (path) => emit({ type: 'run.result', path }),
      lost: (index, message) => {
        const reopened = this.#quietly(() => this.#board.reopen(index));
        if (reopened) this.#warn(index, `${message}; it is computed again`);
        return reopened;
      },
      failed: (index, message) => {
        this.#troubled = true;
        this.#warn(index, message);
      },
    });
  }

  #abort(): void {
    this.#board.withdraw('cancelled', 'not started, because the run was interrupted');
    this.#neighbours?.stopWaiting();
    this.#pool?.terminate();
    if (this.#board.open === 0) this.#finished();
  }

  #ended(index: number, how: Ending, { madeIn, ...details }: EndDetails): void {
    const { id, definition } = this.#options.plan.instances[index]!;
    this.#options.emit({ type: 'inst.end', inst: id, definition, how, ...details });
    this.#forecaster.ended(index, how === 'ran' ? details.seconds : madeIn);
  }

  #forecast(): void {
    const seconds = this.#forecaster.due((index) => this.#board.how(index) !== undefined);
    if (seconds !== undefined) this.#options.emit({ type: 'run.estimate', seconds });
  }

  #secondsOf(index: number): number {
    return (this.#options.env.clock.monotonic() - this.#startedAt.get(index)!) / 1000;
  }

  #signature(index: number): ReturnType<typeof signatureOf> {
    return signatureOf(this.#decisionEnv, this.#options.plan.instances[index]!);
  }
}
