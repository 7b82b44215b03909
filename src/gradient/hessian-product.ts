import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from './backend.js';
import { chunksOf } from './batches.js';
import type { Batch } from './batches.js';
import { errors, errorTangents, softmax } from './cross-entropy.js';
import type { Softmax } from './cross-entropy.js';
import { collect, finish, onBatch } from './evaluate.js';
import type { Work } from './evaluate.js';
import type { Forward } from './layer-operations.js';
import { isFiniteVector, layerWeights } from './parameters.js';
import { backward, forwardTangents, largestUnderWindows, tangentGradients } from './passes.js';
import type { Backward } from './passes.js';

export interface HessianProduct {
  /** out = P H P v at P w; weights and vector are masked already. */
  product(out: Float64Array, weights: Float32Array, vector: Float32Array): void;
  dispose(): void;
}

/** What a product needs of the weights alone, for one batch. */
interface Primal {
  readonly passes: readonly Forward[];
  readonly derivatives: readonly Backward[];
  /** 1 at the largest pixel under each window, 0 elsewhere; undefined where a layer does not pool. */
  readonly largest: readonly (Tensor | undefined)[];
  readonly probabilities: Softmax;
}

/** Lanczos asks for a hundred products at the same weights: up to so many bytes of their primals are kept. */
const keptBytes = 512 * 2 ** 20;

export function createHessianProduct(work: Work): HessianProduct {
  const { network, images, mask } = work;
  const shelf = createShelf();
  return {
    product: (out, weights, vector) => {
      out.fill(isFiniteVector(weights) ? 0 : NaN);
      shelf.openFor(weights);
      let chunk = 0;
      for (const batch of chunksOf(images)) {
        const index = chunk++;
        const primal = shelf.at(index);
        if (primal) work.backend.run((tf) => addProduct(tf, primal, { work, out, vector }));
        else
          onBatch(work, weights, batch, (tf, { passes, logits }) => {
            const made = primalOf(tf, passes, { batch, logits, classes: network.outputs });
            shelf.put(tf, index, made);
            addProduct(tf, made, { work, out, vector });
          });
      }
      finish(out, mask, images.count);
    },
    dispose: () => shelf.clear(),
  };
}

function primalOf(
  tf: Tf,
  passes: readonly Forward[],
  of: { readonly batch: Batch; readonly logits: Float32Array; readonly classes: number },
): Primal {
  const { batch, logits, classes } = of;
  const probabilities = softmax(logits, classes);
  const last = tf.tensor2d(errors(probabilities, batch.labels), [batch.count, classes]);
  const derivatives = backward(tf, passes, last);
  return { passes, derivatives, largest: passes.map((pass) => largestUnderWindows(tf, pass)), probabilities };
}

interface Target {
  readonly work: Work;
  readonly out: Float64Array;
  readonly vector: Float32Array;
}

function addProduct(tf: Tf, primal: Primal, { work, out, vector }: Target): void {
  const { passes, derivatives, largest, probabilities } = primal;
  const direction = layerWeights(tf, work.places, vector);
  const tangents = forwardTangents(tf, passes, direction, largest);
  const moved = tangents[tangents.length - 1].output;
  const shape = moved.shape as [number, number];
  const last = tf.tensor2d(errorTangents(probabilities, moved.dataSync<'float32'>()), shape);
  tangentGradients(tf, passes, { derivatives, direction, tangents, last }).forEach((gradient, l) =>
    collect(out, work.places[l], gradient),
  );
}

/** Primals of one weight vector, by chunk; another vector clears them. */
function createShelf() {
  let owner: Float32Array | undefined;
  let bytes = 0;
  const primals = new Map<number, Primal>();
  const clear = (): void => {
    for (const primal of primals.values()) for (const tensor of tensorsOf(primal)) tensor.dispose();
    primals.clear();
    owner = undefined;
    bytes = 0;
  };
  return {
    clear,
    openFor: (weights: Float32Array): void => {
      if (owner?.every((value, i) => value === weights[i])) return;
      clear();
      owner = weights;
    },
    at: (chunk: number): Primal | undefined => primals.get(chunk),
    put: (tf: Tf, chunk: number, primal: Primal): void => {
      const tensors = tensorsOf(primal);
      const size = [...tensors].reduce((sum, tensor) => sum + 4 * tensor.size, 0);
      if (bytes + size > keptBytes) return;
      for (const tensor of tensors) tf.keep(tensor);
      primals.set(chunk, primal);
      bytes += size;
    },
  };
}

/** Each tensor once: several names may mean the same one. */
function tensorsOf({ passes, derivatives, largest }: Primal): Set<Tensor> {
  return new Set([
    ...passes.flatMap(({ weights, input, product, pooled, output }) => [
      ...Object.values<Tensor>({ ...weights }),
      ...[input, product, pooled, output],
    ]),
    ...derivatives.flatMap(({ output, sum, product }) => [output, sum, product]),
    ...largest.filter((tensor) => tensor !== undefined),
  ]);
}
