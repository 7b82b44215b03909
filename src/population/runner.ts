import { BLOCK } from '../numeric/kernels/contract.js';
import type { Kernels } from '../numeric/kernels/contract.js';
import type { Program, Step } from './compile/program.js';
import type { Images } from './images.js';
import type { MemoryPlan } from './memory-plan.js';

/** One thread's view of a compiled network: fills in weights, lays out images, runs blocks. */
export interface Runner {
  /**
   * Puts a candidate's weights into the tap lists: float32 search coordinates from `offset` on. False, and nothing
   * done, when the bits of one of their magnitudes are above `mostBits`.
   */
  loadWeights(weights: Float32Array, offset: number, mostBits: number): boolean;
  /** Lays out block `block` of the chunk: images `indices[block * BLOCK ...]`, at most `count` in all. */
  layOut(images: Images, indices: Uint32Array, count: number, block: number): void;
  /** Runs the network on a block of the chunk, of which `valid` images count; writes two results at `offset`. */
  runBlock(results: Float64Array, offset: number, block: number, valid: number): void;
}

export function createRunner(
  memory: WebAssembly.Memory,
  kernels: Kernels,
  program: Program,
  plan: MemoryPlan & { readonly thread: number },
): Runner {
  const { weights: ownWeights, taps, buffers, staging, result } = plan.threads[plan.thread];
  const { coordinates, inputs } = program;
  const floats = new Float32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const resultFloats = new Float64Array(memory.buffer, result, 2);

  function run(step: Step, records: number, images: number): void {
    const output = buffers[step.output];
    if (step.kernel === 'tanhRows') return kernels.tanhRows(records, step.count, output);
    const input = step.input === 0 ? images : buffers[step.input];
    kernels[step.kernel](records, step.count, taps, input, output, step.pitchBytes, step.floor);
  }

  function runAll(steps: readonly Step[], records: readonly number[], images: number): void {
    for (let i = 0; i < steps.length; i++) run(steps[i], records[i], images);
  }

  return {
    loadWeights(weights, offset, mostBits) {
      // Number by number: a view of the candidate to copy from would be an object for each of millions of candidates.
      for (let i = 0, to = ownWeights / 4; i < coordinates; i++) floats[to + i] = weights[offset + i];
      if (kernels.largestBits(ownWeights, coordinates) > mostBits) return false;
      kernels.fill(plan.weightBytes, plan.sourceBytes, program.weightBytes.length, ownWeights, taps);
      runAll(program.candidateSteps, plan.candidateRecords, plan.images);
      return true;
    },
    layOut(images, indices, count, block) {
      for (let lane = 0; lane < BLOCK; lane++) {
        const place = block * BLOCK + lane;
        // What follows the last image is evaluated but not counted: any image will do.
        const image = indices[Math.min(place, count - 1)];
        const own = images.pixels.subarray(image * inputs, (image + 1) * inputs);
        floats.set(own, staging / 4 + lane * inputs);
        bytes[plan.labels + place] = images.labels[image];
      }
      const { pixelBytes, pixelRowBytes } = plan;
      const out = plan.images + block * plan.blockBytes;
      kernels.layOut(staging, inputs * 4, pixelBytes, pixelRowBytes, program.pixelBytes.length, out);
    },
    runBlock(results, offset, block, valid) {
      runAll(program.blockSteps, plan.blockRecords, plan.images + block * plan.blockBytes);
      const logits = buffers[buffers.length - 1];
      kernels.loss(logits, program.outputs, plan.labels + block * BLOCK, valid, result);
      results[offset] = resultFloats[0];
      results[offset + 1] = resultFloats[1];
    },
  };
}
