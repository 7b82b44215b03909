import type { Network } from '../networks/network.js';
import type { Mask } from '../numeric/mask.js';
import type { Backend, Tf } from './backend.js';
import { chunksOf } from './batches.js';
import type { Batch, Images } from './batches.js';
import { crossEntropy, curvatureFactor, errors, softmax } from './cross-entropy.js';
import { squaredGradient } from './gauss-newton.js';
import type { Forward } from './layer-operations.js';
import { addAt, isFiniteVector, layerWeights } from './parameters.js';
import type { LayerWeights, Places } from './parameters.js';
import { backward, forward, weightGradient } from './passes.js';

/** What every evaluation of one engine has in common. */
export interface Work {
  readonly network: Network;
  readonly mask: Mask;
  readonly images: Images;
  readonly backend: Backend;
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
export function onBatch(
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

export function meanLoss(work: Work, weights: Float32Array): number {
  if (!isFiniteVector(weights)) return NaN;
  let total = 0;
  for (const batch of chunksOf(work.images))
    onBatch(work, weights, batch, (_, { logits }) => {
      total += crossEntropy(logits, batch.labels, work.network.outputs);
    });
  return total / work.images.count;
}

export function meanGradient(work: Work, weights: Float32Array, { out, count, indices }: Wanted): number {
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

export function gaussNewtonDiagonal(work: Work, weights: Float32Array): Float64Array {
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

export function collect(out: Float64Array, { kernel, bias }: Places, of: LayerWeights): void {
  addAt(out, kernel, of.kernel);
  addAt(out, bias, of.bias);
}

/** Sum to mean, and only what survives. */
export function finish(out: Float64Array, mask: Mask, count: number): void {
  for (let i = 0; i < out.length; i++) out[i] = mask[i] === 1 ? out[i] / count : 0;
}
