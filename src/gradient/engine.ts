import { UserError } from '../base/result.js';
import type { Network } from '../networks/network.js';
import { maskProblem } from '../numeric/mask.js';
import type { Mask } from '../numeric/mask.js';
import type { Backend } from './backend.js';
import type { Images } from './batches.js';
import { gaussNewtonDiagonal, meanGradient, meanLoss } from './evaluate.js';
import type { Work } from './evaluate.js';
import { createHessianProduct } from './hessian-product.js';
import { masked, placesOf } from './parameters.js';
import type { Vector } from './parameters.js';

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
  /**
   * out = P H P v: the exact Hessian of L (forward-over-reverse), not the Gauss-Newton approximation. What depends on
   * the weights alone is kept from one product to the next. NaN when the weights have diverged.
   */
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
  const hessian = createHessianProduct(work);
  return {
    loss: (weights) => meanLoss(work, flat(weights)),
    gradient: (out, weights) => meanGradient(work, flat(weights), { out, count: images.count }),
    batchGradient: (out, weights, indices) =>
      meanGradient(work, flat(weights), { out, count: indices.length, indices }),
    hessianVector: (out, weights, vector) => hessian.product(out, flat(weights), flat(vector)),
    gaussNewtonDiagonal: (weights) => gaussNewtonDiagonal(work, flat(weights)),
    dispose: () => hessian.dispose(),
  };
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
