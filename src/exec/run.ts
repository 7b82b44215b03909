import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Ending, LoggedEvent, RunEvent } from '../events/event.js';
import type { Plan } from '../pipeline/plan.js';
import type { Signatures } from '../pipeline/signatures.js';
import { OutsideFileReader } from '../store/outside-files.js';
import { describeRun, type RunDescription } from '../store/run-folder.js';
import type { Store } from '../store/store.js';
import type { Clock } from './clock.js';
import { Conductor } from './conductor.js';
import { EventLog } from './event-log.js';
import { gitCommit } from './git-commit.js';
import type { GradientClass } from './runtime-class.js';
import type { Environment } from './worker-environment.js';

/** What a run needs from the outside; nothing is taken from globals. */
export interface RunEnv {
  readonly store: Store;
  /** The pipeline's file and the sha256 of its bytes, when the plan came from one. */
  readonly source?: { readonly file: string; readonly sha256: string };
  readonly signatures: Signatures;
  /** Worker processes at the same time, at least 1. */
  readonly jobs: number;
  /** Bytes that instances may use together; what the machine has unless a test says so. */
  readonly memory?: number;
  /** Instances to be computed again whatever the store has. */
  readonly force: ReadonlySet<number>;
  /** Needed when a stage computes gradients. */
  readonly gradientClass?: GradientClass | undefined;
  readonly emit: (event: LoggedEvent) => void;
  /** URL of the module that exports `stages`; loaded by workers only. */
  readonly stagesModule: string;
  readonly projectDir: string;
  readonly cacheDir: string;
  /** Aborted when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Version of ticketlab. */
  readonly version: string;
  /** The user's environment; workers get an allow-listed part of it. */
  readonly environment: Environment;
  /** Path of the compiled worker-main when it is not beside this module. */
  readonly workerEntry?: string;
}

export interface RunSummary {
  readonly run: string;
  readonly counts: Readonly<Record<Ending, number>>;
  /** 0: all is there. 1: something failed. 130: interrupted. */
  readonly exit: 0 | 1 | 130;
  /** Path of the event log. */
  readonly log: string;
}

/**
 * Computes what the store does not have yet.
 *
 * @throws StoreError when the store cannot take the run at all, for example because the disk is full.
 */
export async function runPlan(plan: Plan, env: RunEnv): Promise<RunSummary> {
  const { store, clock } = env;
  const run = runId(clock);
  const folder = store.layout.run(run);
  store.makeFolder(folder);
  store.reap(clock.now());
  describeRun(folder, descriptionOf(run, plan, env));
  let incomplete = false;
  const path = join(folder, 'events.jsonl');
  const log = new EventLog({
    path,
    clock,
    failed: (message) => {
      incomplete = true;
      emit({ type: 'warn', message });
    },
  });
  let seq = 0;
  const emit = (event: RunEvent): void => {
    const logged: LoggedEvent = { v: 1, seq: seq++, t: clock.now(), ...event };
    log.append(logged);
    env.emit(logged);
  };
  const outsideFiles = new OutsideFileReader(join(env.cacheDir, 'outside-files.json'), env.projectDir);
  const started = clock.monotonic();
  try {
    emit({
      type: 'run.start',
      run,
      pipeline: plan.name,
      variant: plan.variant,
      jobs: env.jobs,
      version: env.version,
    });
    emit(planEvent(plan));
    const { counts, troubled } = await new Conductor({
      plan,
      env,
      outsideFiles,
      run,
      folder,
      emit,
    }).conduct();
    outsideFiles.save();
    store.saveIndex();
    const exit = env.signal.aborted ? 130 : counts.failed > 0 || troubled || incomplete ? 1 : 0;
    emit({ type: 'run.end', ...counts, seconds: (clock.monotonic() - started) / 1000, exit });
    return { run, counts, exit, log: path };
  } finally {
    await log.close();
  }
}

function descriptionOf(run: string, plan: Plan, env: RunEnv): RunDescription {
  return {
    v: 1,
    run,
    start: env.clock.now(),
    pipeline: plan.name,
    file: env.source?.file ?? '',
    sha256: env.source?.sha256 ?? '',
    variant: plan.variant,
    preset: plan.preset ?? null,
    params: plan.params,
    git: gitCommit(env.projectDir),
    jobs: env.jobs,
    ticketlab: env.version,
  };
}

function planEvent(plan: Plan): RunEvent {
  const counts = new Map(plan.definitions.map((definition) => [definition, 0]));
  for (const { definition } of plan.instances) counts.set(definition, (counts.get(definition) ?? 0) + 1);
  const definitions = [...counts]
    .filter(([, instances]) => instances > 0)
    .map(([definition, instances]) => ({ definition, instances }));
  return { type: 'run.plan', definitions, instances: plan.instances.length };
}

/** Sorts by time: `20250131-235959-3f9a1c`. */
function runId(clock: Clock): string {
  const stamp = new Date(clock.now()).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}
