import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../exec/clock.js';
import { runPlan, type RunSummary } from '../exec/run.js';
import { StoreError } from '../store/errors.js';
import { exitCodes } from './exit-codes.js';
import { interruptible } from './interrupt.js';
import { loadPlan, type LoadedPlan } from './load-plan.js';
import type { RunOptions } from './program.js';
import { createView, type View } from './ui.js';
import { warnAboutCap } from './warn-cap.js';

const tickMilliseconds = 250;

/** Runs a pipeline and shows it; the exit code says how it ended. */
export async function runCommand(words: readonly string[], options: RunOptions): Promise<number> {
  const loaded = loadPlan(words, options);
  if (!loaded.ok) return exitCodes.usage;
  await warnAboutCap(loaded.value);
  const view = createView(options.ui, process.stdout);
  const ticking = setInterval(() => view.tick(Date.now()), tickMilliseconds).unref();
  const interrupt = interruptible();
  try {
    const summary = await runLoaded(loaded.value, { view, signal: interrupt.signal, jobs: options.jobs });
    return summary.exit;
  } catch (error) {
    // A disk that is full, or a place that turned out not to take a store, is not the pipeline's fault.
    if (!(error instanceof StoreError)) throw error;
    console.error(`ticketlab: ${error.message}`);
    return error.problem === 'full' ? exitCodes.failures : exitCodes.usage;
  } finally {
    clearInterval(ticking);
    interrupt.release();
    view.finish();
  }
}

interface Running {
  readonly view: View;
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
    emit: (event) => running.view.event(event),
    signal: running.signal,
    stagesModule: pathToFileURL(wiring.stagesModule).href,
    projectDir: wiring.project,
    cacheDir: wiring.cache,
    clock: systemClock,
    version: wiring.version,
    environment: wiring.environment,
  });
}
