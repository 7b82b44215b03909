import { expect, it } from 'vitest';
import { createMemory } from '../../src/numeric/kernels/module.js';
import { searchCoordinates } from '../../src/numeric/mask.js';
import { compileProgram } from '../../src/population/compile/program.js';
import { createCrew } from '../../src/population/crew.js';
import { largestFiniteBits, sumsOf } from '../../src/population/divergence.js';
import { control, evaluateKind, layOutKind } from '../../src/population/job.js';
import type { Shared } from '../../src/population/job.js';
import { CHUNK_BLOCKS, CHUNK_IMAGES, fillMemory, planMemory } from '../../src/population/memory-plan.js';
import {
  coordinatesOf,
  dense,
  forwardCompiled,
  networkOfLayers,
  randomImages,
  randomMask,
  randomWeights,
} from '../kernels/fixtures.js';

const network = networkOfLayers(6, [dense('Dense_0', 6, 3, 'none')]);
const mask = randomMask(network, 1, 1);
const program = compileProgram(network, mask);
const images = randomImages(network, 40, 1);

function sharedOf(threads: number): Shared {
  const plan = planMemory(program, threads);
  const memory = createMemory(plan.bytes);
  fillMemory(memory, program, plan);
  const indices = new Uint32Array(new SharedArrayBuffer(CHUNK_IMAGES * 4));
  for (let i = 0; i < images.count; i++) indices[i] = i;
  return {
    memory,
    program,
    plan,
    control: new Int32Array(new SharedArrayBuffer(control.words * 4)),
    sets: [images, images],
    indices,
    safeBits: largestFiniteBits,
    sums: sumsOf(network, searchCoordinates(mask), 1),
  };
}

/** Waits until the control word is `value`; not for ever, so that a fault is seen. */
function waitFor(words: Int32Array, word: number, value: number): void {
  for (let now = Atomics.load(words, word); now !== value; now = Atomics.load(words, word))
    if (Atomics.wait(words, word, now, 20_000) === 'timed-out') throw new Error('the others do nothing');
}

it.each([2, 3])(
  'of %i threads the others do all tasks but the one that the caller is busy with',
  async (threads) => {
    const shared = sharedOf(threads);
    const candidates = 12;
    const flat = Array.from({ length: candidates }, (_, k) => randomWeights(network, k));
    const weights = new Float32Array(new SharedArrayBuffer(candidates * program.coordinates * 4));
    flat.forEach((own, k) => weights.set(coordinatesOf(mask, own), k * program.coordinates));
    const results = new Float64Array(new SharedArrayBuffer(candidates * CHUNK_BLOCKS * 2 * 8));
    const crew = await createCrew(shared, threads);
    let handed = false;
    let tasksOfCaller = 0;
    crew.hand({
      // Read once for a task: the caller's first one takes as long as the others need for all there is.
      get weights() {
        if (handed && ++tasksOfCaller === 1) waitFor(shared.control, control.done, threads - 1);
        return weights;
      },
      results,
    });
    handed = true;
    const job = { set: 0, images: images.count, tasksPerTurn: 1 };
    await crew.run({ ...job, kind: layOutKind, tasks: 3, parts: 1 });
    await crew.run({ ...job, kind: evaluateKind, tasks: candidates * 3, parts: 3 });
    await crew.close();
    expect(tasksOfCaller).toBeLessThanOrEqual(1);
    for (let k = 0; k < candidates; k++) {
      const expected = forwardCompiled(network, mask, flat[k], { images }).results.slice(0, 6);
      expect(results.slice(k * CHUNK_BLOCKS * 2, k * CHUNK_BLOCKS * 2 + 6)).toEqual(expected);
    }
  },
);
