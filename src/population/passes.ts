import { BLOCK } from '../numeric/kernels/contract.js';
import type { Crew, Job } from './crew.js';
import { evaluateKind, layOutKind } from './job.js';
import type { Candidates, Shared } from './job.js';
import { CHUNK_BLOCKS, CHUNK_IMAGES } from './memory-plan.js';

/** Sums over the images of a pass, per candidate. */
export interface Totals {
  readonly logLikelihood: Float64Array;
  readonly correct: Float64Array;
}

/** Candidates as the caller has them. */
export interface Population {
  readonly count: number;
  /** Writes the search coordinates of `count` candidates, from number `first` on, row after row to `rows`. */
  readonly fill: (rows: Float32Array, first: number, count: number) => void;
}

/** Evaluation of candidates, held in shared memory, on any list of images. */
export interface Passes {
  /** Length of a candidate. */
  readonly coordinates: number;
  /** Runs a population on images of a set (0 train, 1 test). The totals are overwritten by the next run. */
  run(population: Population, set: number, indices: Uint32Array): Promise<Totals>;
}

/** Candidates that are held at a time. */
const mostCandidates = 512;

/** Processor operations after which the calling thread lets its event loop turn: some 10 ms. */
const operationsPerTurn = 1e8;

/** Tasks per thread: so many that no thread waits long for another's last one. */
const tasksPerThread = 32;

export function createPasses(
  shared: Pick<Shared, 'program' | 'indices'>,
  crew: Crew,
  threads: number,
): Passes {
  const { program } = shared;
  let room = 0;
  let candidates: Candidates = { weights: new Float32Array(0), results: new Float64Array(0) };
  let totals: Totals = { logLikelihood: new Float64Array(0), correct: new Float64Array(0) };

  function hold(count: number): Float32Array {
    if (count > room) {
      room = count;
      candidates = {
        weights: new Float32Array(new SharedArrayBuffer(count * program.coordinates * 4)),
        results: new Float64Array(new SharedArrayBuffer(count * CHUNK_BLOCKS * 2 * 8)),
      };
      crew.hand(candidates);
    }
    return candidates.weights;
  }

  function clear(count: number): void {
    if (count > totals.correct.length)
      totals = { logLikelihood: new Float64Array(count), correct: new Float64Array(count) };
    totals.logLikelihood.fill(0);
    totals.correct.fill(0);
  }

  return {
    coordinates: program.coordinates,
    async run({ count, fill }, set, indices) {
      clear(count);
      for (let from = 0; from < indices.length; from += CHUNK_IMAGES) {
        const images = Math.min(CHUNK_IMAGES, indices.length - from);
        shared.indices.set(indices.subarray(from, from + images));
        const tasks = Math.ceil(images / BLOCK);
        await crew.run({ kind: layOutKind, tasks, set, images, parts: 1, tasksPerTurn: Infinity });
        for (let first = 0; first < count; first += mostCandidates) {
          const held = Math.min(mostCandidates, count - first);
          // Those that are held already stay for the next chunk.
          if (from === 0 || count > mostCandidates) fill(hold(held), first, held);
          await crew.run(evaluation(program.cost, threads, { count: held, set, images }));
          addUp(totals, candidates.results, { first, count: held, images });
        }
      }
      return totals;
    },
  };
}

/** `cost`: estimated processor operations for a block. */
function evaluation(
  cost: number,
  threads: number,
  { count, set, images }: { readonly count: number; readonly set: number; readonly images: number },
): Job {
  const blocks = Math.ceil(images / BLOCK);
  const parts = Math.min(blocks, Math.ceil((tasksPerThread * threads) / count));
  const operationsPerTask = (cost * blocks) / parts;
  const tasksPerTurn = Math.max(1, Math.floor(operationsPerTurn / operationsPerTask));
  return { kind: evaluateKind, tasks: count * parts, set, images, parts, tasksPerTurn };
}

/**
 * Adds the chunk's blocks of the held candidates, of which the first is number `first`, in ascending order: the order of
 * a sum is the same for any number of threads.
 */
function addUp(
  { logLikelihood, correct }: Totals,
  results: Float64Array,
  { first, count, images }: { readonly first: number; readonly count: number; readonly images: number },
): void {
  const blocks = Math.ceil(images / BLOCK);
  for (let k = 0; k < count; k++) {
    for (let block = 0; block < blocks; block++) {
      const at = (k * CHUNK_BLOCKS + block) * 2;
      logLikelihood[first + k] += results[at];
      correct[first + k] += results[at + 1];
    }
  }
}
