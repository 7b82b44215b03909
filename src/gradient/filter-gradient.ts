import { wasm } from '../numeric/kernels/generated/filter-gradient.js';
import { createMemory, instantiate } from '../numeric/kernels/module.js';

/** A stride-1 convolution over a batch: input images x kernel -> output images. */
export interface ConvolutionShape {
  readonly images: number;
  /** Input images. */
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  /** Output images. */
  readonly rows: number;
  readonly columns: number;
  readonly outputs: number;
  /** Side of the square kernel. */
  readonly side: number;
  /** Zeros above and to the left of an input image. */
  readonly before: number;
}

export interface FilterGradientRequest {
  /** images x height x width x inputs. */
  readonly input: Float32Array;
  /** Derivative of the loss by the output: images x rows x columns x outputs. */
  readonly delta: Float32Array;
  readonly shape: ConvolutionShape;
  /** True: the sum over images of the *squares* of each image's gradient. */
  readonly squared: boolean;
}

type Kernel = (
  input: number,
  delta: number,
  out: number,
  images: number,
  rows: number,
  columns: number,
  inputs: number,
  outputs: number,
  side: number,
  squared: number,
) => void;

/** Output channels that the kernel takes at a time. */
const lanes = 8;

let bench: { readonly bytes: number; readonly floats: Float32Array; readonly kernel: Kernel } | undefined;

/** Memory for the kernel: it only grows, and is used by one call at a time. */
function benchOf(bytes: number) {
  if (bench !== undefined && bench.bytes >= bytes) return bench;
  const memory = createMemory(bytes);
  const { filterGradient } = instantiate<{ filterGradient: Kernel }>(wasm, memory);
  bench = {
    bytes: memory.buffer.byteLength,
    floats: new Float32Array(memory.buffer),
    kernel: filterGradient,
  };
  return bench;
}

/**
 * Writes the gradient of a convolution's kernel, side x side x inputs x outputs. Every image's sum is taken apart, in
 * the order of its pixels, then the images one after the other: the same bytes everywhere.
 */
export function filterGradient(out: Float32Array, request: FilterGradientRequest): void {
  const { shape, squared } = request;
  const { images, rows, columns, inputs, outputs, side } = shape;
  const width = Math.ceil(outputs / lanes) * lanes;
  const inputLength = images * (rows + side - 1) * (columns + side - 1) * inputs;
  const deltaLength = images * rows * columns * width;
  const outLength = side * side * inputs * width;
  const { floats, kernel } = benchOf(4 * (inputLength + deltaLength + outLength + lanes));
  // Aligned to the kernel's vectors.
  const deltaAt = Math.ceil(inputLength / lanes) * lanes;
  const outAt = deltaAt + deltaLength;
  placeInput(floats.subarray(0, inputLength), request);
  placeRows(floats.subarray(deltaAt, outAt), request.delta, { from: outputs, to: width });
  floats.fill(0, outAt, outAt + outLength);
  kernel(0, 4 * deltaAt, 4 * outAt, images, rows, columns, inputs, width, side, squared ? 1 : 0);
  for (let tap = 0; tap < side * side * inputs; tap++)
    out.set(floats.subarray(outAt + tap * width, outAt + tap * width + outputs), tap * outputs);
}

/** The images with zeros around them. */
function placeInput(to: Float32Array, { input, shape }: FilterGradientRequest): void {
  const { images, height, width, inputs, rows, columns, side, before } = shape;
  const pitch = (columns + side - 1) * inputs;
  const length = width * inputs;
  to.fill(0);
  for (let image = 0; image < images; image++)
    for (let y = 0; y < height; y++) {
      const from = (image * height + y) * length;
      const at = (image * (rows + side - 1) + y + before) * pitch + before * inputs;
      to.set(input.subarray(from, from + length), at);
    }
}

/** Rows of `from` numbers as rows of `to`, the rest zero. */
function placeRows(
  out: Float32Array,
  values: Float32Array,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  if (from === to) {
    out.set(values);
    return;
  }
  out.fill(0);
  for (let row = 0; row * from < values.length; row++)
    out.set(values.subarray(row * from, (row + 1) * from), row * to);
}
