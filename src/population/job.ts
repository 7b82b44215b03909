import { BLOCK } from '../numeric/kernels/contract.js';
import { createKernels } from '../numeric/kernels/wasm.js';
import type { Program } from './compile/program.js';
import { createFiniteCheck, largestFiniteBits, type Sums } from './divergence.js';
import type { Images } from './images.js';
import { CHUNK_BLOCKS } from './memory-plan.js';
import type { MemoryPlan } from './memory-plan.js';
import { createRunner } from './runner.js';

/** Words of the control array. A job is a number of tasks that any thread may take, in any order. */
export const control = {
  /** Counts jobs: threads wait for it to change. */
  epoch: 0,
  /** Next task to take. */
  next: 1,
  /** Threads (but the caller's) that are through with the job. */
  done: 2,
  /** 1 when the threads shall end. */
  stop: 3,
  kind: 4,
  tasks: 5,
  /** Which data set: 0 train, 1 test. */
  set: 6,
  /** Images in the chunk. */
  images: 7,
  /** Parts that the blocks of the chunk are split into for each candidate. */
  parts: 8,
  words: 9,
} as const;

export const layOutKind = 0;
export const evaluateKind = 1;

/** What every thread has from the start. */
export interface Shared {
  readonly memory: WebAssembly.Memory;
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly control: Int32Array;
  readonly sets: readonly [Images, Images];
  /** Images of the chunk at hand. */
  readonly indices: Uint32Array;
  /** No sum of a candidate can overflow while the bits of its weights' magnitudes are not above these. */
  readonly safeBits: number;
  /** Tells of candidates beyond that whether they have diverged. */
  readonly sums: Sums;
}

/** What grows with the number of candidates. */
export interface Candidates {
  /** Candidates x search coordinates. */
  readonly weights: Float32Array;
  /** Candidates x blocks of a chunk x 2: sum of log-likelihoods, correct answers. */
  readonly results: Float64Array;
}

/** Does tasks of the job in the control array, until none is left or `most` are done. False when none is left. */
export type TakeTasks = (candidates: Candidates, most: number) => boolean;

export function createTaskTaker(shared: Shared, thread: number): TakeTasks {
  const { program, plan, control: words } = shared;
  const runner = createRunner(shared.memory, createKernels(shared.memory), program, { ...plan, thread });
  const staysFinite = createFiniteCheck(shared.sums);
  let job = -1;
  let loaded = -1;
  let diverged = false;

  function load(weights: Float32Array, candidate: number): void {
    if (candidate === loaded) return;
    loaded = candidate;
    const offset = candidate * program.coordinates;
    diverged =
      !runner.loadWeights(weights, offset, shared.safeBits) &&
      !(staysFinite(weights, offset) && runner.loadWeights(weights, offset, largestFiniteBits));
  }

  function evaluate({ weights, results }: Candidates, task: number): void {
    const parts = words[control.parts];
    const images = words[control.images];
    const candidate = Math.floor(task / parts);
    const part = task % parts;
    const blocks = Math.ceil(images / BLOCK);
    load(weights, candidate);
    const end = Math.floor(((part + 1) * blocks) / parts);
    for (let block = Math.floor((part * blocks) / parts); block < end; block++) {
      const offset = (candidate * CHUNK_BLOCKS + block) * 2;
      if (diverged) results[offset] = results[offset + 1] = NaN;
      else runner.runBlock(results, offset, block, Math.min(BLOCK, images - block * BLOCK));
    }
  }

  return (candidates, most) => {
    const epoch = Atomics.load(words, control.epoch);
    if (epoch !== job) loaded = -1;
    job = epoch;
    for (let count = 0; count < most; count++) {
      const task = Atomics.add(words, control.next, 1);
      if (task >= words[control.tasks]) return false;
      if (words[control.kind] === evaluateKind) evaluate(candidates, task);
      else runner.layOut(shared.sets[words[control.set]], shared.indices, words[control.images], task);
    }
    return true;
  };
}
