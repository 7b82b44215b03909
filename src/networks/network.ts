import type { Layout } from '../numeric/layout.js';

export type Activation = 'relu' | 'tanh' | 'none';

/** How the entries of a tensor are drawn when a network is initialised (numerics 3.1). */
export type BiasInit = 'uniform-0.05' | 'zero';

export interface DenseLayer {
  readonly kind: 'dense';
  /** Module name in the layout, for example `Dense_0`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly biasInit: BiasInit;
}

/** Stride-1 cross-correlation, then bias, then activation, then (optionally) 2 x 2 max-pooling with stride 2. */
export interface ConvLayer {
  readonly kind: 'conv';
  readonly name: string;
  /** Side of the square kernel. */
  readonly kernel: number;
  /** Size of the incoming image planes (height, width) and channels. */
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly padding: 'same' | 'valid';
  readonly activation: Activation;
  readonly pool: boolean;
  readonly biasInit: BiasInit;
}

export type Layer = DenseLayer | ConvLayer;

/**
 * A feed-forward network described by its layers. Activations between layers are flat, channel-last (H, W, C)
 * row-major, so that a dense layer after a convolution needs no explicit flatten. The last layer's activation is
 * `none`: it yields logits (or raw actions); only Brax policies squash their actions by `tanh`.
 */
export interface Network {
  /** Registry name, for example `mlp` or `cnn-small`. */
  readonly model: string;
  /** Length of one input example: H * W * C, or the number of features. */
  readonly inputs: number;
  readonly outputs: number;
  readonly layers: readonly Layer[];
  readonly layout: Layout;
}
