import type { Tensor } from '@tensorflow/tfjs-core';
import type { ConvLayer } from '../networks/network.js';
import type { Tf } from './backend.js';
import { filterGradient } from './filter-gradient.js';
import type { Backward } from './passes.js';
import { paddingOf } from './layer-operations.js';
import type { Forward } from './layer-operations.js';
import { sumOverBatch } from './passes.js';
import type { LayerWeights } from './parameters.js';

/**
 * Of one layer the sum over the images of the squares of each image's gradient. With derivatives that start from the
 * columns of a factor of the Hessian by the logits, one column after the other, these add up to the diagonal of the
 * Gauss-Newton matrix, exactly.
 */
export function squaredGradient(tf: Tf, pass: Forward, { sum, product }: Backward): LayerWeights {
  const { layer, input } = pass;
  if (layer.kind === 'dense') {
    // One image's gradient is x delta': its square is the product of the squares.
    const squares = tf.square(product);
    return {
      kernel: tf.matMul(tf.transpose(tf.square(input)), squares),
      bias: sumOverBatch(tf, squares),
    };
  }
  return { kernel: squaredFilterGradient(tf, layer, input, product), bias: squaredBiasGradient(tf, sum) };
}

function squaredFilterGradient(tf: Tf, layer: ConvLayer, input: Tensor, delta: Tensor): Tensor {
  const { kernel: side, inputs, outputs, height, width } = layer;
  const [images, rows, columns] = delta.shape;
  const out = new Float32Array(side * side * inputs * outputs);
  filterGradient(out, {
    input: input.dataSync<'float32'>(),
    delta: delta.dataSync<'float32'>(),
    shape: { images, height, width, inputs, rows, columns, outputs, side, before: paddingOf(layer)[0] },
    squared: true,
  });
  return tf.tensor(out);
}

/** Over an image the derivatives of all positions add up, and only then are squared. */
function squaredBiasGradient(tf: Tf, sum: Tensor): Tensor {
  const channels = sum.shape[sum.shape.length - 1];
  const images = sum.shape[0];
  const positions = sum.size / (images * channels);
  const perImage = tf.sum(tf.reshape(sum, [images, positions, channels]), 1);
  return sumOverBatch(tf, tf.square(perImage));
}
