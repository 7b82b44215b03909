import type { Tensor } from '@tensorflow/tfjs-core';
import type { Layer, Network } from '../networks/network.js';
import type { TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import type { Tf } from './backend.js';

export type Vector = Float32Array | Float64Array;

/** The weights of one layer, or something of the same shape: a direction, a gradient. */
export interface LayerWeights {
  /** Dense (in, out), convolution (side, side, in, out). */
  readonly kernel: Tensor;
  /** (out). */
  readonly bias: Tensor;
}

/** Which entries of the flat layout are whose. */
export interface Places {
  readonly kernel: TensorLayout;
  readonly bias: TensorLayout;
}

/** One entry for each layer, in the order of execution. */
export function placesOf({ layers, layout }: Network): readonly Places[] {
  const find = ({ name }: Layer, kind: TensorLayout['kind']): TensorLayout =>
    layout.tensors.find((tensor) => tensor.module === name && tensor.kind === kind) as TensorLayout;
  return layers.map((layer) => ({ kernel: find(layer, 'kernel'), bias: find(layer, 'bias') }));
}

/** P w in float32. */
export function masked(weights: Vector, mask: Mask): Float32Array {
  const out = new Float32Array(mask.length);
  for (let i = 0; i < out.length; i++) if (mask[i] === 1) out[i] = weights[i];
  return out;
}

/** False when an entry is NaN or beyond float32: kernels may swallow those. */
export function isFiniteVector(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]) < Infinity)) return false;
  return true;
}

/** Flat float32 weights as one pair of tensors a layer. */
export function layerWeights(tf: Tf, places: readonly Places[], flat: Float32Array): LayerWeights[] {
  const tensor = ({ offset, size, shape }: TensorLayout): Tensor =>
    tf.tensor(flat.subarray(offset, offset + size), [...shape]);
  return places.map(({ kernel, bias }) => ({ kernel: tensor(kernel), bias: tensor(bias) }));
}

/** out += the tensor's entries, at its place. */
export function addAt(out: Float64Array, { offset, size }: TensorLayout, tensor: Tensor): void {
  const values = tensor.dataSync();
  for (let i = 0; i < size; i++) out[offset + i] += values[i];
}
