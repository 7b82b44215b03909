import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/gradient/backend.js';
import { createGradientEngine } from '../../src/gradient/engine.js';
import type { GradientEngine } from '../../src/gradient/engine.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import { minatar, mnist, normals, problemOf, reluMlp, smallConvolutions, tanhMlp } from './problems.js';
import type { Problem } from './problems.js';
import {
  dot,
  gaussNewtonOf,
  gradientOf,
  hessianOf,
  lossOf,
  norm,
  relativeError,
  times,
} from './reference-network.js';

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** What holds for every backend that computes gradients. */
export function registerGradientLaws(open: () => Promise<Backend>): void {
  const engineOf = async (problem: Problem): Promise<GradientEngine> =>
    createGradientEngine({ ...problem, backend: await open() });
  const product = (engine: GradientEngine, { weights }: Problem, v: Float64Array): Float64Array => {
    const out = new Float64Array(v.length);
    engine.hessianVector(out, weights, v);
    return out;
  };

  describe('the loss', () => {
    test.each([
      ['the MNIST network', mnist(), 24],
      ['the MinAtar network', minatar(), 24],
      ['a tanh network', tanhMlp(), 24],
    ])('of %s equals that of the population kernels, image by image', async (_, network, images) => {
      const problem = problemOf(network, { images, pruned: 0.4 });
      const { mask, weights, images: train } = problem;
      const evaluator = await createEvaluator({ network, mask, train, test: train, threads: 1 });
      const engine = await engineOf(problem);
      const out = new Float64Array(weights.length);
      for (let i = 0; i < images; i++) {
        const [expected] = await evaluator.evaluateMany([weights], 'train', { from: i, to: i + 1 });
        const loss = engine.batchGradient(out, weights, Uint32Array.of(i));
        expect(Math.abs(loss - expected!.loss)).toBeLessThan(1e-5 * Math.max(1, expected!.loss));
      }
      const [all] = await evaluator.evaluateMany([weights], 'train');
      expect(Math.abs(engine.loss(weights) - all!.loss)).toBeLessThan(1e-5 * all!.loss);
      await evaluator.close();
    });

    test('over more images than fit a chunk is the mean over all of them', async () => {
      const problem = problemOf(tanhMlp(), { images: 300, pruned: 0 });
      const engine = await engineOf(problem);
      const { network, weights, images } = problem;
      expect(engine.loss(weights)).toBeCloseTo(lossOf(network, weights, images), 6);
      const all = Uint32Array.from({ length: 300 }, (_, i) => i);
      const out = new Float64Array(weights.length);
      expect(engine.batchGradient(out, weights, all)).toBe(engine.loss(weights));
    });

    test.each([NaN, Infinity, 1e39])('is NaN when a weight is %d', async (value) => {
      const problem = problemOf(reluMlp(), { images: 4, pruned: 0 });
      const engine = await engineOf(problem);
      const weights = problem.weights.slice();
      weights[3] = value;
      expect(engine.loss(weights)).toBeNaN();
      expect(engine.gradient(new Float64Array(weights.length), weights)).toBeNaN();
      expect(product(engine, { ...problem, weights }, problem.weights).some(Number.isNaN)).toBe(true);
    });
  });

  describe('the gradient', () => {
    test.each([
      ['a tanh network', tanhMlp()],
      ['convolutions with pooling', smallConvolutions('tanh')],
      ['convolutions with relu', smallConvolutions('relu')],
    ])('of %s equals float64 central differences', async (_, network) => {
      const problem = problemOf(network, { images: 12, pruned: 0.2 });
      const { weights, images, mask } = problem;
      const out = new Float64Array(weights.length);
      const loss = (await engineOf(problem)).gradient(out, weights);
      const surviving = weights.map((value, i) => value * mask[i]!);
      expect(Math.abs(loss - lossOf(network, surviving, images))).toBeLessThan(1e-6);
      expect(relativeError(out, gradientOf(network, surviving, images, mask))).toBeLessThan(1e-5);
    });

    test('is 0 at pruned entries, and what stands there does not matter', async () => {
      const problem = problemOf(mnist(), { images: 8, pruned: 0.9 });
      const engine = await engineOf(problem);
      const { weights, mask } = problem;
      const elsewhere = weights.map((value, i) => (mask[i] === 1 ? value : 1e30));
      const [a, b] = [weights, elsewhere].map((w) => {
        const out = new Float64Array(w.length).fill(NaN);
        engine.gradient(out, w);
        return out;
      });
      expect(a).toEqual(b);
      mask.forEach((bit, i) => bit === 0 && expect(a![i]).toBe(0));
    });

    test('has the same bytes when it is computed again', async () => {
      const problem = problemOf(mnist(), { images: 130, pruned: 0.3 });
      const [a, b] = await Promise.all(
        [0, 1].map(async () => {
          const out = new Float64Array(problem.weights.length);
          (await engineOf(problem)).gradient(out, problem.weights);
          return out;
        }),
      );
      expect(a).toEqual(b);
    });

    test('leaves no tensors behind', async () => {
      const problem = problemOf(smallConvolutions('tanh'), { images: 4, pruned: 0 });
      const engine = await engineOf(problem);
      const out = new Float64Array(problem.weights.length);
      const tensors = async (): Promise<number> => {
        let count = 0;
        (await open()).run((tf) => (count = tf.memory().numTensors));
        return count;
      };
      const before = await tensors();
      engine.gradient(out, problem.weights);
      engine.hessianVector(out, problem.weights, problem.weights);
      engine.gaussNewtonDiagonal(problem.weights);
      engine.dispose();
      expect(await tensors()).toBe(before);
    });
  });

  describe('the Hessian product', () => {
    test.each([
      ['a tanh network', tanhMlp()],
      ['convolutions with pooling', smallConvolutions('tanh')],
    ])('of %s is that of the dense Hessian, and not that of Gauss and Newton', async (_, network) => {
      const problem = problemOf(network, { images: 10, pruned: 0.2 });
      const { mask, images } = problem;
      const weights = problem.weights.map((value, i) => value * mask[i]!);
      const engine = await engineOf(problem);
      const hessian = hessianOf(network, weights, images, mask);
      const gaussNewton = gaussNewtonOf(network, weights, images, mask);
      for (const row of [0, 1, 2]) {
        const v = normals(weights.length, row);
        const expected = times(hessian, v);
        expect(relativeError(product(engine, problem, v), expected)).toBeLessThan(1e-5);
        expect(relativeError(times(gaussNewton, v), expected)).toBeGreaterThan(1e-2);
      }
    });

    test.each([
      ['the MNIST network', mnist()],
      ['a tanh network', tanhMlp()],
    ])('of %s is symmetric', async (_, network) => {
      const problem = problemOf(network, { images: 64, pruned: 0.5 });
      const engine = await engineOf(problem);
      const survive = (v: Float64Array) => v.map((value, i) => value * problem.mask[i]!);
      const [u, v] = [survive(normals(problem.mask.length, 0)), survive(normals(problem.mask.length, 1))];
      const [hu, hv] = [product(engine, problem, u), product(engine, problem, v)];
      expect(Math.abs(dot(u, hv) - dot(v, hu))).toBeLessThan(1e-6 * norm(u) * norm(hv));
      problem.mask.forEach((bit, i) => bit === 0 && expect(hv[i]).toBe(0));
    });
  });

  test('Hessian products at other weights, and at the first ones again, are those of a new engine', async () => {
    const problem = problemOf(smallConvolutions('tanh'), { images: 140, pruned: 0.2 });
    const elsewhere = { ...problem, weights: problem.weights.map((value) => 1.5 * value) };
    const engine = await engineOf(problem);
    const v = normals(problem.mask.length, 0);
    for (const at of [problem, problem, elsewhere, problem])
      expect(product(engine, at, v)).toEqual(product(await engineOf(problem), at, v));
  });

  describe('the Gauss-Newton diagonal', () => {
    test.each([
      ['a tanh network', tanhMlp()],
      ['convolutions with pooling', smallConvolutions('relu')],
    ])('of %s is that of the dense matrix', async (_, network) => {
      const problem = problemOf(network, { images: 6, pruned: 0.2 });
      const { mask, images } = problem;
      const weights = problem.weights.map((value, i) => value * mask[i]!);
      const dense = gaussNewtonOf(network, weights, images, mask);
      const diagonal = (await engineOf(problem)).gaussNewtonDiagonal(weights);
      expect(
        relativeError(
          diagonal,
          Float64Array.from(dense, (row, i) => row[i]!),
        ),
      ).toBeLessThan(1e-5);
    });

    test('adds up to the trace of the Hessian where the network is linear in pieces', async () => {
      const problem = problemOf(reluMlp(), { images: 20, pruned: 0.1 });
      const engine = await engineOf(problem);
      const n = problem.mask.length;
      let trace = 0;
      for (let i = 0; i < n; i++) {
        const unit = new Float64Array(n);
        unit[i] = 1;
        trace += product(engine, problem, unit)[i]!;
      }
      expect(sum(engine.gaussNewtonDiagonal(problem.weights)) / trace).toBeCloseTo(1, 5);
    });
  });

  test('of equal pixels under a window the first one gets the derivative', async () => {
    const backend = await open();
    let got: readonly number[] = [];
    backend.run((tf) => {
      const input = tf.tensor4d([1, 7, 7, 7, 2, 7, 2, 7], [1, 2, 4, 1]);
      const output = tf.maxPool(input, 2, 2, 'valid');
      const dy = tf.tensor4d([3, 5], [1, 1, 2, 1]);
      const gradient = tf
        .engine()
        .runKernel('MaxPoolGrad', { dy, input, output }, { filterSize: 2, strides: 2, pad: 'valid' });
      got = [...(gradient as ReturnType<typeof tf.tensor1d>).dataSync()];
    });
    expect(got).toEqual([0, 3, 5, 0, 0, 0, 0, 0]);
  });
}
