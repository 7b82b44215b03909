import type { Images } from '../../src/population/evaluator.js';
import { networkSpecOf, buildNetwork } from '../../src/networks/index.js';
import type { Network } from '../../src/networks/network.js';
import { streamKey, uniform } from '../../src/numeric/rng.js';

/**
 * An independent float64 classifier whose derivatives come from hyper-dual numbers: v + a e1 + b e2 + c e1 e2 with
 * e1^2 = e2^2 = 0. With e1 on entry i and e2 on entry j, c is the exact second derivative. No backward pass to get wrong.
 */
interface Dual {
  readonly v: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const dual = (v: number, a = 0, b = 0, c = 0): Dual => ({ v, a, b, c });
const plus = (x: Dual, y: Dual): Dual => dual(x.v + y.v, x.a + y.a, x.b + y.b, x.c + y.c);
const times = (x: Dual, y: Dual): Dual =>
  dual(
    x.v * y.v,
    x.v * y.a + x.a * y.v,
    x.v * y.b + x.b * y.v,
    x.v * y.c + x.a * y.b + x.b * y.a + x.c * y.v,
  );
/** f(x) from f, f' and f'' at x.v. */
const lift = (x: Dual, f: number, df: number, ddf: number): Dual =>
  dual(f, df * x.a, df * x.b, df * x.c + ddf * x.a * x.b);

function activate(x: Dual, activation: string): Dual {
  if (activation === 'none') return x;
  if (activation === 'relu') return x.v > 0 ? x : dual(0);
  const t = Math.tanh(x.v);
  return lift(x, t, 1 - t * t, -2 * t * (1 - t * t));
}

function crossEntropy(logits: readonly Dual[], label: number): Dual {
  const most = Math.max(...logits.map(({ v }) => v));
  let sum = dual(0);
  for (const logit of logits) {
    const e = Math.exp(logit.v - most);
    sum = plus(sum, lift(logit, e, e, e));
  }
  const logSum = lift(sum, most + Math.log(sum.v), 1 / sum.v, -1 / (sum.v * sum.v));
  return plus(logSum, times(dual(-1), logits[label]));
}

export interface ReferenceNet {
  readonly network: Network;
  readonly images: Images;
  loss(weights: ArrayLike<number>): number;
  gradient(weights: ArrayLike<number>): Float64Array;
  /** Row-major n x n. */
  hessian(weights: ArrayLike<number>): Float64Array;
  /** z'Hz, in one pass. */
  quadratic(weights: ArrayLike<number>, z: ArrayLike<number>): number;
  /** Row-major n x n: mean over the images of J'(diag p - p p')J. */
  gaussNewton(weights: ArrayLike<number>): Float64Array;
}

/** Mean cross-entropy of a fully connected net over a few random images. */
export function referenceNet(
  layers: readonly number[],
  activation: 'tanh' | 'relu',
  images = randomImages(layers[0], layers[layers.length - 1], 12),
): ReferenceNet {
  const { count } = images;
  const network = buildNetwork(networkSpecOf({ model: 'mlp', layers: [...layers], activation }));
  const n = network.layout.size;
  const logitsOf = (weights: readonly Dual[], image: number): Dual[] => {
    let values = Array.from(images.pixels.subarray(image * layers[0], (image + 1) * layers[0]), (v) =>
      dual(v),
    );
    for (const layer of network.layers) {
      const [bias, kernel] = ['bias', 'kernel'].map((kind) =>
        network.layout.tensors.find((t) => t.path === `${layer.name}/${kind}`)!,
      );
      values = Array.from({ length: layer.outputs }, (_, o) => {
        let sum = weights[bias.offset + o];
        for (let i = 0; i < layer.inputs; i++)
          sum = plus(sum, times(values[i], weights[kernel.offset + i * layer.outputs + o]));
        return activate(sum, layer.activation);
      });
    }
    return values;
  };
  const total = (weights: ArrayLike<number>, i: number, j: number): Dual =>
    lossOf(Array.from(weights, (v, k) => dual(v, k === i ? 1 : 0, k === j ? 1 : 0)));
  const lossOf = (seeded: readonly Dual[]): Dual => {
    let sum = dual(0);
    for (let image = 0; image < count; image++)
      sum = plus(sum, crossEntropy(logitsOf(seeded, image), images.labels[image]));
    return times(sum, dual(1 / count));
  };
  return {
    network,
    images,
    loss: (weights) => total(weights, -1, -1).v,
    gradient: (weights) => Float64Array.from({ length: n }, (_, i) => total(weights, i, -1).a),
    hessian: (weights) =>
      Float64Array.from({ length: n * n }, (_, at) => total(weights, Math.floor(at / n), at % n).c),
    quadratic: (weights, z) => lossOf(Array.from(weights, (v, k) => dual(v, z[k], z[k]))).c,
    gaussNewton: (weights) => {
      const out = new Float64Array(n * n);
      for (let image = 0; image < count; image++) addGaussNewton(out, jacobian(weights, image), 1 / count);
      return out;
    },
  };

  function jacobian(weights: ArrayLike<number>, image: number): { values: number[]; slopes: number[][] } {
    const columns = Array.from({ length: n }, (_, i) =>
      logitsOf(
        Array.from(weights, (v, k) => dual(v, k === i ? 1 : 0)),
        image,
      ),
    );
    return {
      values: columns[0].map(({ v }) => v),
      slopes: columns.map((column) => column.map(({ a }) => a)),
    };
  }
}

function addGaussNewton(
  out: Float64Array,
  { values, slopes }: { values: number[]; slopes: number[][] },
  factor: number,
): void {
  const most = Math.max(...values);
  const powers = values.map((v) => Math.exp(v - most));
  const p = powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
  const n = slopes.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let [inner, left, right] = [0, 0, 0];
      p.forEach((share, c) => {
        inner += share * slopes[i][c] * slopes[j][c];
        left += share * slopes[i][c];
        right += share * slopes[j][c];
      });
      out[i * n + j] += factor * (inner - left * right);
    }
}

/** Uniform pixels from -1 to 1 and labels that have nothing to do with them. */
export function randomImages(inputs: number, outputs: number, count: number): Images {
  const key = streamKey(1, 'images');
  const pixels = new Float32Array(new SharedArrayBuffer(4 * count * inputs));
  for (let i = 0; i < pixels.length; i++) pixels[i] = 2 * uniform(key, 0, i) - 1;
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  for (let i = 0; i < count; i++) labels[i] = Math.floor(outputs * uniform(key, 1, i));
  return { pixels, labels, count, inputs };
}

/** Weights from -scale to scale. */
export function randomWeights(n: number, scale: number, seed = 1): Float64Array {
  const key = streamKey(seed, 'weights');
  return Float64Array.from({ length: n }, (_, i) => scale * (2 * uniform(key, 0, i) - 1));
}
