import { BLOCK, ROW_BYTES } from '../numeric/kernels/contract.js';
import type { Program } from './compile/program.js';

/** Images that are laid out at a time: enough for an ordinary minibatch, few enough for the last-level cache. */
export const CHUNK_IMAGES = 1024;
export const CHUNK_BLOCKS = CHUNK_IMAGES / BLOCK;

/** Byte offsets in the memory that all threads share. */
export interface MemoryPlan {
  /** Records of each step: units, or rows. Written once, like the lists by which weights and pixels find their place. */
  readonly candidateRecords: readonly number[];
  readonly blockRecords: readonly number[];
  readonly weightBytes: number;
  readonly sourceBytes: number;
  readonly pixelBytes: number;
  readonly pixelRowBytes: number;
  /** The images of a chunk, block after block. */
  readonly images: number;
  readonly blockBytes: number;
  /** Their labels, a byte each. */
  readonly labels: number;
  readonly threads: readonly ThreadPlan[];
  readonly bytes: number;
}

/** What belongs to one thread. */
export interface ThreadPlan {
  /** Search coordinates of the candidate at hand, and the tap lists with them. */
  readonly weights: number;
  readonly taps: number;
  /** Activation buffers by index; the first is unused, images are shared. */
  readonly buffers: readonly number[];
  /** Images of a block as the data set has them, before they are laid out. */
  readonly staging: number;
  /** Two float64. */
  readonly result: number;
}

export function planMemory(program: Program, threads: number): MemoryPlan {
  // The first bytes stay unused, and every part starts on a cache line.
  let bytes = ROW_BYTES;
  const take = (size: number): number => {
    const start = bytes;
    bytes += Math.ceil(size / ROW_BYTES) * ROW_BYTES;
    return start;
  };
  const candidateRecords = program.candidateSteps.map((step) => take(step.records.byteLength));
  const blockRecords = program.blockSteps.map((step) => take(step.records.byteLength));
  const weightBytes = take(program.weightBytes.byteLength);
  const sourceBytes = take(program.sourceBytes.byteLength);
  const pixelBytes = take(program.pixelBytes.byteLength);
  const pixelRowBytes = take(program.pixelRowBytes.byteLength);
  const blockBytes = program.bufferRows[0] * ROW_BYTES;
  const images = take(blockBytes * CHUNK_BLOCKS);
  const labels = take(CHUNK_IMAGES);
  const threadPlans = Array.from({ length: threads }, () => ({
    weights: take(program.coordinates * 4),
    taps: take(program.taps.byteLength),
    buffers: program.bufferRows.map((rows, index) => (index === 0 ? 0 : take(rows * ROW_BYTES))),
    staging: take(BLOCK * program.inputs * 4),
    result: take(16),
  }));
  return {
    candidateRecords,
    blockRecords,
    weightBytes,
    sourceBytes,
    pixelBytes,
    pixelRowBytes,
    images,
    blockBytes,
    labels,
    threads: threadPlans,
    bytes,
  };
}

/** Writes what all threads read and nobody changes, and each thread's tap lists without weights. */
export function fillMemory(memory: WebAssembly.Memory, program: Program, plan: MemoryPlan): void {
  const words = new Int32Array(memory.buffer);
  program.candidateSteps.forEach((step, i) => words.set(step.records, plan.candidateRecords[i] / 4));
  program.blockSteps.forEach((step, i) => words.set(step.records, plan.blockRecords[i] / 4));
  words.set(program.weightBytes, plan.weightBytes / 4);
  words.set(program.sourceBytes, plan.sourceBytes / 4);
  words.set(program.pixelBytes, plan.pixelBytes / 4);
  words.set(program.pixelRowBytes, plan.pixelRowBytes / 4);
  for (const thread of plan.threads) words.set(program.taps, thread.taps / 4);
}
