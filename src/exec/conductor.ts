import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../base/json.js';
import { unreachable, UserError } from '../base/result.js';
import type { Ending, RunEvent } from '../events/event.js';
import type { Instance, Plan } from '../pipeline/plan.js';
import { guarded, ObjectLostError } from '../store/errors.js';
import type { OutsideFileReader } from '../store/outside-files.js';
import { Board, type EndDetails } from './board.js';
import { decide, signatureOf, type Computation, type DecisionEnv } from './decide.js';
import { Forecaster } from './forecaster.js';
import { producersOf, upwardRanks } from './graph.js';
import { materialise } from './materialise.js';
import type { Report, WorkerMessage } from './protocol.js';
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
  #troubled = false;
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
      decide: (index, known) => decide(index, known, this.#decisionEnv),
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
      this.#forecaster.save();
    }
    return { counts: this.#counts(), troubled: this.#troubled };
  }

  async #runOpen(): Promise<void> {
    if (this.#options.env.signal.aborted) this.#abort();
    if (this.#board.open === 0) return;
    this.#pool ??= await this.#openPool();
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
      this.#dispatch();
    });
  }

  /** Loaded only when there is work. */
  async #openPool(): Promise<WorkerPool> {
    const { env, folder, run } = this.#options;
    const { WorkerPool } = await import('./worker-pool.js');
    const logFolder = join(folder, 'logs');
    guarded(logFolder, 4096, () => mkdirSync(logFolder, { recursive: true }));
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
      starting.push(next);
    }
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
    if (!this.#board.isRunning(index)) return;
    const seconds = this.#secondsOf(index);
    switch (report.type) {
      case 'done':
        this.#reportDifference(index, report);
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

  /** The first result of a key stays; that another one came out differently must be known. */
  #reportDifference(index: number, { differing, kept }: Extract<Report, { type: 'done' }>): void {
    if (differing.length === 0) return;
    const { id, type } = this.#options.plan.instances[index]!;
    const names = differing.map((name) => `"${name}"`).join(', ');
    const fate = kept
      ? 'The earlier result stays.'
      : 'The earlier result was lost; the new one stands in its place.';
    this.#options.emit({
      type: 'warn',
      inst: id,
      message: `nondeterminism: computed again from the same inputs, ${id} gave other bytes for ${names}. ${fate} The stage ${type} must be mended.`,
    });
  }

  #heal(index: number, lost: Extract<Report, { type: 'lost' }>, details: EndDetails): void {
    const { env, emit, plan } = this.#options;
    env.store.objects.forget(lost.sha256);
    const makers = this.#board.lost(index, lost.sha256);
    if (!makers) return this.#board.failed(index, { ...details, message: lost.message });
    for (const maker of makers)
      emit({
        type: 'warn',
        inst: plan.instances[maker]!.id,
        message: `${lost.message}; it is computed again`,
      });
  }

  /** Copies the figures that were asked for. @returns true when one of them was lost and is to be made again. */
  #deliver(): boolean {
    const { plan, env, emit } = this.#options;
    const folder = { plan, objects: env.store.objects, projectDir: env.projectDir };
    for (const index of plan.targets) {
      const outputs = this.#board.outputs(index);
      if (!outputs) continue;
      try {
        for (const path of materialise(plan.instances[index]!, outputs, folder))
          emit({ type: 'run.result', path });
      } catch (error) {
        if (error instanceof ObjectLostError && this.#board.reopen(index)) {
          emit({
            type: 'warn',
            inst: plan.instances[index]!.id,
            message: `${error.message}; it is computed again`,
          });
          return true;
        }
        if (!(error instanceof UserError || error instanceof ObjectLostError)) throw error;
        this.#troubled = true;
        emit({ type: 'warn', inst: plan.instances[index]!.id, message: error.message });
      }
    }
    return false;
  }

  #abort(): void {
    this.#board.withdraw('cancelled', 'not started, because the run was interrupted');
    this.#pool?.terminate();
  }

  #ended(index: number, how: Ending, { record, ...details }: EndDetails): void {
    const { id, definition } = this.#options.plan.instances[index]!;
    this.#options.emit({ type: 'inst.end', inst: id, definition, how, ...details });
    this.#forecaster.ended(index, how === 'ran' ? details.seconds : record?.made.wall_s);
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

  #counts(): Record<Ending, number> {
    const counts = { hit: 0, ran: 0, failed: 0, skipped: 0, cancelled: 0 };
    this.#options.plan.instances.forEach((_, index) => {
      const how = this.#board.how(index);
      if (how) counts[how]++;
    });
    return counts;
  }
}
