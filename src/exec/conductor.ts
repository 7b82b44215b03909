import { unreachable } from '../base/result.js';
import type { Ending, RunEvent } from '../events/event.js';
import type { Plan } from '../pipeline/plan.js';
import type { OutsideFileReader } from '../store/outside-files.js';
import { Board, type EndDetails } from './board.js';
import { decide, signatureOf, type Computation, type Decision, type DecisionEnv } from './decide.js';
import { deliver } from './deliver.js';
import { Forecaster } from './forecaster.js';
import { producersOf, upwardRanks } from './graph.js';
import { Neighbours } from './neighbours.js';
import { openPool, taskOf } from './open-pool.js';
import { differenceMessage, type Report, type WorkerMessage } from './protocol.js';
import type { RunEnv } from './run.js';
import { grantThreads } from './threads.js';
import { Attempts } from './attempts.js';
import { machineMemory } from './capacity.js';
import { OwnCodeReader } from './own-code.js';
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

/** Brings board, workers and events together for the length of one run. */
export class Conductor {
  readonly #options: ConductorOptions;
  readonly #decisionEnv: DecisionEnv;
  readonly #board: Board;
  readonly #forecaster: Forecaster;
  readonly #attempts: Attempts;
  readonly #workerOf = new Map<number, number>();
  #pool: WorkerPool | undefined;
  #neighbours: Neighbours | undefined;
  #troubled = false;
  #quiet = false;
  #finished: () => void = () => undefined;

  constructor(options: ConductorOptions) {
    this.#options = options;
    const { plan, env, outsideFiles } = options;
    const ownCode = new OwnCodeReader(env.projectDir, env.environment);
    this.#decisionEnv = { ...env, plan, outsideFiles, ownCode };
    this.#attempts = new Attempts({
      settings: (index) => plan.instances[index]!.settings,
      clock: env.clock,
      slots: env.jobs,
      memory: env.memory ?? machineMemory(),
      stop: (index) => this.#pool?.stop(this.#workerOf.get(index)!),
      again: (index) => this.#retry(index),
    });
    const producers = producersOf(plan.instances);
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
      this.#attempts.close();
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
    const { env, folder, run } = this.#options;
    this.#pool ??= await openPool(env, folder, run);
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

  /** What another client computed is done, or given up; or a failed instance is tried once more. */
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

  /** Starts what is ready while slots are free; those left over are lent as threads to what just started. */
  #dispatch(): void {
    if (this.#board.open === 0) return this.#finished();
    const pool = this.#pool!;
    const { plan } = this.#options;
    const starting: { index: number; computation: Computation; cpus: number }[] = [];
    for (let left = pool.free; left > 0;) {
      const next = this.#board.start((index) => this.#attempts.offers(index, left));
      if (!next) break;
      if (!this.#mayStart(next.index, next.computation.key)) continue;
      const cpus = this.#attempts.reserve(next.index);
      starting.push({ ...next, cpus });
      left -= cpus;
    }
    // What looked like work may all be done by others meanwhile.
    if (this.#board.open === 0) return this.#finished();
    const threads = grantThreads(
      starting.map(({ index }) => signatureOf(this.#decisionEnv, plan.instances[index]!).threads === true),
      pool.free,
      starting.map(({ cpus }) => cpus),
    );
    starting.forEach(({ index, computation }, at) => this.#start(index, computation, threads[at]!));
  }

  #start(index: number, computation: Computation, threads: number): void {
    const { plan, emit } = this.#options;
    const instance = plan.instances[index]!;
    const { id: inst, definition } = instance;
    this.#attempts.begin(index);
    const worker = this.#pool!.start({
      index,
      task: taskOf(instance, computation, threads),
      slots: threads,
      onMessage: (message) => this.#onMessage(index, message),
      onEnd: (report, log) => {
        this.#onEnd(index, computation, { report, log });
        this.#dispatch();
      },
    });
    this.#workerOf.set(index, worker);
    emit({ type: 'inst.start', inst, definition, key: computation.key, worker });
  }

  #onMessage(index: number, message: Exclude<WorkerMessage, Report>): void {
    const { emit, plan } = this.#options;
    const inst = plan.instances[index]!.id;
    if (message.type === 'warn') emit({ type: 'warn', inst, message: message.message });
    if (message.type !== 'progress') return;
    const { unit, done, total, values } = message;
    emit({ type: 'inst.progress', inst, unit, done, total, values });
    this.#forecaster.progress(index, { seconds: this.#attempts.seconds(index), done, total });
    this.#forecast();
  }

  #onEnd(index: number, { key }: Computation, end: { report: Report | Death; log: readonly string[] }): void {
    const { report, log } = end;
    this.#neighbours?.done(key);
    this.#attempts.end(index);
    if (!this.#board.isRunning(index)) return;
    const seconds = this.#attempts.seconds(index);
    switch (report.type) {
      case 'done':
        if (report.differing.length > 0)
          this.#warn(index, differenceMessage(this.#options.plan.instances[index]!, report));
        this.#options.env.store.remember({ key, outputs: report.outputs, seconds });
        this.#board.ran(index, report.outputs, { key, seconds });
        return this.#forecast();
      case 'lost':
        return this.#heal(index, report, { key, seconds, log });
      case 'died':
        if (this.#options.env.signal.aborted) return this.#board.cancelled(index);
        return this.#failed(index, report, { key, seconds, log });
      case 'failed':
        // A program that follows the signal by ending with a code of its own was stopped no less.
        if (this.#options.env.signal.aborted && report.cause !== undefined)
          return this.#board.cancelled(index);
        this.#failed(index, report, { key, seconds, log });
        // Whatever ran next would come to the same end, after having computed for nothing.
        if (report.kind === 'full') this.#board.withdraw('skipped', 'not started, because no space is left');
        return;
      default:
        return unreachable(report);
    }
  }

  /** Ends an instance as failed, unless the file asks for another try. */
  #failed(index: number, report: Extract<Report, { type: 'failed' }> | Death, details: EndDetails): void {
    const { message, retryIn, of } = this.#attempts.judge(index, report);
    if (retryIn === undefined || this.#options.env.signal.aborted)
      return this.#board.failed(index, { ...details, message });
    this.#warn(index, `${message}; it is tried again in ${retryIn / 1000} s (${of})`);
    this.#board.leave(index);
    this.#attempts.later(index, retryIn);
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
      signature: (instance) => signatureOf(this.#decisionEnv, instance),
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
    this.#attempts.forget(index);
    const { id, definition } = this.#options.plan.instances[index]!;
    this.#options.emit({ type: 'inst.end', inst: id, definition, how, ...details });
    this.#forecaster.ended(index, how === 'ran' ? details.seconds : madeIn);
  }

  #forecast(): void {
    const seconds = this.#forecaster.due((index) => this.#board.how(index) !== undefined);
    if (seconds !== undefined) this.#options.emit({ type: 'run.estimate', seconds });
  }
}
