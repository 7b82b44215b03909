import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Activation, ConvLayer, Layer } from '../networks/network.js';
import type { Tf } from './backend.js';
import type { LayerWeights } from './parameters.js';

/** What a layer computed on the way forward. */
export interface Forward {
  readonly layer: Layer;
  readonly weights: LayerWeights;
  /** The layer's input x. */
  readonly input: Tensor;
  /** W x, before bias and pooling. */
  readonly product: Tensor;
  /** The largest product under each window; `product` itself without pooling. */
  readonly pooled: Tensor;
  /** h = f(pooled + b). The bias is the same under a window: adding it after pooling changes nothing. */
  readonly output: Tensor;
}

/** Zeros on one side and the other: what a stride-1 convolution adds to keep its size, or none. */
export function paddingOf({ kernel, padding }: ConvLayer): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  const before = Math.floor((kernel - 1) / 2);
  return [before, kernel - 1 - before];
}

/** Convolution with given zeros around the images. TensorFlow has a fast way for `same`, which most are. */
function convolve(tf: Tf, x: Tensor, kernel: Tensor, [before, after]: readonly [number, number]): Tensor {
  const side = kernel.shape[0];
  const same = before === Math.floor((side - 1) / 2) && before + after === side - 1;
  if (same || before + after === 0)
    return tf.conv2d(x as Tensor4D, kernel as Tensor4D, 1, same ? 'same' : 'valid');
  const around: [number, number] = [before, after];
  const padded = tf.pad(x as Tensor4D, [[0, 0], around, around, [0, 0]]);
  return tf.conv2d(padded, kernel as Tensor4D, 1, 'valid');
}

/** W x: the linear part of a layer, without its bias. */
export function linear(tf: Tf, layer: Layer, x: Tensor, kernel: Tensor): Tensor {
  if (layer.kind === 'dense') return tf.matMul(x, kernel);
  return convolve(tf, x, kernel, paddingOf(layer));
}

/**
 * W' delta: of a convolution again a convolution, with the kernel turned by half and its channels exchanged. (The
 * operation that TensorFlow.js has for it is ten times as slow on the wasm backend.)
 */
export function linearInputGradient(tf: Tf, layer: Layer, delta: Tensor, kernel: Tensor): Tensor {
  if (layer.kind === 'dense') return tf.matMul(delta, tf.transpose(kernel as Tensor2D));
  const turned = tf.transpose(tf.reverse(kernel as Tensor4D, [0, 1]), [0, 1, 3, 2]);
  const [before, after] = paddingOf(layer);
  return convolve(tf, delta, turned, [layer.kernel - 1 - before, layer.kernel - 1 - after]);
}

/** delta x', summed over the batch. */
export function linearWeightGradient(tf: Tf, layer: Layer, x: Tensor, delta: Tensor): Tensor {
  if (layer.kind === 'dense') return tf.matMul(tf.transpose(x as Tensor2D), delta);
  const { kernel, inputs, outputs, padding } = layer;
  return tf.engine().runKernel(
    'Conv2DBackpropFilter',
    { x, dy: delta },
    {
      strides: 1,
      pad: padding,
      dataFormat: 'NHWC',
      filterShape: [kernel, kernel, inputs, outputs],
    },
  );
}

export function activate(tf: Tf, activation: Activation, sum: Tensor): Tensor {
  if (activation === 'none') return sum;
  return activation === 'relu' ? tf.relu(sum) : tf.tanh(sum);
}

/** f'(sum) times a derivative by the output, or times a tangent of the sum. */
export function afterActivation(tf: Tf, { layer, output }: Forward, factor: Tensor): Tensor {
  if (layer.activation === 'none') return factor;
  if (layer.activation === 'relu') return tf.mul(factor, tf.step(output));
  return tf.mul(factor, tf.sub(1, tf.square(output)));
}

/** R{f'(sum)} times the derivative by the output: -2 h R{h} dL/dh for tanh, nothing where f is linear in pieces. */
export function secondAfterActivation(
  tf: Tf,
  { layer, output }: Forward,
  derivative: Tensor,
  tangent: Tensor,
): Tensor | undefined {
  if (layer.activation !== 'tanh') return undefined;
  return tf.mul(tf.mul(tf.mul(output, tangent), derivative), -2);
}

/** From a derivative by the pooled products to one by all products: the largest under each window gets it. */
export function poolGradient(tf: Tf, { layer, product, pooled }: Forward, derivative: Tensor): Tensor {
  if (layer.kind !== 'conv' || !layer.pool) return derivative;
  return tf
    .engine()
    .runKernel(
      'MaxPoolGrad',
      { dy: derivative, input: product, output: pooled },
      { filterSize: 2, strides: 2, pad: 'valid' },
    );
}
