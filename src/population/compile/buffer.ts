import type { Layer } from '../../networks/network.js';

/**
 * Where the activations that a layer reads stand, in rows. A convolution's planes stand one after the other, with a
 * row of zeros above and below and one zero to the left of each line; the zero to its right is the next line's.
 * Wider borders are not needed: taps that are wholly outside are left out.
 */
export interface ActivationBuffer {
  readonly rows: number;
  /** Rows from a pixel to the one below; 0 for a dense layer. */
  readonly pitch: number;
  /** Rows from a channel to the next; 0 for a dense layer. */
  readonly plane: number;
  /** Row of each activation, by its flat channel-last index. */
  readonly rowOf: Int32Array;
}

export function bufferOf(layer: Layer): ActivationBuffer {
  if (layer.kind === 'dense') return linearBuffer(layer.inputs);
  const { height, width, inputs } = layer;
  const pitch = width + 1;
  const plane = (height + 2) * pitch + 1;
  const rowOf = new Int32Array(height * width * inputs);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < inputs; c++) rowOf[i++] = c * plane + (y + 1) * pitch + x + 1;
  return { rows: inputs * plane, pitch, plane, rowOf };
}

/** Row i is activation i: what a dense layer or the loss reads. */
export function linearBuffer(count: number): ActivationBuffer {
  return { rows: count, pitch: 0, plane: 0, rowOf: Int32Array.from({ length: count }, (_, i) => i) };
}
