import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Layer } from '../networks/network.js';
import type { Tf } from './backend.js';
import type { Forward } from './layer-operations.js';
import {
  afterActivation,
  activate,
  linear,
  linearInputGradient,
  linearWeightGradient,
  poolGradient,
  secondAfterActivation,
} from './layer-operations.js';
import type { LayerWeights } from './parameters.js';

/** Derivatives of the loss at one layer, on the way back. */
export interface Backward {
  /** By the output h. */
  readonly output: Tensor;
  /** By pooled + b. */
  readonly sum: Tensor;
  /** By the product W x. */
  readonly product: Tensor;
}

/** Tangents along a direction V, on the way forward. */
interface ForwardTangent {
  /** R{x}; undefined at the first layer, whose input does not depend on the weights. */
  readonly input: Tensor | undefined;
  /** R{pooled + b}. */
  readonly sum: Tensor;
  readonly output: Tensor;
}

/** Shape of a batch as the layer takes it: images stay flat but for convolutions. */
function shaped(tf: Tf, tensor: Tensor, layer: Layer): Tensor {
  const count = tensor.shape[0] ?? 0;
  if (layer.kind === 'dense') return tf.reshape(tensor, [count, layer.inputs]);
  return tf.reshape(tensor, [count, layer.height, layer.width, layer.inputs]);
}

/** All layers on a batch of inputs, rows of the first layer's inputs. */
export function forward(
  tf: Tf,
  layers: readonly Layer[],
  weights: readonly LayerWeights[],
  batch: Tensor2D,
): Forward[] {
  const passes: Forward[] = [];
  let x: Tensor = batch;
  layers.forEach((layer, l) => {
    const input = shaped(tf, x, layer);
    const product = linear(tf, layer, input, weights[l].kernel);
    const pooled = isPooled(layer) ? tf.maxPool<Tensor4D>(product as Tensor4D, 2, 2, 'valid') : product;
    x = activate(tf, layer.activation, tf.add(pooled, weights[l].bias));
    passes.push({ layer, weights: weights[l], input, product, pooled, output: x });
  });
  return passes;
}

/** Derivatives at all layers, from those by the last output. */
export function backward(tf: Tf, passes: readonly Forward[], last: Tensor): Backward[] {
  const derivatives: Backward[] = [];
  let output = last;
  for (let l = passes.length - 1; l >= 0; l--) {
    const pass = passes[l];
    const sum = afterActivation(tf, pass, output);
    const product = poolGradient(tf, pass, sum);
    derivatives[l] = { output, sum, product };
    if (l > 0)
      output = tf.reshape(
        linearInputGradient(tf, pass.layer, product, pass.weights.kernel),
        passes[l - 1].output.shape,
      );
  }
  return derivatives;
}

/** The gradient by the weights of a layer: sums over the batch, not means. */
export function weightGradient(tf: Tf, pass: Forward, { sum, product }: Backward): LayerWeights {
  return { kernel: linearWeightGradient(tf, pass.layer, pass.input, product), bias: sumOverBatch(tf, sum) };
}

/** Sum over all but the channels, in two steps of short sums: float32 would blur one long one. */
export function sumOverBatch(tf: Tf, tensor: Tensor): Tensor {
  const channels = tensor.shape[tensor.shape.length - 1];
  const images = tensor.shape[0];
  const positions = tensor.size / (images * channels);
  const perPosition = tf.matMul(tf.ones([1, images]), tf.reshape(tensor, [images, positions * channels]));
  const total = tf.matMul(tf.ones([1, positions]), tf.reshape(perPosition, [positions, channels]));
  return tf.reshape(total, [channels]);
}

/** R{forward}: how all layers change along a direction of the weights. */
export function forwardTangents(
  tf: Tf,
  passes: readonly Forward[],
  direction: readonly LayerWeights[],
  largest: readonly (Tensor | undefined)[],
): ForwardTangent[] {
  const tangents: ForwardTangent[] = [];
  let previous: Tensor | undefined;
  passes.forEach((pass, l) => {
    const { layer, weights } = pass;
    const input = previous && shaped(tf, previous, layer);
    // R{W x} = V x + W R{x}
    const byDirection = linear(tf, layer, pass.input, direction[l].kernel);
    const product = input ? tf.add(byDirection, linear(tf, layer, input, weights.kernel)) : byDirection;
    const sum = tf.add(pooledTangent(tf, largest[l], product), direction[l].bias);
    previous = afterActivation(tf, pass, sum);
    tangents.push({ input, sum, output: previous });
  });
  return tangents;
}

/** 1 at the largest pixel under each window, 0 elsewhere; undefined where the layer does not pool. */
export function largestUnderWindows(tf: Tf, pass: Forward): Tensor | undefined {
  return isPooled(pass.layer) ? poolGradient(tf, pass, tf.onesLike(pass.pooled)) : undefined;
}

/** The tangent of the largest pixel under each window: three of the four products are 0, so that no sum is rounded. */
function pooledTangent(tf: Tf, largest: Tensor | undefined, product: Tensor): Tensor {
  if (largest === undefined) return product;
  return tf.mul(tf.avgPool(tf.mul<Tensor4D>(largest, product), 2, 2, 'valid'), 4);
}

/** R{backward}, folded into R{gradient}: the Hessian product, one layer's part after the other from the last. */
export function tangentGradients(
  tf: Tf,
  passes: readonly Forward[],
  along: {
    readonly derivatives: readonly Backward[];
    readonly direction: readonly LayerWeights[];
    readonly tangents: readonly ForwardTangent[];
    /** R{dL / last output}. */
    readonly last: Tensor;
  },
): LayerWeights[] {
  const { derivatives, direction, tangents } = along;
  const gradients: LayerWeights[] = [];
  let output = along.last;
  for (let l = passes.length - 1; l >= 0; l--) {
    const pass = passes[l];
    const first = afterActivation(tf, pass, output);
    const second = secondAfterActivation(tf, pass, derivatives[l].output, tangents[l].output);
    const sum = second ? tf.add(first, second) : first;
    const product = poolGradient(tf, pass, sum);
    // R{dL/dW} = R{delta} x' + delta R{x}'
    const kernel = linearWeightGradient(tf, pass.layer, pass.input, product);
    const { input } = tangents[l];
    gradients[l] = {
      kernel: input
        ? tf.add(kernel, linearWeightGradient(tf, pass.layer, input, derivatives[l].product))
        : kernel,
      bias: sumOverBatch(tf, sum),
    };
    if (l > 0)
      // R{W' delta} = W' R{delta} + V' delta
      output = tf.reshape(
        tf.add(
          linearInputGradient(tf, pass.layer, product, pass.weights.kernel),
          linearInputGradient(tf, pass.layer, derivatives[l].product, direction[l].kernel),
        ),
        passes[l - 1].output.shape,
      );
  }
  return gradients;
}

function isPooled(layer: Layer): boolean {
  return layer.kind === 'conv' && layer.pool;
}
