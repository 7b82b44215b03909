import { describe, expect, test } from 'vitest';
import { encodeSnapshot } from '../../src/numeric/snapshot.js';
import { strategyNames } from '../../src/es/index.js';
import type { StrategyName } from '../../src/es/index.js';
import type { Evaluate } from '../../src/es/evolve.js';
import { searchSpace } from '../../src/es/search-space.js';
import { train } from '../../src/es/train.js';
import type { Trained, Training, TrainingCheckpoints } from '../../src/es/train.js';
import { layoutOf } from '../../src/numeric/layout.js';
import { fullMask } from '../../src/numeric/mask.js';
import { evolution, normals, quadratic } from './support.js';

const layout = layoutOf([{ module: 'Dense_0', bias: [2], kernel: [2, 2] }]);
const mask = fullMask(layout);
mask[3] = 0;
const space = searchSpace(layout, mask, new Float64Array(layout.size).fill(1), 'corrected');
const silent: TrainingCheckpoints = { latest: () => undefined, due: () => false, save: () => undefined };

interface Options {
  readonly name?: StrategyName;
  readonly generations?: number;
  readonly testEvery?: number;
  readonly evaluate?: Evaluate;
  readonly checkpoints?: TrainingCheckpoints;
  readonly measure?: Training['measure'];
  readonly report?: Training['report'];
}

/** Accuracy is a made-up function of the mean that goes up and down. */
function wavy(weights: Float64Array): number {
  return Math.abs(Math.sin(40 * weights.reduce((a, b) => a + b, 0)));
}

function training(options: Options = {}): Training {
  const { name = 'snes', generations = 20, testEvery = 5, evaluate = quadratic([1, 2, 3, 4, 5]) } = options;
  return {
    space,
    evolution: evolution({ name, popsize: 12, dimensions: space.dimensions }, evaluate, generations),
    testEvery,
    remaining: 0.75,
    measure:
      options.measure ??
      (async (weights) => ({
        test: { accuracy: wavy(weights), loss: weights.length },
        validation: { accuracy: wavy(weights.map((value) => value / 2)), loss: 1 },
      })),
    checkpoints: options.checkpoints ?? silent,
    report: options.report ?? (() => undefined),
  };
}

/** Everything that a training hands back, as bytes. */
function bytesOf({ final, best, rows }: Trained): Uint8Array {
  const cells = Float64Array.from(rows.flatMap((row) => Object.values(row)));
  return encodeSnapshot({ final: { ...final }, best: { ...best! }, cells });
}

describe('rows', () => {
  test('come after the first generation, every so many, and after the last', async () => {
    const { rows } = await train(training({ generations: 12 }));
    expect(rows.map(({ generation }) => generation)).toEqual([1, 5, 10, 12]);
  });

  test('hold what was measured of the mean, after tell and decay', async () => {
    const seen: Float64Array[] = [];
    const measure = async (weights: Float64Array) => {
      seen.push(weights.slice());
      return { test: { accuracy: 0.5, loss: 2 } };
    };
    const { rows, final, best } = await train(training({ generations: 3, testEvery: 1, measure }));
    expect(seen).toHaveLength(3);
    expect(seen[2]).toEqual(final.mean);
    expect(rows[2]).toMatchObject({
      test_accuracy: 0.5,
      test_loss: 2,
      validation_accuracy: NaN,
      remaining: 0.75,
    });
    expect(best).toBeUndefined();
  });

  test('describe the finite scores of their generation, and count the others since the start', async () => {
    const evaluate: Evaluate = async (out, _, generation) => {
      out.forEach((_value, k) => (out[k] = k < 2 ? NaN : k === 11 ? -Infinity : k));
      if (generation === 1) out.fill(1);
    };
    const { rows } = await train(training({ generations: 2, testEvery: 1, evaluate }));
    const finite = [2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(rows[0]).toMatchObject({ train_score_mean: 6, train_score_best: 10, nonfinite_scores: 3 });
    const spread = Math.sqrt(finite.reduce((total, value) => total + (value - 6) ** 2, 0) / 9);
    expect(rows[0].train_score_std).toBeCloseTo(spread, 12);
    expect(rows[1]).toMatchObject({ train_score_mean: 1, train_score_std: 0, nonfinite_scores: 3 });
  });

  test('say how far the std has adapted', async () => {
    const { rows, final } = await train(training());
    const std = Array.from(final.std)
      .filter((_, i) => mask[i] === 1)
      .sort((a, b) => a - b);
    const last = rows.at(-1)!;
    expect(last.std_p50).toBe(std[2]);
    expect(last.std_p10).toBeCloseTo(std[0] + 0.4 * (std[1] - std[0]), 12);
    expect(last.std_p90).toBeCloseTo(std[3] + 0.6 * (std[4] - std[3]), 12);
    expect(last.std_ratio_90_10).toBe(last.std_p90 / last.std_p10);
    expect(last.rate_std).toBeCloseTo((3 + Math.log(5)) / (5 * Math.sqrt(5)), 12);
    expect(last.rate_mean).toBe(1);
  });

  test('say which share of the stds lies at the floor of the strategy', async () => {
    const floored = training({ name: 'pgpe' });
    const onFloor = {
      ...floored,
      evolution: evolution(
        { name: 'pgpe', popsize: 12, dimensions: 5, settings: { sigma_limit: 9 } },
        quadratic([1, 2, 3, 4, 5]),
        2,
      ),
    };
    expect((await train(onFloor)).rows.at(-1)!.std_floor_share).toBe(1);
    expect((await train(floored)).rows.at(-1)!.std_floor_share).toBe(0);
  });
});

test('pruned coordinates stay 0 in mean and std', async () => {
  const { final } = await train(training());
  expect([final.mean[3], final.std[3]]).toEqual([0, 0]);
  expect(final.std.filter((value) => value > 0)).toHaveLength(5);
});

test('the best is the evaluated distribution with the highest validation accuracy, the earliest of equals', async () => {
  const accuracies = [0.1, 0.7, 0.7, 0.2, 0.6];
  const seen: Float64Array[] = [];
  const measure = async (weights: Float64Array) => {
    seen.push(weights);
    const accuracy = accuracies[seen.length - 1];
    return { test: { accuracy: 1 - accuracy, loss: 0 }, validation: { accuracy, loss: 0 } };
  };
  const { best, final } = await train(training({ measure }));
  expect(best!.generation).toBe(5);
  expect(best!.mean).toEqual(seen[1]);
  expect(best!.mean).not.toEqual(final.mean);
});

test('every generation is reported, with the latest test accuracy', async () => {
  const reported: [number, number][] = [];
  let measured = 0;
  const measure = async () => ({ test: { accuracy: ++measured / 10, loss: 0 } });
  await train(training({ generations: 4, testEvery: 3, measure, report: (...args) => reported.push(args) }));
  expect(reported).toEqual([
    [1, 0.1],
    [2, 0.1],
    [3, 0.2],
    [4, 0.3],
  ]);
});

describe.each(strategyNames)('an interrupted training with %s', (name) => {
  test('ends with the bytes of an undisturbed one, wherever it was killed', async () => {
    const evaluate: Evaluate = async (out, candidates, generation) => {
      await quadratic([1, 2, 3, 4, 5])(out, candidates, generation);
      out[generation % out.length] = NaN;
    };
    const undisturbed = await train(training({ name, evaluate }));
    expect(undisturbed.rows.at(-1)!.nonfinite_scores).toBe(20);
    let stored: Uint8Array | undefined;
    let saves = 0;
    const every = Array.from(normals(60, 11), (value) => value > 0.3);
    const checkpoints: TrainingCheckpoints = {
      latest: () => stored,
      due: () => every[saves++ % every.length],
      save: (_, bytes) => (stored = bytes.slice()),
    };
    let kills = 0;
    const killAt = [3, 3, 7, 8, 14, 19];
    const mortal: Evaluate = (out, candidates, generation) => {
      if (generation >= killAt[kills]) {
        kills++;
        throw new Error('killed');
      }
      return evaluate(out, candidates, generation);
    };
    for (let attempt = 0; attempt < killAt.length; attempt++)
      await expect(train(training({ name, evaluate: mortal, checkpoints }))).rejects.toThrow('killed');
    expect(stored).toBeDefined();
    const resumed = await train(training({ name, evaluate, checkpoints }));
    expect(bytesOf(resumed)).toEqual(bytesOf(undisturbed));
  });

  test('starts anew when its checkpoint is damaged', async () => {
    const checkpoints = { ...silent, latest: () => new Uint8Array([1, 2, 3]) };
    const resumed = await train(training({ name, checkpoints }));
    expect(bytesOf(resumed)).toEqual(bytesOf(await train(training({ name }))));
  });
});
