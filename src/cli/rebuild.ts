import { copyFileSync, linkSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { ResolvedInputs } from '../exec/decide.js';
import { WorkerPool } from '../exec/worker-pool.js';
import { errorCode, ObjectLostError } from '../store/errors.js';
import { differingOutputs, type ObjectRef, type ResultRecord } from '../store/record.js';
import { makeFolders } from '../store/make-folders.js';
import { openStaging } from '../store/staging.js';
import { openStore, type Store } from '../store/store.js';
import { reconstruct, type Reconstructed, type ReconstructionEnv } from './reconstruct.js';
import { InterruptedError, onInterrupt } from './stepwise.js';
import type { Wiring } from './wire.js';

export type Rebuilt =
  | { readonly how: 'same' }
  | { readonly how: 'different'; readonly outputs: readonly string[] }
  | { readonly how: 'failed'; readonly message: string }
  /** It cannot be computed here; nothing is wrong with it. */
  | { readonly how: 'skipped'; readonly message: string };

export interface RebuildOptions {
  readonly store: Store;
  readonly wiring: Wiring;
  readonly decisions: Omit<ReconstructionEnv, 'refOf'>;
  /** All results of the store. */
  readonly known: readonly ResultRecord[];
  readonly done: (record: ResultRecord, outcome: Rebuilt) => void;
  /** Seconds that a result may take; undefined: `usualLimit` of it. */
  readonly timeout: number | undefined;
}

/** Machines differ, and so does what else they do; but what takes so much longer will not end. */
const patience = { seconds: 60, times: 10 };

/** Seconds that a result may take: code of the user's own may have no end, what comes with ticketlab has one. */
export function usualLimit({ made }: ResultRecord, isOwn: boolean): number | undefined {
  return isOwn ? Math.max(patience.seconds, patience.times * made.wall_s) : undefined;
}

/**
 * Computes results again, one after the other, in a scratch store that is removed at the end, and compares the bytes.
 * The real store is only read. A signal stops it, and the scratch is removed.
 *
 * @throws InterruptedError after a signal.
 */
export async function rebuild(records: readonly ResultRecord[], options: RebuildOptions): Promise<void> {
  const { store, known, decisions } = options;
  const refs = new Map<string, ObjectRef>();
  for (const { outputs } of known) for (const ref of Object.values(outputs)) refs.set(ref.sha256, ref);
  const staging = openStaging(store.layout);
  const bench = openBench(staging.next(), options);
  const stop = new AbortController();
  const release = onInterrupt(() => {
    stop.abort();
    bench.pool.terminate();
  });
  try {
    for (const record of records) {
      // A signal is delivered while the process waits.
      await setImmediate();
      const made = reconstruct(record, { ...decisions, refOf: (sha256) => refs.get(sha256) });
      const outcome: Rebuilt = made.ok
        ? await again(record, made.value, { store, bench, timeout: options.timeout })
        : { how: 'skipped', message: made.error };
      if (stop.signal.aborted) throw new InterruptedError('stopped; nothing in the store was changed.');
      options.done(record, outcome);
    }
  } finally {
    await bench.pool.close();
    staging.remove();
    release();
  }
}

interface Bench {
  readonly scratch: Store;
  readonly pool: WorkerPool;
  readonly slots: number;
}

function openBench(folder: string, { wiring }: RebuildOptions): Bench {
  const scratch = openStore(folder);
  scratch.prepare();
  const logFolder = join(folder, 'logs');
  mkdirSync(logFolder);
  const slots = availableParallelism();
  const pool = new WorkerPool({
    slots,
    settings: {
      stagesModule: pathToFileURL(wiring.stagesModule).href,
      store: folder,
      cacheDir: wiring.cache,
      run: 'verify',
      version: wiring.version,
    },
    environment: wiring.environment,
    projectDir: wiring.project,
    logFolder,
  });
  return { scratch, pool, slots };
}

async function again(
  record: ResultRecord,
  { stageType, params, computation }: Reconstructed,
  {
    store,
    bench,
    timeout,
  }: { readonly store: Store; readonly bench: Bench; readonly timeout: number | undefined },
): Promise<Rebuilt> {
  try {
    lendInputs(computation.inputs, store, bench.scratch);
  } catch (error) {
    if (!(error instanceof ObjectLostError) && errorCode(error) !== 'ENOENT') throw error;
    return { how: 'skipped', message: 'an object of its inputs is lost' };
  }
  const limit = timeout ?? usualLimit(record, computation.own !== undefined);
  return new Promise((resolve) => {
    let late = false;
    const slot = bench.pool.start({
      index: 0,
      task: { instance: record.made.instance, stageType, params, threads: bench.slots, ...computation },
      slots: bench.slots,
      onMessage: () => undefined,
      onEnd: (report) => {
        clearTimeout(timer);
        if (late) return resolve({ how: 'failed', message: lateMessage(limit!) });
        if (report.type !== 'done') return resolve({ how: 'failed', message: report.message });
        const outputs = differingOutputs(record.outputs, report.outputs);
        resolve(outputs.length === 0 ? { how: 'same' } : { how: 'different', outputs });
      },
    });
    const giveUp = (): void => {
      late = true;
      bench.pool.stop(slot);
    };
    const timer = limit === undefined ? undefined : setTimeout(giveUp, Math.min(limit * 1000, longestMs));
  });
}

/** Timers stay below what setTimeout can count. */
const longestMs = 2 ** 31 - 1;

const lateMessage = (limit: number): string =>
  `it took longer than ${Math.round(limit * 10) / 10} s, and was stopped; --timeout gives it more`;

/** Objects are never written to: another name for them is as good as a copy. */
function lendInputs(inputs: ResolvedInputs, store: Store, scratch: Store): void {
  const refs = Object.values(inputs).flatMap((input) =>
    input.kind === 'one' ? [input.ref] : input.rows.map(({ ref }) => ref),
  );
  for (const { sha256, kind } of refs)
    for (const name of kind === 'tree'
      ? [sha256, ...store.objects.tree(sha256).map((f) => f.sha256)]
      : [sha256]) {
      const target = scratch.layout.object(name);
      makeFolders(dirname(target));
      try {
        linkSync(store.layout.object(name), target);
      } catch (error) {
        // In a shared store a colleague's object takes no second name; scratch may lie on another disk.
        if (['EPERM', 'EXDEV'].includes(errorCode(error))) copyFileSync(store.layout.object(name), target);
        else if (errorCode(error) !== 'EEXIST') throw error;
      }
    }
}
