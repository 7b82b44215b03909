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

/** Evaluation of candidates, held in shared memory, on any list of images. */
export interface Passes {
  /** Length of a candidate. */
  readonly coordinates: number;
  /** Room for the weights of `count` candidates (count x search coordinates): fill it, then run. */
  hold(count: number): Float32Array;
  /** Runs the held candidates on images of a set (0 train, 1 test). The totals are overwritten by the next run. */
  run(count: number, set: number, indices: Uint32Array): Promise<Totals>;
}

/** Processor operations after which the calling thread lets its event loop turn: some 10 ms. */
const operationsPerTurn = 1e8;

/** Tasks per thread: so many that no thread waits long for another's last one. */
const tasksPerThread = 32;

export function createPasses(shared: Shared, crew: Crew, threads: number): Passes {
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
      totals = { logLikelihood: new Float64Array(count), correct: new Float64Array(count) };
      crew.hand(candidates);
    }
    return candidates.weights;
  }

  function evaluation(count: number, set: number, images: number): Job {
    const blocks = Math.ceil(images / BLOCK);
    const parts = Math.min(blocks, Math.ceil((tasksPerThread * threads) / count));
    const operationsPerTask = (program.cost * blocks) / parts;
    const tasksPerTurn = Math.max(1, Math.floor(operationsPerTurn / operationsPerTask));
    return { kind: evaluateKind, tasks: count * parts, set, images, parts, tasksPerTurn };
  }

  /** Adds the chunk's blocks in ascending order: the order of a sum is the same for any number of threads. */
  function addUp(count: number, images: number): void {
    const blocks = Math.ceil(images / BLOCK);
    for (let k = 0; k < count; k++) {
      for (let block = 0; block < blocks; block++) {
        const at = (k * CHUNK_BLOCKS + block) * 2;
        totals.logLikelihood[k] += candidates.results[at];
        totals.correct[k] += candidates.results[at + 1];
      }
    }
  }

  return {
    coordinates: program.coordinates,
    hold,
    async run(count, set, indices) {
      totals.logLikelihood.fill(0);
      totals.correct.fill(0);
      for (let from = 0; from < indices.length; from += CHUNK_IMAGES) {
        const images = Math.min(CHUNK_IMAGES, indices.length - from);
        shared.indices.set(indices.subarray(from, from + images));
        const tasks = Math.ceil(images / BLOCK);
        await crew.run({ kind: layOutKind, tasks, set, images, parts: 1, tasksPerTurn: Infinity });
        await crew.run(evaluation(count, set, images));
        addUp(count, images);
      }
      return totals;
    },
  };
}
