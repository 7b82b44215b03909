import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { Ending, LoggedEvent } from '../../src/events/event.js';
import { systemClock, type Clock } from '../../src/exec/clock.js';
import { runPlan, type RunEnv, type RunSummary } from '../../src/exec/run.js';
import { planVerdicts, type Verdict } from '../../src/exec/verdicts.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { OutsideFileReader } from '../../src/store/outside-files.js';
import { openStore, type Store } from '../../src/store/store.js';
import { HeldWork, type HeldCall } from './held-work.js';
import { planOf, type PlanSpec } from './plan.js';
import { signatures } from './signatures.js';

const root = resolve(import.meta.dirname, '../..');
export const workerEntry = join(root, 'dist/src/exec/worker-main.js');

export interface RunOptions {
  readonly jobs?: number;
  readonly force?: readonly string[];
  readonly targets?: readonly string[];
  readonly clock?: Clock;
  readonly storeDir?: string;
}

/** A run in the test's own process; its workers are real processes. */
export interface RigRun {
  readonly ended: Promise<RunSummary>;
  readonly events: readonly LoggedEvent[];
  abort(): void;
  /** How each instance ended last. */
  ends(): Promise<Record<string, Ending>>;
  /** The first event that this is true of, now or later. */
  event(test: (event: LoggedEvent) => boolean): Promise<LoggedEvent>;
}

export class Rig {
  readonly dir = mkdtempSync(join(tmpdir(), 'ticketlab-rig-'));
  readonly work: HeldWork;
  readonly stagesModule: string;
  readonly #runs: RigRun[] = [];

  constructor() {
    const socketPath = join(this.dir, 'held.sock');
    this.work = new HeldWork(socketPath);
    const held = pathToFileURL(join(root, 'test/rig/held-stages.mjs')).href;
    const module = join(this.dir, 'stages.mjs');
    writeFileSync(
      module,
      `import { heldStages } from ${JSON.stringify(held)};\n` +
        `export const stages = heldStages(${JSON.stringify(socketPath)}, ${JSON.stringify(signatures)});\n`,
    );
    this.stagesModule = pathToFileURL(module).href;
  }

  get storeDir(): string {
    return join(this.dir, 'store');
  }

  get projectDir(): string {
    const project = join(this.dir, 'project');
    mkdirSync(project, { recursive: true });
    return project;
  }

  store(): Store {
    return openStore(this.storeDir);
  }

  started(name: string): Promise<HeldCall> {
    return this.work.started(name);
  }

  run(spec: PlanSpec, options: RunOptions = {}): RigRun {
    const plan = planOf(spec, options.targets);
    const events: LoggedEvent[] = [];
    const waiting: { test: (event: LoggedEvent) => boolean; resolve: (event: LoggedEvent) => void }[] = [];
    const controller = new AbortController();
    const env = this.#env(plan, options, {
      signal: controller.signal,
      emit: (event) => {
        events.push(event);
        for (const { test, resolve: found } of waiting) if (test(event)) found(event);
      },
    });
    const ended = runPlan(plan, env);
    const run: RigRun = {
      ended,
      events,
      abort: () => controller.abort(),
      ends: async () => {
        await ended;
        return endsOf(events);
      },
      event: (test) => {
        const before = events.find(test);
        return before
          ? Promise.resolve(before)
          : new Promise((found) => waiting.push({ test, resolve: found }));
      },
    };
    this.#runs.push(run);
    return run;
  }

  /** The same run in a process of its own, which a test may kill. */
  client(spec: PlanSpec, options: RunOptions = {}): ChildProcessByStdio<null, Readable, null> {
    const words = {
      plan: planOf(spec, options.targets),
      store: options.storeDir ?? this.storeDir,
      signatures,
      jobs: options.jobs ?? 2,
      stagesModule: this.stagesModule,
      projectDir: this.projectDir,
      cacheDir: join(this.dir, 'user-cache'),
    };
    return spawn(process.execPath, [join(root, 'test/rig/client.mjs'), JSON.stringify(words)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  verdicts(spec: PlanSpec, force: readonly string[] = []): Verdict[] {
    const plan = planOf(spec);
    return planVerdicts({
      plan,
      store: this.store(),
      signatures: new Map(Object.entries(signatures)),
      outsideFiles: new OutsideFileReader(this.store().layout.cache('outside-files.json'), this.projectDir),
      force: indicesOf(plan, force),
    });
  }

  /** What the store has of one instance after a run. */
  text(spec: PlanSpec, name: string): string {
    const verdict = this.verdicts(spec).find(({ instance }) => instance === name);
    const [output] = Object.values(verdict?.outputs ?? {});
    expect(output, `${name} has no result`).toBeDefined();
    return Buffer.from(this.store().objects.read(output.sha256)).toString();
  }

  async close(): Promise<void> {
    for (const run of this.#runs) run.abort();
    await Promise.allSettled(this.#runs.map((run) => run.ended));
    this.work.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #env(plan: Plan, options: RunOptions, live: Pick<RunEnv, 'signal' | 'emit'>): RunEnv {
    return {
      store: openStore(options.storeDir ?? this.storeDir),
      signatures: new Map(Object.entries(signatures)),
      jobs: options.jobs ?? 2,
      force: indicesOf(plan, options.force ?? []),
      stagesModule: this.stagesModule,
      projectDir: this.projectDir,
      cacheDir: join(this.dir, 'user-cache'),
      clock: options.clock ?? systemClock,
      version: '0.0.0-test',
      environment: { PATH: '/usr/bin:/bin', SECRET: 'not for stages' },
      workerEntry,
      ...live,
    };
  }
}

function indicesOf(plan: Plan, names: readonly string[]): Set<number> {
  return new Set(names.map((name) => plan.instances.findIndex((instance) => instance.id === name)));
}

export function endsOf(events: readonly LoggedEvent[]): Record<string, Ending> {
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'inst.end' ? [[event.inst, event.how] as const] : [])),
  );
}

export function eventsOf<T extends LoggedEvent['type']>(
  events: readonly LoggedEvent[],
  type: T,
): Extract<LoggedEvent, { type: T }>[] {
  return events.filter((event): event is Extract<LoggedEvent, { type: T }> => event.type === type);
}

/** The events that a run left in the store. */
export function loggedEvents(path: string): LoggedEvent[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LoggedEvent);
}

/** A test with a rig of its own, which is gone afterwards. */
export function rigTest(body: (rig: Rig) => Promise<void>): () => Promise<void> {
  return async () => {
    const rig = new Rig();
    try {
      await body(rig);
    } finally {
      await rig.close();
    }
  };
}
