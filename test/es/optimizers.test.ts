import { describe, expect, test } from 'vitest';
import { optimizerNames, optimizers } from '../../src/es/optimizers.js';
import type { Optimizer } from '../../src/es/optimizer.js';
import type { Reading } from '../../src/es/strategy.js';

/** Means after each gradient, from 0 in one dimension. */
function path(optimizer: Optimizer, gradients: readonly number[], reading: Reading, learningRate = 0.1) {
  let mean: Float64Array = Float64Array.of(0);
  let state = optimizer.init(1);
  return gradients.map((g, earlier) => {
    const step = { mean, gradient: Float64Array.of(g), learningRate, earlier, reading };
    ({ mean, state } = optimizer.step(state, step));
    return mean[0];
  });
}

describe('optimizers', () => {
  test('Adam moves by its learning rate at first, whatever the scale of the gradient', () => {
    expect(path(optimizers.adam, [5], 'corrected')[0]).toBeCloseTo(-0.1, 8);
    expect(path(optimizers.adam, [-5e-4], 'corrected')[0]).toBeCloseTo(0.1, 4);
  });

  test('the second step of Adam follows beta1 .99 and beta2 .999', () => {
    const first = (0.99 * 0.01 * 1 + 0.01 * -3) / (1 - 0.99 * 0.99);
    const second = (0.999 * 0.001 * 1 + 0.001 * 9) / (1 - 0.999 * 0.999);
    const expected = -0.1 / (1 + 1e-8) - (0.1 * first) / (Math.sqrt(second) + 1e-8);
    expect(path(optimizers.adam, [1, -3], 'corrected')[1]).toBeCloseTo(expected, 14);
  });

  test('SGD steps along the gradient; the reference reading is one generation late', () => {
    expect(path(optimizers.sgd, [1, 2, 4], 'corrected')).toEqual([
      -0.1,
      expect.closeTo(-0.3),
      expect.closeTo(-0.7),
    ]);
    expect(path(optimizers.sgd, [1, 2, 4], 'reference')).toEqual([
      0,
      expect.closeTo(-0.1),
      expect.closeTo(-0.3),
    ]);
  });

  test('ClipUp moves by the learning rate at first; the reference reading multiplies by it once more', () => {
    expect(path(optimizers['clip-up'], [7], 'corrected')[0]).toBeCloseTo(-0.1, 8);
    expect(path(optimizers['clip-up'], [7], 'reference')[0]).toBeCloseTo(-0.01, 8);
  });

  test('ClipUp gathers speed with momentum .9 up to .3', () => {
    const means = path(optimizers['clip-up'], [1, 1, 1, 1, 1, 1], 'corrected');
    const speeds = means.map((mean, i) => (means[i - 1] ?? 0) - mean);
    expect(speeds.slice(0, 3)).toEqual([expect.closeTo(0.1), expect.closeTo(0.19), expect.closeTo(0.271)]);
    expect(speeds.slice(3)).toEqual([expect.closeTo(0.3), expect.closeTo(0.3), expect.closeTo(0.3)]);
  });

  test.each(optimizerNames)('%s leaves its arguments as they are', (name) => {
    const optimizer: Optimizer = optimizers[name];
    const state = optimizer.init(2);
    const step = {
      mean: Float64Array.of(1, 2),
      gradient: Float64Array.of(3, 4),
      learningRate: 0.1,
      earlier: 0,
    };
    const before = structuredClone({ state, step });
    optimizer.step(state, { ...step, reading: 'corrected' });
    expect({ state, step }).toEqual(before);
  });
});
