import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { optimizerNamed, optimizerNames } from '../../src/gradient/optimizers.js';
import type { Optimizer } from '../../src/gradient/optimizers.js';
import { learningRateAt, logSpacedSteps } from '../../src/gradient/schedule.js';
import { train } from '../../src/gradient/train.js';
import type { Training } from '../../src/gradient/train.js';
import { streamKey } from '../../src/numeric/rng.js';

const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentum: 0.9 };

/** Minimises the sum of (w - 1)^2 / 2 over three weights, the last of which is pruned. */
function quadratic(changes: Partial<Training> = {}): Training {
  return {
    start: Float64Array.of(3, -2, 0),
    optimizer: optimizerNamed('sgd', { momentum: 0 }),
    schedule: { name: 'constant', from: 0.1, to: 0, steps: 10 },
    weightDecay: 0,
    images: 10,
    batch: 4,
    shuffling: streamKey(1, 'shuffling'),
    gradient: (out, weights) => {
      out.set([weights[0]! - 1, weights[1]! - 1, 0]);
      return (out[0]! * out[0]! + out[1]! * out[1]!) / 2;
    },
    testEvery: 4,
    measure: async (weights) => ({ accuracy: weights[0]!, loss: weights[1]! }),
    remaining: 0.5,
    keepAt: [],
    checkpoints: { latest: () => undefined, due: () => false, save: () => undefined },
    report: () => undefined,
    ...changes,
  };
}

describe('a training', () => {
  test('sees every image once an epoch, in another order each time, the rest as a smaller batch', async () => {
    const batches: number[][] = [];
    const { gradient } = quadratic();
    await train(
      quadratic({
        schedule: { name: 'constant', from: 0.1, to: 0, steps: 6 },
        gradient: (out, weights, indices) => {
          batches.push([...indices]);
          return gradient(out, weights, indices);
        },
      }),
    );
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2, 4, 4, 2]);
    const epochs = [batches.slice(0, 3).flat(), batches.slice(3).flat()];
    for (const epoch of epochs)
      expect([...epoch].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  test('has a row at every test and at the end, with the loss of all images since the row before', async () => {
    const seen: number[] = [];
    const { rows } = await train(
      quadratic({
        gradient: (out, _, indices) => {
          out.fill(0);
          seen.push(indices.length);
          return seen.length;
        },
      }),
    );
    expect(rows.map(({ step }) => step)).toEqual([4, 8, 10]);
    expect(rows.map(({ epoch }) => epoch)).toEqual([4 / 3, 8 / 3, 10 / 3]);
    // Losses 1, 2, 3, 4 on 4, 4, 2, 4 images.
    expect(rows[0]!.train_loss).toBe((1 * 4 + 2 * 4 + 3 * 2 + 4 * 4) / 14);
    expect(rows[2]!.train_loss).toBe((9 * 2 + 10 * 4) / 6);
    expect(rows[1]).toMatchObject({ remaining: 0.5, test_accuracy: 3, test_loss: -2, learning_rate: 0.1 });
  });

  test.each(optimizerNames)('with %s goes on from any checkpoint to the same numbers', async (name) => {
    const changes = { optimizer: optimizerNamed(name, settings), keepAt: [3, 9] };
    const undisturbed = await train(quadratic(changes));
    for (const killAt of [1, 4, 9, 10]) {
      let stored: Uint8Array | undefined;
      const checkpoints = {
        latest: () => stored,
        due: () => true,
        save: (_: number, bytes: Uint8Array) => (stored = bytes.slice()),
      };
      const report = (step: number): void => {
        if (step === killAt) throw new Error('killed');
      };
      await expect(train(quadratic({ ...changes, checkpoints, report }))).rejects.toThrow('killed');
      expect(await train(quadratic({ ...changes, checkpoints }))).toEqual(undisturbed);
    }
  });

  test('keeps the weights after the steps that are asked for', async () => {
    const { kept, weights } = await train(quadratic({ keepAt: [1, 10] }));
    expect([...kept.keys()]).toEqual([1, 10]);
    expect(kept.get(1)![0]).toBeCloseTo(3 - 0.1 * 2, 12);
    expect(kept.get(10)).toEqual(weights);
  });

  test('with weight decay shrinks every weight by its share before the step', async () => {
    const steps = { schedule: { name: 'constant', from: 0.1, to: 0, steps: 1 } } as const;
    const { weights } = await train(quadratic({ ...steps, weightDecay: 0.5 }));
    expect([...weights]).toEqual([3 * 0.95 - 0.1 * 2, -2 * 0.95 + 0.1 * 3, 0]);
  });

  test('leaves pruned weights at exactly 0', async () => {
    for (const name of optimizerNames) {
      const optimizer = optimizerNamed(name, settings);
      const { weights } = await train(quadratic({ optimizer, weightDecay: 0.1 }));
      expect(weights[2]).toBe(0);
    }
  });

  test.each([
    [
      NaN,
      'the loss is NaN after 4 steps (in epoch 2): the training has diverged. Try a smaller learning_rate',
    ],
    [Infinity, 'the loss is Infinity after 4 steps'],
  ])('stops with a clear message when the loss is %d', async (loss, message) => {
    let step = 0;
    const failing = train(
      quadratic({
        gradient: (out) => {
          out.fill(0);
          return step++ === 4 ? loss : 1;
        },
      }),
    );
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toBeInstanceOf(UserError);
  });

  test.each([
    [4, NaN, 'the test loss is NaN after 4 steps (in epoch 2): the training has diverged.'],
    [6, Infinity, 'the test loss is Infinity after 6 steps (in epoch 2): the training has diverged.'],
  ])('stops when the last of %d steps has led to a loss that is %d', async (steps, loss, message) => {
    const failing = train(
      quadratic({
        schedule: { name: 'constant', from: 0.1, to: 0, steps },
        testEvery: steps,
        measure: async () => ({ accuracy: 0.1, loss }),
      }),
    );
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toBeInstanceOf(UserError);
  });

  test('stops when the gradient is not finite although the loss is', async () => {
    const failing = train(quadratic({ gradient: (out) => (out.fill(NaN), 1) }));
    await expect(failing).rejects.toThrow('the gradient is not finite after 0 steps (in epoch 1)');
  });
});

describe('optimizers', () => {
  /** Weights after steps along given gradients. */
  const walk = (optimizer: Optimizer, gradients: readonly number[]): number[] => {
    const weights = Float64Array.of(1);
    const state = optimizer.init(1);
    return gradients.map((g, earlier) => {
      optimizer.step(state, weights, { gradient: Float64Array.of(g), learningRate: 0.1, earlier });
      return weights[0]!;
    });
  };

  test('adam is algorithm 1 of its paper', () => {
    const gradients = [0.5, -0.25, 2, 1e-9];
    let [m, v, w] = [0, 0, 1];
    const expected = gradients.map((g, i) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      w -= (0.1 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
      return w;
    });
    walk(optimizerNamed('adam', settings), gradients).forEach((weight, i) =>
      expect(weight).toBeCloseTo(expected[i]!, 12),
    );
  });

  test('the first step of adam has the length of the learning rate, whatever the gradient', () => {
    for (const g of [1e-4, -3, 1e6])
      expect(walk(optimizerNamed('adam', settings), [g])[0]).toBeCloseTo(1 - 0.1 * Math.sign(g), 4);
  });

  test('sgd adds the gradient to what is left of the velocity', () => {
    const [first, second, third] = walk(optimizerNamed('sgd', { momentum: 0.5 }), [1, 1, 0]);
    expect([first, second, third].map((w) => Number(w!.toFixed(12)))).toEqual([0.9, 0.75, 0.675]);
  });
});

describe('schedules', () => {
  const at = (name: 'constant' | 'linear' | 'cosine', done: number): number =>
    learningRateAt({ name, from: 0.4, to: 0.2, steps: 8 }, done);

  test('constant stays, linear and cosine go from one rate to the other', () => {
    expect([at('constant', 0), at('constant', 7)]).toEqual([0.4, 0.4]);
    expect([at('linear', 0), at('linear', 4), at('linear', 8)].map((r) => r.toFixed(12))).toEqual(
      [0.4, 0.3, 0.2].map((r) => r.toFixed(12)),
    );
    expect([at('cosine', 0), at('cosine', 4), at('cosine', 8)].map((r) => r.toFixed(12))).toEqual(
      [0.4, 0.3, 0.2].map((r) => r.toFixed(12)),
    );
    expect(at('cosine', 2)).toBeCloseTo(0.2 + 0.1 * (1 + Math.SQRT1_2), 12);
  });

  test('log-spaced steps go from the first to the last and are different', () => {
    expect(logSpacedSteps(0, 100)).toEqual([]);
    expect(logSpacedSteps(1, 100)).toEqual([100]);
    expect(logSpacedSteps(3, 100)).toEqual([1, 10, 100]);
    expect(logSpacedSteps(5, 16)).toEqual([1, 2, 4, 8, 16]);
    expect(logSpacedSteps(9, 4)).toEqual([1, 2, 3, 4]);
  });
});
