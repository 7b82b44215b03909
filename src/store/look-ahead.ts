import { resolve } from 'node:path';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { layoutOf } from './layout.js';
import type { PackedIndex } from './packed-index.js';
import type { PackedHeader } from './packed-results.js';
import { indexOfStore } from './project-index.js';

/** What the thread is given. Its memory is shared. */
export interface LookAheadTask {
  readonly root: string;
  readonly header: PackedHeader;
  readonly body: Uint8Array;
  /** For each result 1 when its objects were found. */
  readonly found: Uint8Array;
  /** Not 0 when nobody needs it any more. */
  readonly stop: Int32Array;
}

/** A look at the objects of a store that goes on while something else is done. */
export interface LookAhead {
  readonly root: string;
  readonly index: PackedIndex;
  /** Settles when the thread has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** For fewer results a thread is not worth while. */
const fewestResults = 5000;

const limits: WorkerOptions = {
  // What node was started with is not meant for it.
  execArgv: [],
  resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 },
  trackUnmanagedFds: false,
};

/**
 * Begins to look whether the objects of all results in a project's index are there, in a thread of its own: a plan with
 * everything cached spends a good part of its time on that, and which objects they are is likely to be known before it
 * is made. Whatever the thread has not got to, or does not find, is looked at as ever.
 *
 * @param folder of the store.
 * @param options path of the code of the thread, and the number of results from which on one is begun.
 */
export function lookAhead(
  folder: string,
  indexFolder: string,
  { thread, fewest = fewestResults }: { readonly thread: string; readonly fewest?: number },
): LookAhead | undefined {
  const { root } = layoutOf(resolve(folder));
  const index = indexOfStore(root, indexFolder, { shared: true });
  const results = index?.packed();
  if (index === undefined || results === undefined || results.count < fewest) return undefined;
  const found = new Uint8Array(new SharedArrayBuffer(results.count));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData: LookAheadTask = { root, header: results.header, body: results.body, found, stop };
  const worker = start(thread, { ...limits, workerData });
  // It is a help and no more.
  worker.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  worker.unref();
  index.alsoSound(found);
  return { root, index, ended, stop: () => void Atomics.store(stop, 0, 1) };
}

/** Most runs need no threads, and loading what makes them takes a while. */
function start(path: string, options: WorkerOptions): Worker {
  const threads = process.getBuiltinModule('node:worker_threads');
  return new threads.Worker(path, options);
}
