import { createMemory } from '../numeric/kernels/module.js';
import type { Layout } from '../numeric/layout.js';
import { searchCoordinates } from '../numeric/mask.js';
import type { Mask } from '../numeric/mask.js';
import type { Network } from '../networks/network.js';
import { checkBatch, checkCandidates, checkRange, takeWeights } from './arguments.js';
import { compileProgram } from './compile/program.js';
import type { Program } from './compile/program.js';
import { createCrew } from './crew.js';
import { bitsOf, sumsOf, weightLimit } from './divergence.js';
import { checkImages } from './images.js';
import type { Images } from './images.js';
import { control } from './job.js';
import type { Shared } from './job.js';
import { CHUNK_IMAGES, fillMemory, planMemory } from './memory-plan.js';
import { createPasses } from './passes.js';
import type { Passes, Population } from './passes.js';

export type { Images } from './images.js';

export interface EvaluatorOptions {
  readonly network: Network;
  readonly mask: Mask;
  readonly train: Images;
  readonly test: Images;
  /** Threads to use, the calling one included; at least 1. Results do not depend on it. */
  readonly threads: number;
}

export interface SetResult {
  /** Share of the images whose largest logit (the first among equals) is the label's. */
  readonly accuracy: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

/** Evaluates many candidates of one network under one mask. Calls are done one after the other. */
export interface Evaluator {
  /**
   * out[k] = mean log-likelihood (to maximise) of candidate k on the images `indices` of the training set.
   *
   * @param candidates row-major, out.length x search coordinates
   * A candidate that has diverged, with a weight that is not finite or so large that sums may overflow, gets NaN.
   */
  scores(out: Float64Array, candidates: Float64Array, indices: Uint32Array): Promise<void>;
  /**
   * Accuracy and mean cross-entropy of each of `weights` (flat, in the canonical layout; masked entries are ignored)
   * on a set, or on its images from ... to - 1. Both are NaN for weights that have diverged.
   */
  evaluateMany(
    weights: readonly (Float32Array | Float64Array)[],
    set: 'train' | 'test',
    range?: { readonly from: number; readonly to: number },
  ): Promise<SetResult[]>;
  close(): Promise<void>;
}

/**
 * @throws UserError when the mask does not fit the network, a layer is beyond the kernels, or the images do not fit
 * the network or are not finite.
 */
export async function createEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const { network, mask, train, test } = options;
  const program = compileProgram(network, mask);
  const largestPixel = Math.max(
    checkImages('training', train, network.inputs, network.outputs),
    checkImages('test', test, network.inputs, network.outputs),
  );
  const positions = searchCoordinates(mask);
  const shared = share(program, options, {
    safeBits: bitsOf(weightLimit(network, largestPixel)),
    sums: sumsOf(network, positions, largestPixel),
  });
  const crew = await createCrew(shared, options.threads);
  const passes = createPasses(shared, crew, options.threads);
  const flat = { layout: network.layout, positions };
  const inTurn = oneAfterTheOther();
  return {
    scores: (out, candidates, indices) => inTurn(() => scores(passes, train, { out, candidates, indices })),
    evaluateMany: (weights, set, range) =>
      inTurn(() => evaluateMany(passes, flat, { weights, set, images: options[set], range })),
    close: () => inTurn(() => crew.close()),
  };
}

function share(
  program: Program,
  { train, test, threads }: EvaluatorOptions,
  limits: Pick<Shared, 'safeBits' | 'sums'>,
): Shared {
  const plan = planMemory(program, threads);
  const memory = createMemory(plan.bytes);
  fillMemory(memory, program, plan);
  return {
    memory,
    program,
    plan,
    control: new Int32Array(new SharedArrayBuffer(control.words * 4)),
    sets: [train, test],
    indices: new Uint32Array(new SharedArrayBuffer(CHUNK_IMAGES * 4)),
    ...limits,
  };
}

/** There is one set of buffers: a call waits for the one before it, whether that one succeeds or not. */
function oneAfterTheOther(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

interface Generation {
  readonly out: Float64Array;
  readonly candidates: Float64Array;
  readonly indices: Uint32Array;
}

async function scores(
  passes: Passes,
  train: Images,
  { out, candidates, indices }: Generation,
): Promise<void> {
  const n = passes.coordinates;
  checkBatch(indices, train);
  checkCandidates(out.length, candidates.length, n);
  const fill: Population['fill'] = (rows, first, count) =>
    rows.set(candidates.subarray(first * n, (first + count) * n));
  const { logLikelihood } = await passes.run({ count: out.length, fill }, 0, indices);
  for (let k = 0; k < out.length; k++) out[k] = logLikelihood[k] / indices.length;
}

interface Question {
  readonly weights: readonly (Float32Array | Float64Array)[];
  readonly set: 'train' | 'test';
  readonly images: Images;
  readonly range: { readonly from: number; readonly to: number } | undefined;
}

async function evaluateMany(
  passes: Passes,
  flat: { readonly layout: Layout; readonly positions: Uint32Array },
  { weights, set, images, range }: Question,
): Promise<SetResult[]> {
  const { from, to } = range ?? { from: 0, to: images.count };
  checkRange({ from, to }, images.count);
  const indices = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  const fill: Population['fill'] = (rows, first, count) => {
    for (let k = 0; k < count; k++) takeWeights(rows, k * passes.coordinates, weights[first + k], flat);
  };
  const { logLikelihood, correct } = await passes.run(
    { count: weights.length, fill },
    set === 'train' ? 0 : 1,
    indices,
  );
  return weights.map((_, k) => ({
    accuracy: correct[k] / indices.length,
    loss: -logLikelihood[k] / indices.length,
  }));
}
