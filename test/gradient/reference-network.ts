import type { ConvLayer, DenseLayer, Network } from '../../src/networks/network.js';
import type { Mask } from '../../src/numeric/mask.js';

/** An independent network in float64: loops over indices, no tensors. What it computes is compared, not how fast. */
export interface LabelledImages {
  readonly pixels: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly count: number;
  readonly inputs: number;
}

type Weights = ArrayLike<number>;

/** Logits of one image. */
export function logitsOf({ layers, layout }: Network, weights: Weights, image: ArrayLike<number>): number[] {
  let x = Array.from(image);
  for (const layer of layers) {
    const at = (kind: string) =>
      layout.tensors.find((t) => t.module === layer.name && t.kind === kind)!.offset;
    const [kernel, bias] = [at('kernel'), at('bias')];
    const sums = layer.kind === 'dense' ? dense(layer, weights, kernel, x) : conv(layer, weights, kernel, x);
    x = sums.map((sum, i) => activated(layer.activation, sum + weights[bias + (i % layer.outputs)]!));
  }
  return x;
}

function activated(activation: string, sum: number): number {
  if (activation === 'tanh') return Math.tanh(sum);
  return activation === 'relu' ? Math.max(0, sum) : sum;
}

function dense({ inputs, outputs }: DenseLayer, weights: Weights, kernel: number, x: number[]): number[] {
  return Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += x[i]! * weights[kernel + i * outputs + o]!;
    return sum;
  });
}

/** Pooled where the layer pools: the bias comes after. */
function conv(layer: ConvLayer, weights: Weights, kernel: number, x: number[]): number[] {
  const { kernel: side, height, width, inputs, outputs, padding, pool } = layer;
  const before = padding === 'same' ? Math.floor((side - 1) / 2) : 0;
  const rows = padding === 'same' ? height : height - side + 1;
  const columns = padding === 'same' ? width : width - side + 1;
  const at = (row: number, column: number, o: number): number => {
    let sum = 0;
    for (let i = 0; i < side; i++)
      for (let j = 0; j < side; j++) {
        const [y, z] = [row + i - before, column + j - before];
        if (y < 0 || z < 0 || y >= height || z >= width) continue;
        for (let c = 0; c < inputs; c++)
          sum +=
            x[(y * width + z) * inputs + c]! * weights[kernel + ((i * side + j) * inputs + c) * outputs + o]!;
      }
    return sum;
  };
  const step = pool ? 2 : 1;
  const out: number[] = [];
  for (let row = 0; row + step <= rows; row += step)
    for (let column = 0; column + step <= columns; column += step)
      for (let o = 0; o < outputs; o++) {
        const window = [at(row, column, o)];
        if (pool) window.push(at(row, column + 1, o), at(row + 1, column, o), at(row + 1, column + 1, o));
        out.push(Math.max(...window));
      }
  return out;
}

const imageAt = ({ pixels, inputs }: LabelledImages, index: number): number[] =>
  Array.from({ length: inputs }, (_, i) => pixels[index * inputs + i]!);

/** Mean cross-entropy. */
export function lossOf(network: Network, weights: Weights, images: LabelledImages): number {
  let total = 0;
  for (let n = 0; n < images.count; n++) {
    const logits = logitsOf(network, weights, imageAt(images, n));
    const largest = Math.max(...logits);
    const sum = logits.reduce((acc, z) => acc + Math.exp(z - largest), 0);
    total += Math.log(sum) + largest - logits[images.labels[n]!]!;
  }
  return total / images.count;
}

const shifted = (weights: Weights, ...shifts: [number, number][]): Float64Array => {
  const out = Float64Array.from(weights);
  for (const [i, by] of shifts) out[i]! += by;
  return out;
};

/** Central differences, at surviving entries; 0 elsewhere. */
export function gradientOf(
  network: Network,
  weights: Weights,
  images: LabelledImages,
  mask: Mask,
): Float64Array {
  const h = 1e-6;
  return Float64Array.from(mask, (bit, i) => {
    if (bit === 0) return 0;
    const [up, down] = [h, -h].map((by) => lossOf(network, shifted(weights, [i, by]), images));
    return (up! - down!) / (2 * h);
  });
}

/** The dense Hessian by second differences, at surviving entries. Good to about 1e-7 on a smooth network. */
export function hessianOf(
  network: Network,
  weights: Weights,
  images: LabelledImages,
  mask: Mask,
): Float64Array[] {
  const h = 1e-4;
  const loss = (...shifts: [number, number][]) => lossOf(network, shifted(weights, ...shifts), images);
  const n = mask.length;
  const hessian = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      if (mask[i] === 0 || mask[j] === 0) continue;
      const mixed =
        loss([i, h], [j, h]) - loss([i, h], [j, -h]) - loss([i, -h], [j, h]) + loss([i, -h], [j, -h]);
      hessian[i]![j] = hessian[j]![i] = mixed / (4 * h * h);
    }
  return hessian;
}

/** The dense Gauss-Newton matrix, mean of J'(diag p - p p')J, by central differences of the logits. */
export function gaussNewtonOf(
  network: Network,
  weights: Weights,
  images: LabelledImages,
  mask: Mask,
): Float64Array[] {
  const h = 1e-6;
  const n = mask.length;
  const matrix = Array.from({ length: n }, () => new Float64Array(n));
  for (let index = 0; index < images.count; index++) {
    const image = imageAt(images, index);
    const logits = logitsOf(network, weights, image);
    const exponentials = logits.map((z) => Math.exp(z - Math.max(...logits)));
    const sum = exponentials.reduce((a, b) => a + b, 0);
    const p = exponentials.map((e) => e / sum);
    const jacobian = Array.from(mask, (bit, i) => {
      if (bit === 0) return logits.map(() => 0);
      const up = logitsOf(network, shifted(weights, [i, h]), image);
      const down = logitsOf(network, shifted(weights, [i, -h]), image);
      return up.map((z, k) => (z - down[k]!) / (2 * h));
    });
    for (let i = 0; i < n; i++) {
      const centred = p.map((share, k) => share * (jacobian[i]![k]! - dot(p, jacobian[i]!)));
      for (let j = 0; j < n; j++) matrix[i]![j]! += dot(centred, jacobian[j]!) / images.count;
    }
  }
  return matrix;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** ||a - b|| / ||b||. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return norm(Array.from(a, (value, i) => value - b[i]!)) / norm(b);
}

export const times = (matrix: readonly Float64Array[], v: ArrayLike<number>): Float64Array =>
  Float64Array.from(matrix, (row) => dot(row, v));
