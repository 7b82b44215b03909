import { linkSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ResolvedInputs } from '../exec/decide.js';
import { WorkerPool } from '../exec/worker-pool.js';
import { errorCode, ObjectLostError } from '../store/errors.js';
import { differingOutputs, type ObjectRef, type ResultRecord } from '../store/record.js';
import { openStaging } from '../store/staging.js';
import { openStore, type Store } from '../store/store.js';
import { reconstruct, type Reconstructed, type ReconstructionEnv } from './reconstruct.js';
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
}

/**
 * Computes results again, one after the other, in a scratch store that is removed at the end, and compares the bytes.
 * The real store is only read.
 */
export async function rebuild(records: readonly ResultRecord[], options: RebuildOptions): Promise<void> {
  const { store, known, decisions } = options;
  const refs = new Map<string, ObjectRef>();
  for (const { outputs } of known) for (const ref of Object.values(outputs)) refs.set(ref.sha256, ref);
  const staging = openStaging(store.layout);
  const bench = openBench(staging.next(), options);
  try {
    for (const record of records) {
      const made = reconstruct(record, { ...decisions, refOf: (sha256) => refs.get(sha256) });
      const outcome: Rebuilt = made.ok
        ? await again(record, made.value, { store, bench })
        : { how: 'skipped', message: made.error };
      options.done(record, outcome);
    }
  } finally {
    await bench.pool.close();
    staging.remove();
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
  { store, bench }: { readonly store: Store; readonly bench: Bench },
): Promise<Rebuilt> {
  try {
    lendInputs(computation.inputs, store, bench.scratch);
  } catch (error) {
    if (!(error instanceof ObjectLostError) && errorCode(error) !== 'ENOENT') throw error;
    return { how: 'skipped', message: 'an object of its inputs is lost' };
  }
  return new Promise((resolve) => {
    bench.pool.start({
      index: 0,
      task: { instance: record.made.instance, stageType, params, threads: bench.slots, ...computation },
      slots: bench.slots,
      onMessage: () => undefined,
      onEnd: (report) => {
        if (report.type !== 'done') return resolve({ how: 'failed', message: report.message });
        const outputs = differingOutputs(record.outputs, report.outputs);
        resolve(outputs.length === 0 ? { how: 'same' } : { how: 'different', outputs });
      },
    });
  });
}

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
      mkdirSync(dirname(target), { recursive: true });
      try {
        linkSync(store.layout.object(name), target);
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
    }
}
