// Layers, one image and one number at a time: what the kernels have to equal, bit for bit. Written from the contract
// and the meaning of a layer, not from the kernels: no lists, no blocks, no padding.
import { tanhReference } from './elementary.js';

const f = Math.fround;

export type ActivationName = 'relu' | 'tanh' | 'none';

/** A layer's own part of the flat vectors: bias `outputs`; kernel and mask (positions x outputs), row-major. */
export interface LayerValues {
  readonly outputs: number;
  readonly bias: ArrayLike<number>;
  readonly kernel: ArrayLike<number>;
  readonly mask: ArrayLike<number>;
}

/** Stride 1, planes (height x width x inputs), square kernel (kernel x kernel x inputs x outputs). */
export interface ConvolutionShape {
  readonly kernel: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly padding: 'same' | 'valid';
  readonly pool: boolean;
}

/**
 * Kernel positions of one output in the order of its sum: those that its partner (2i and 2i + 1 are partners) has as
 * well, ascending, then its own, ascending.
 */
export function sumOrder(values: LayerValues, output: number): number[] {
  const positions = values.kernel.length / values.outputs;
  const partner = output % 2 === 0 ? output + 1 : output - 1;
  const has = (position: number, of: number): boolean =>
    of < values.outputs && values.mask[position * values.outputs + of] === 1;
  const own = Array.from({ length: positions }, (_, position) => position).filter((at) => has(at, output));
  return [...own.filter((at) => has(at, partner)), ...own.filter((at) => !has(at, partner))];
}

/** bias + sum of weight * read(position), in order; positions that read nothing (undefined) are left out. */
function weightedSum(
  values: LayerValues,
  output: number,
  order: readonly number[],
  read: (position: number) => number | undefined,
): number {
  let sum = f(f(values.bias[output]) + 0);
  for (const position of order) {
    const x = read(position);
    if (x !== undefined) sum = f(sum + f(f(values.kernel[position * values.outputs + output]) * x));
  }
  return sum;
}

/** a unless b is larger: NaN in a stays. */
const larger = (a: number, b: number): number => (a < b ? b : a);

/** Both activations are monotone, so that they may come after the pooling. */
function activate(x: number, activation: ActivationName): number {
  if (activation === 'relu') return larger(x, 0);
  return activation === 'tanh' ? tanhReference(x) : x;
}

/** outputs[o] of a dense layer on one image. */
export function denseReference(
  input: Float32Array,
  values: LayerValues,
  activation: ActivationName,
): Float32Array {
  return Float32Array.from({ length: values.outputs }, (_, output) =>
    activate(
      weightedSum(values, output, sumOrder(values, output), (position) => input[position]),
      activation,
    ),
  );
}

/** Planes (height x width x outputs) of a convolution, pooled if so asked, on one image. */
export function convolutionReference(
  input: Float32Array,
  values: LayerValues,
  shape: ConvolutionShape,
  activation: ActivationName,
): Float32Array {
  const shrink = shape.padding === 'same' ? 0 : shape.kernel - 1;
  const divisor = shape.pool ? 2 : 1;
  const height = Math.floor((shape.height - shrink) / divisor);
  const width = Math.floor((shape.width - shrink) / divisor);
  const planes = new Float32Array(height * width * values.outputs);
  for (let output = 0; output < values.outputs; output++) {
    const order = sumOrder(values, output);
    const at = (y: number, x: number): number =>
      weightedSum(values, output, order, (position) => pixel(input, shape, position, { y, x }));
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const sum = shape.pool
          ? larger(
              larger(at(2 * y, 2 * x), at(2 * y, 2 * x + 1)),
              larger(at(2 * y + 1, 2 * x), at(2 * y + 1, 2 * x + 1)),
            )
          : at(y, x);
        planes[(y * width + x) * values.outputs + output] = activate(sum, activation);
      }
  }
  return planes;
}

/** What kernel position (ky, kx, channel) reads for the output at (y, x); undefined outside of the planes. */
function pixel(
  input: Float32Array,
  shape: ConvolutionShape,
  position: number,
  at: { readonly y: number; readonly x: number },
): number | undefined {
  const padding = shape.padding === 'same' ? (shape.kernel - 1) / 2 : 0;
  const place = Math.floor(position / shape.inputs);
  const y = at.y + Math.floor(place / shape.kernel) - padding;
  const x = at.x + (place % shape.kernel) - padding;
  if (y < 0 || y >= shape.height || x < 0 || x >= shape.width) return undefined;
  return input[(y * shape.width + x) * shape.inputs + (position % shape.inputs)];
}
