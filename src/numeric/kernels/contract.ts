/**
 * What every kernel, in WebAssembly or not, must do. Activations are batch-minor: a row is one activation of the
 * BLOCK images of a block, a buffer is rows one after the other. All pointers are byte offsets into one memory; the
 * caller owns the memory; a kernel allocates nothing and keeps nothing.
 *
 * **Sums.** An output starts at its bias. Outputs 2i and 2i + 1 of a layer are partners: first come the taps that
 * both have, in ascending order of the flat layout, then the output's own taps, again ascending. Every step is one
 * float32 multiplication and one float32 addition, rounded each: the order follows from the mask alone, so the same
 * mask and weights give the same bytes, whichever kernel serves the layer.
 *
 * **Finite numbers.** Kernels are for finite weights and activations (the population checks weights and bounds
 * activations beforehand). A NaN among an output's weights comes out as NaN, and so does one among the activations it
 * reads, but for pooling: there the larger is taken in each line and then of the lines, and the left or upper one stays
 * unless the other is larger. So a NaN at the top left comes out, any other is lost, the bottom left one with the pixel
 * to its right (tested).
 */

/** Images in a block. */
export const BLOCK = 16;
/** Bytes of a row. */
export const ROW_BYTES = BLOCK * 4;

/**
 * Runs the `count` units at `units`. Records are int32 unless marked; offsets are in bytes.
 *
 * single: unit [out, base, list]; list at taps + list: [end, bias: f32], then taps [offset, weight: f32] up to end.
 * pair: unit [outA, outB, base, list]; list: [commonEnd, turnsEnd, end, restIsB, biasA: f32, biasB: f32], then common
 * taps [offset, weightA: f32, weightB: f32], taps in turn [offsetA, weightA: f32, offsetB, weightB: f32], and the rest
 * of the longer output's own taps [offset, weight: f32]. Ends count from `taps`.
 *
 * A tap reads the row at input + base + offset. Pooled kernels read the row beside it and the two one `pitch` (not 0) below,
 * sum the four apart, and write the largest. Nothing less than `floor` is written: 0 is relu, -Infinity is none.
 */
export type LayerKernel = (
  units: number,
  count: number,
  taps: number,
  input: number,
  output: number,
  pitch: number,
  floor: number,
) => void;

/**
 * Replaces the rows at `count` int32 byte offsets `rows` from `base` by a function of them. Largest errors, against
 * the exact value rounded once: exp and log 1 ulp, tanh 2 ulp (tested).
 */
export type RowsKernel = (rows: number, count: number, base: number) => void;

/**
 * Log-softmax, cross-entropy and correct answers of one block: `outputs` rows of logits, a byte per label, of which the
 * first `valid` count. Two float64 at `result`: the sum of the labels' log-likelihoods, taken image by image, and the
 * number of images whose largest logit (the first among equals) is the label's.
 */
export type LossKernel = (
  logits: number,
  outputs: number,
  labels: number,
  valid: number,
  result: number,
) => void;

/**
 * Writes weights into tap lists: the float32 at weights + sources[i] goes to taps + targets[i], for `count` int32 byte
 * offsets each. -0 becomes +0: then no sum is ever -0, and a tap that is zero changes nothing and may be left out.
 */
export type FillKernel = (
  targets: number,
  sources: number,
  count: number,
  weights: number,
  taps: number,
) => void;

/**
 * The largest magnitude among `count` float32, as its bits (int32): they order like the numbers, with infinity and then
 * every NaN above all that is finite.
 */
export type LargestBitsKernel = (values: number, count: number) => number;

/**
 * From image after image to batch-minor: row rows[i] of the block at `out` becomes pixel pixels[i] (byte offsets both,
 * int32) of the BLOCK images at `images`, `stride` bytes apart.
 */
export type LayOutKernel = (
  images: number,
  stride: number,
  pixels: number,
  rows: number,
  count: number,
  out: number,
) => void;

export interface LayerKernels {
  readonly pooledSingle: LayerKernel;
  readonly pooledPair: LayerKernel;
  readonly plainSingle: LayerKernel;
  readonly plainPair: LayerKernel;
}
export type LayerKernelName = keyof LayerKernels;

export interface Kernels extends LayerKernels {
  readonly expRows: RowsKernel;
  readonly logRows: RowsKernel;
  readonly tanhRows: RowsKernel;
  readonly loss: LossKernel;
  readonly layOut: LayOutKernel;
  readonly fill: FillKernel;
  readonly largestBits: LargestBitsKernel;
}
