import { UserError } from '../base/result.js';
import type { Network } from '../networks/network.js';
import { maskProblem } from '../numeric/mask.js';
import type { Mask } from '../numeric/mask.js';
import type { Backend, Tf } from './backend.js';
import { chunksOf } from './batches.js';
import type { Batch, Images } from './batches.js';
import { crossEntropy, curvatureFactor, errors, errorTangents, softmax } from './cross-entropy.js';
import { squaredGradient } from './gauss-newton.js';
import type { Forward } from './layer-operations.js';
import { addAt, isFiniteVector, layerWeights, masked, placesOf } from './parameters.js';
import type { LayerWeights, Places, Vector } from './parameters.js';
import { backward, forward, forwardTangents, tangentGradients, weightGradient } from './passes.js';

export type { Images } from './batches.js';

export interface EngineOptions {
  readonly network: Network;
  readonly mask: Mask;
  /** The data set D that every loss is a mean over. */
  readonly images: Images;
  /** A backend that `openBackend` has loaded. */
  readonly backend: Backend;
}

/**
 * The mean cross-entropy L over a fixed data set D and its derivatives, on the surviving subspace: with P the
 * projection that the mask is (biases survive always), the engine is about L(P w). All vectors are flat in the
 * canonical layout, `layout.size` long; what they hold at pruned entries is ignored, and results are 0 there.
 *
 * Sums over D run over chunks of images in a fixed order, in float64; within a chunk the arithmetic is float32. relu
 * and max-pooling are taken with the piece they are on: first and second derivatives are those of the current linear
 * piece (relu'(0) = 0; of equal pixels under a window the first one counts).
 */
export interface GradientEngine {
  /** L(P w). Not finite when the weights have diverged. */
  loss(weights: Vector): number;
  /** out = P dL/dw; returns the loss. */
  gradient(out: Float64Array, weights: Vector): number;
  /** The same for the mean over the images `indices` only: one minibatch. */
  batchGradient(out: Float64Array, weights: Vector, indices: Uint32Array): number;
  /** out = P H P v: the exact Hessian of L (forward-over-reverse), not the Gauss-Newton approximation. */
  hessianVector(out: Float64Array, weights: Vector, vector: Vector): void;
  /** The exact diagonal of P G P, G = mean over D of J'(diag p - p p')J: the sum of its entries is the exact trace. */
  gaussNewtonDiagonal(weights: Vector): Float64Array;
  /** Frees the memory outside the JavaScript heap. The engine is of no use afterwards. */
  dispose(): void;
}

/**
 * @throws UserError when mask, images and network do not fit together
 */
export function createGradientEngine(options: EngineOptions): GradientEngine {
  refuse(options);
  const { mask, images } = options;
  const work: Work = { ...options, places: placesOf(options.network) };
  const flat = (vector: Vector): Float32Array => masked(vector, mask);
  return {
    loss: (weights) => meanLoss(work, flat(weights)),
    gradient: (out, weights) => meanGradient(work, flat(weights), { out, count: images.count }),
    batchGradient: (out, weights, indices) =>
      meanGradient(work, flat(weights), { out, count: indices.length, indices }),
    hessianVector: (out, weights, vector) =>
      hessianVector(work, flat(weights), { out, vector: flat(vector) }),
    gaussNewtonDiagonal: (weights) => gaussNewtonDiagonal(work, flat(weights)),
    dispose: () => undefined,
  };
}

interface Work extends EngineOptions {
  readonly places: readonly Places[];
}

interface Wanted {
  readonly out: Float64Array;
  readonly count: number;
  readonly indices?: Uint32Array;
}

/** The forward passes of one batch, and what they say. */
interface Answer {
  readonly passes: readonly Forward[];
  readonly logits: Float32Array;
}

/** Runs the network on a batch; `use` sees the tensors before they are freed. */
function onBatch(
  { backend, network, places }: Work,
  weights: Float32Array,
  batch: Batch,
  use: (tf: Tf, answer: Answer) => void,
): void {
  backend.run((tf) => {
    const rows = tf.tensor2d(batch.pixels, [batch.count, network.inputs]);
    const passes = forward(tf, network.layers, layerWeights(tf, places, weights), rows);
    use(tf, { passes, logits: passes[passes.length - 1].output.dataSync<'float32'>() });
  });
}

function meanLoss(work: Work, weights: Float32Array): number {
  if (!isFiniteVector(weights)) return NaN;
  let total = 0;
  for (const batch of chunksOf(work.images))
    onBatch(work, weights, batch, (_, { logits }) => {
      total += crossEntropy(logits, batch.labels, work.network.outputs);
    });
  return total / work.images.count;
}

function meanGradient(work: Work, weights: Float32Array, { out, count, indices }: Wanted): number {
  out.fill(0);
  if (!isFiniteVector(weights)) return NaN;
  const classes = work.network.outputs;
  let total = 0;
  for (const batch of chunksOf(work.images, indices))
    onBatch(work, weights, batch, (tf, { passes, logits }) => {
      total += crossEntropy(logits, batch.labels, classes);
      const last = tf.tensor2d(errors(softmax(logits, classes), batch.labels), [batch.count, classes]);
      backward(tf, passes, last).forEach((derivatives, l) =>
        collect(out, work.places[l], weightGradient(tf, passes[l], derivatives)),
      );
    });
  finish(out, work.mask, count);
  return total / count;
}

function hessianVector(
  work: Work,
  weights: Float32Array,
  { out, vector }: { readonly out: Float64Array; readonly vector: Float32Array },
): void {
  out.fill(0);
  const { places, network, images } = work;
  const classes = network.outputs;
  for (const batch of chunksOf(images))
    onBatch(work, weights, batch, (tf, { passes, logits }) => {
      const shape: [number, number] = [batch.count, classes];
      const probabilities = softmax(logits, classes);
      const derivatives = backward(tf, passes, tf.tensor2d(errors(probabilities, batch.labels), shape));
      const direction = layerWeights(tf, places, vector);
      const tangents = forwardTangents(tf, passes, direction);
      const moved = tangents[tangents.length - 1].output.dataSync<'float32'>();
      const last = tf.tensor2d(errorTangents(probabilities, moved), shape);
      const along = { derivatives, direction, tangents, last };
      tangentGradients(tf, passes, along).forEach((gradient, l) => collect(out, places[l], gradient));
    });
  finish(out, work.mask, images.count);
}

function gaussNewtonDiagonal(work: Work, weights: Float32Array): Float64Array {
  const { places, network, images, mask } = work;
  const classes = network.outputs;
  const out = new Float64Array(mask.length);
  for (const batch of chunksOf(images))
    onBatch(work, weights, batch, (tf, { passes, logits }) => {
      const probabilities = softmax(logits, classes);
      for (let k = 0; k < classes; k++)
        tf.tidy(() => {
          const last = tf.tensor2d(curvatureFactor(probabilities, k), [batch.count, classes]);
          backward(tf, passes, last).forEach((derivatives, l) =>
            collect(out, places[l], squaredGradient(tf, passes[l], derivatives)),
          );
        });
    });
  finish(out, mask, images.count);
  return out;
}

function collect(out: Float64Array, { kernel, bias }: Places, of: LayerWeights): void {
  addAt(out, kernel, of.kernel);
  addAt(out, bias, of.bias);
}

/** Sum to mean, and only what survives. */
function finish(out: Float64Array, mask: Mask, count: number): void {
  for (let i = 0; i < out.length; i++) out[i] = mask[i] === 1 ? out[i] / count : 0;
}

function refuse({ network, mask, images }: EngineOptions): void {
  const problem = maskProblem(network.layout, mask);
  if (problem !== undefined) throw new UserError(problem);
  const { pixels, labels, count, inputs } = images;
  if (inputs !== network.inputs)
    throw new UserError(
      `the images have ${inputs} pixels, but the network takes ${network.inputs}: choose a data set (or its downsampling) and a network that fit`,
    );
  if (count === 0 || pixels.length !== count * inputs || labels.length !== count)
    throw new UserError(`there are ${labels.length} labels and ${pixels.length} pixels for ${count} images`);
  const wrong = labels.findIndex((label) => label >= network.outputs);
  if (wrong >= 0)
    throw new UserError(
      `image ${wrong} has label ${labels[wrong]}, but the network has ${network.outputs} outputs (labels 0 to ${network.outputs - 1})`,
    );
}
