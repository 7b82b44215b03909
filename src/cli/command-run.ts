import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../exec/clock.js';
import type { LoggedEvent } from '../events/event.js';
import { runPlan, type RunSummary } from '../exec/run.js';
import { StoreError } from '../store/errors.js';
import { lookAhead, type LookAhead } from '../store/look-ahead.js';
import { exitCodes } from './exit-codes.js';
import { interruptible } from './interrupt.js';
import { keepIfUnchanged } from './keep-unchanged.js';
import { loadPlan, type LoadedPlan } from './load-plan.js';
import type { RunOptions } from './program.js';
import { createView } from './ui.js';
import { warnAboutCap } from './warn-cap.js';
import { userEnvironment, wire } from './wire.js';

const tickMilliseconds = 250;

/** Runs a pipeline and shows it; the exit code says how it ended. */
export async function runCommand(words: readonly string[], options: RunOptions): Promise<number> {
  const started = Date.now() - performance.now();
  const ahead = lookingAhead(options.store);
  try {
    const loaded = loadPlan(words, options);
    if (!loaded.ok) return exitCodes.usage;
    if (ahead !== undefined) loaded.value.decisions.store.use(ahead);
    return await runShown(loaded.value, options, started);
  } finally {
    ahead?.stop();
  }
}

/** With more than one processor another thread looks for the objects while this one plans. */
function lookingAhead(store: string | undefined): LookAhead | undefined {
  if (availableParallelism() < 2) return undefined;
  const wiring = wire(store);
  return lookAhead(wiring.store, join(wiring.project, '.ticketlab'), { thread: wiring.lookAheadThread });
}

async function runShown(loaded: LoadedPlan, options: RunOptions, started: number): Promise<number> {
  await warnAboutCap(loaded);
  const view = createView(options.ui, process.stdout, userEnvironment());
  const results: string[] = [];
  let begun = false;
  const ticking = setInterval(() => view.tick(Date.now()), tickMilliseconds).unref();
  const interrupt = interruptible((text) => view.say(text));
  try {
    const emit = (event: LoggedEvent): void => {
      if (event.type === 'run.result') results.push(event.path);
      if (event.type === 'inst.start') begun = true;
      view.event(event);
    };
    const summary = await runLoaded(loaded, { emit, signal: interrupt.signal, jobs: options.jobs });
    // Whoever reads the events wants each of them, every time.
    if (options.ui !== 'json')
      keepIfUnchanged(loaded, { summary, results, quiet: options.ui === 'quiet', started });
    return summary.exit;
  } catch (error) {
    // A disk that is full, or a place that turned out not to take a store, is not the pipeline's fault.
    if (!(error instanceof StoreError)) throw error;
    console.error(`ticketlab: ${error.message}`);
    return begun ? exitCodes.failures : exitCodes.usage;
  } finally {
    clearInterval(ticking);
    interrupt.release();
    view.finish();
    if (interrupt.signal.aborted)
      console.error('ticketlab: stopped. The same command goes on where this run ended.');
  }
}

interface Running {
  readonly emit: (event: LoggedEvent) => void;
  readonly signal: AbortSignal;
  readonly jobs: number | undefined;
}

function runLoaded(
  { plan, file, sha256, wiring, decisions }: LoadedPlan,
  running: Running,
): Promise<RunSummary> {
  return runPlan(plan, {
    store: decisions.store,
    source: { file, sha256 },
    signatures: decisions.signatures,
    force: decisions.force,
    gradientClass: decisions.gradientClass,
    jobs: running.jobs ?? availableParallelism(),
    emit: running.emit,
    signal: running.signal,
    stagesModule: pathToFileURL(wiring.stagesModule).href,
    projectDir: wiring.project,
    cacheDir: wiring.cache,
    clock: systemClock,
    version: wiring.version,
    environment: wiring.environment,
  });
}
