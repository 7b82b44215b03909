// What is evaluated: the MNIST network under seeded nested masks, 0.8^k of the weights at level k, or any other.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { wasm as limit } from '../dist/src/numeric/kernels/generated/limit.js';
import { createMemory, instantiate } from '../dist/src/numeric/kernels/module.js';
import { buildNetwork } from '../dist/src/networks/index.js';
import { searchCoordinates } from '../dist/src/numeric/mask.js';
import { createEvaluator } from '../dist/src/population/evaluator.js';

export const network = buildNetwork({ model: 'cnn-small' });
export const levels = 20;

/** Uniform numbers in [0, 1) from a seed. */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const isPrunable = new Uint8Array(network.layout.size);
for (const { kind, offset, size } of network.layout.tensors)
  if (kind === 'kernel') isPrunable.fill(1, offset, offset + size);

/** Prunable positions, those that survive longest first. */
const order = (() => {
  const next = numbers(1);
  const drawn = Float64Array.from(isPrunable, () => next());
  return [...drawn.keys()].filter((at) => isPrunable[at] === 1).sort((a, b) => drawn[a] - drawn[b]);
})();

/** Masks of all levels, each within the one before. */
export const masks = Array.from({ length: levels }, (_, level) => {
  const mask = Uint8Array.from(isPrunable, (prunable) => 1 - prunable);
  for (const at of order.slice(0, Math.round(order.length * 0.8 ** level))) mask[at] = 1;
  return mask;
});

export const density = (level) => Math.round(order.length * 0.8 ** level) / order.length;

/** Images of noise: no kernel's time depends on the pixels. */
export function noiseImages(count, { inputs, outputs } = network) {
  const next = numbers(2);
  const pixels = new Float32Array(new SharedArrayBuffer(count * inputs * 4));
  for (let i = 0; i < pixels.length; i++) pixels[i] = next() * 3 - 0.4;
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  for (let i = 0; i < count; i++) labels[i] = Math.floor(next() * outputs);
  return { pixels, labels, count, inputs };
}

/** Flat weights of a population. */
export function flatWeights(population, { layout } = network) {
  const next = numbers(3);
  return Float32Array.from({ length: population * layout.size }, () => (next() - 0.5) * 0.3);
}

/** Evaluates the population at one level: `run()` resolves when all scores are there. */
export const atLevel = (level, options) => populationOf(network, masks[level], options);

/** Evaluates a population of any network: `run()` resolves when all scores are there. */
export async function populationOf(network, mask, { population, images, threads }) {
  const positions = searchCoordinates(mask);
  const flat = flatWeights(population, network);
  const candidates = new Float64Array(population * positions.length);
  for (let k = 0; k < population; k++)
    positions.forEach((at, j) => (candidates[k * positions.length + j] = flat[k * mask.length + at]));
  const indices = Uint32Array.from({ length: images.count }, (_, i) => i);
  const scores = new Float64Array(population);
  const evaluator = await createEvaluator({ network, mask, train: images, test: images, threads });
  return {
    scores,
    run: () => evaluator.scores(scores, candidates, indices),
    close: () => evaluator.close(),
  };
}

export const { multiplyAddChains } = instantiate(limit, createMemory(65536));
/** Of the limit loop at a time: half a millisecond. */
const rounds = 200_000;
/** Of the limit loop on two threads at once: so many that waking the other counts for nothing. */
export const limitRounds = 40 * rounds;
const operationsPerRound = 96;

/** What one thread can do at this moment, in GF/s: the SIMD limit of portable code. */
export async function simdLimit() {
  const took = await microseconds(() => multiplyAddChains(0, rounds, 0.5, 0.25));
  return (rounds * operationsPerRound) / took / 1000;
}

/**
 * The limit loop on one thread, and on two at once: `measure()` gives the microseconds of each. Twice the first over the
 * second is what two threads could do at best at this moment.
 */
export async function limitOnTwo() {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL('limit-thread.mjs', import.meta.url), { workerData: words.buffer });
  await once(worker, 'message');
  const alone = () => multiplyAddChains(0, limitRounds, 0.5, 0.25);
  const both = () => {
    const epoch = Atomics.add(words, 0, 1) + 1;
    Atomics.notify(words, 0);
    alone();
    Atomics.wait(words, 1, epoch - 1);
  };
  both();
  return {
    measure: async () => ({ one: await microseconds(alone), two: await microseconds(both) }),
    async close() {
      Atomics.store(words, 0, -1);
      Atomics.notify(words, 0);
      await once(worker, 'exit');
    },
  };
}

/** Microseconds that `work` takes. */
export async function microseconds(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) * 1000;
}
