import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { UserError } from '../../src/base/result.js';
import { readImages } from '../../src/data/images.js';
import { strategyNames, strategyNamed } from '../../src/es/index.js';
import { metricsColumns } from '../../src/es/metrics.js';
import { tunedTasks } from '../../src/es/tuned-settings.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask } from '../../src/numeric/mask.js';
import { streamKey, uniform } from '../../src/numeric/rng.js';
import type { Artefact, Checkpoints, Progress } from '../../src/pipeline/stage.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import stage from '../../stages/train-es.js';
import { expectSameBytesAfterKills } from './killed-training.js';
import { artefact, tensors, tinyDataset } from './prune-fixtures.js';

const network: NetworkSpec = { model: 'mlp', layers: [4, 5, 10], activation: 'relu' };
const { layout } = buildNetwork(network);
const outputBias = layout.tensors.find(({ path }) => path === 'Dense_1/bias')!;
/** A start without exact zeros but in the output bias, as networks are initialised. */
const weights = Float64Array.from({ length: layout.size }, (_, i) => Math.sin(i + 1)).fill(
  0,
  outputBias.offset,
  outputBias.offset + outputBias.size,
);
const mask = fullMask(layout);
for (const tensor of layout.tensors)
  if (tensor.kind === 'kernel')
    for (let i = tensor.offset; i < tensor.offset + tensor.size; i += 3) mask[i] = 0;

const inputs = {
  data: tinyDataset(),
  weights: tensors('weights', { network, mean: weights }),
  mask: tensors('mask', { network, mask }),
};

interface Options {
  readonly params?: Record<string, unknown>;
  readonly inputs?: Record<string, Artefact>;
  readonly checkpoints?: Checkpoints;
  readonly progress?: (progress: Progress) => void;
  readonly threads?: number;
}

const silent: Checkpoints = { latest: () => undefined, due: () => false, save: () => undefined };
const given = {
  strategy: 'snes',
  sigma_init: 0.1,
  popsize: 12,
  generations: 8,
  batch: 10,
  test_every: 3,
  rng: 1,
};

/** Runs the stage with the defaults of its parameters filled in. */
async function run({
  params = {},
  checkpoints = silent,
  progress = () => undefined,
  ...options
}: Options = {}) {
  const chosen: Record<string, unknown> = { ...given, ...params };
  const variant = stage.variants!.of[String(chosen.strategy)];
  const fields = { ...stage.params.properties, ...variant.properties };
  const defaults = Object.entries(fields).map(([name, field]) => [name, field.default]);
  const outputs = (await stage.run({
    params: { ...Object.fromEntries(defaults), ...chosen },
    inputs: { ...inputs, ...options.inputs },
    files: {},
    threads: options.threads ?? 1,
    checkpoints,
    cacheDir: () => '',
    progress,
    log: () => undefined,
  } as never)) as Record<string, Uint8Array | string>;
  const table = decodeTable(outputs.metrics as string, metricsColumns);
  return { outputs, table, ticket: decodeTensors(outputs.ticket as Uint8Array, 'mean', 'std', 'mask') };
}

const digest = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

describe('the stage train-es', () => {
  test.each(strategyNames)('trains with %s: the score rises and pruned entries stay 0', async (strategy) => {
    const params = { strategy, generations: 40, batch: 20, test_every: 40 };
    const { ticket, table } = await run({ params });
    expect(ticket.mask).toEqual(mask);
    expect(ticket.meta).toMatchObject({ strategy, reading: 'corrected', generation: 40 });
    mask.forEach((bit, i) => {
      if (bit === 0) expect([ticket.mean[i], ticket.std[i]]).toEqual([0, 0]);
      else expect(ticket.std[i]).toBeGreaterThan(0);
    });
    const [first, last] = table.rows as { train_score_mean: number }[];
    expect(last.train_score_mean).toBeGreaterThan(first.train_score_mean);
  });

  test('writes a row after the first generation, at every test and at the end', async () => {
    const { table } = await run();
    expect(table.columns).toEqual(Object.keys(metricsColumns));
    expect(table.rows.map((row) => row.generation)).toEqual([1, 3, 6, 8]);
    const remaining = mask.reduce((a, b) => a + b, 0) - 15;
    for (const row of table.rows) {
      expect(row.remaining).toBe(remaining / layout.prunable);
      expect(row.validation_accuracy).toBeUndefined();
      expect(row.test_accuracy).toBeGreaterThanOrEqual(0);
    }
  });

  test('makes the bytes that version 1 has made from the start', async () => {
    const { outputs } = await run();
    expect({ ticket: digest(outputs.ticket), metrics: digest(outputs.metrics) }).toMatchInlineSnapshot(`
      {
        "metrics": "757b5dadd3a7f2b97ddb9a100070517487004cf1f39c233e0494506a7ec862f1",
        "ticket": "929cc33e20d3fb1ff513b4bf541cc31e62a8c741a1b1170bac6818f329a4c0b8",
      }
    `);
  });

  test('the number of threads changes nothing', async () => {
    expect((await run({ threads: 2 })).outputs).toEqual((await run()).outputs);
  });

  test('another seed changes the noise', async () => {
    expect((await run({ params: { rng: 2 } })).ticket.mean).not.toEqual((await run()).ticket.mean);
  });

  test('a killed training goes on from its checkpoint and ends with the same bytes', () =>
    expectSameBytesAfterKills((options) => run({ params: { validation: 4 }, ...options }), [1, 4, 5, 8]));

  test('reports every generation with the latest test accuracy', async () => {
    const seen: Progress[] = [];
    const { table } = await run({ progress: (progress) => seen.push(progress) });
    expect(seen.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(seen[6]).toEqual({
      unit: 'generation',
      done: 7,
      total: 8,
      values: { test_accuracy: table.rows[2].test_accuracy },
    });
  });
});

describe('parameters of train-es', () => {
  test('validation holds the last training images out and adds the output best', async () => {
    const { outputs, table } = await run({ params: { validation: 5 } });
    const accuracies = table.rows.map((row) => row.validation_accuracy as number);
    const at = accuracies.indexOf(Math.max(...accuracies));
    const best = decodeTensors(outputs.best as Uint8Array, 'mean', 'std', 'mask');
    expect(best.meta.generation).toBe(table.rows[at].generation);
    expect((await run()).outputs.best).toBeUndefined();
  });

  test('validation measures the held-out images and no others', async () => {
    const { table, ticket } = await run({ params: { validation: 5 } });
    const images = readImages((file) => inputs.data.bytes(file));
    const evaluator = await createEvaluator({ network: buildNetwork(network), mask, ...images, threads: 1 });
    const [held] = await evaluator.evaluateMany([ticket.mean], 'train', { from: 15, to: 20 });
    const [tested] = await evaluator.evaluateMany([ticket.mean], 'test');
    await evaluator.close();
    expect(table.rows.at(-1)).toMatchObject({
      validation_accuracy: held.accuracy,
      validation_loss: held.loss,
      test_accuracy: tested.accuracy,
      test_loss: tested.loss,
    });
  });

  test('freeze_rates takes the rates of the dense network', async () => {
    const rate = async (freeze_rates: boolean) =>
      (await run({ params: { freeze_rates } })).table.rows[0].rate_std;
    const eta = (n: number): number => (3 + Math.log(n)) / (5 * Math.sqrt(n));
    expect(await rate(false)).toBeCloseTo(eta(mask.reduce((a, b) => a + b, 0)), 12);
    expect(await rate(true)).toBeCloseTo(eta(layout.size), 12);
  });

  test('random fitness has nothing to do with the task', async () => {
    const params = { fitness: 'random' };
    const { table } = await run({ params });
    const scores = table.rows.map((row) => row.train_score_mean as number);
    // Its stream is named after the purpose, as docs/numerics.md says: no other draws move it.
    const drawn = Array.from({ length: 12 }, (_, k) => uniform(streamKey(1, 'fitness'), 0, k));
    expect(scores[0]).toBeCloseTo(drawn.reduce((a, b) => a + b, 0) / 12, 12);
    for (const score of scores) expect(Math.abs(score - 0.5)).toBeLessThan(0.4);
    const other = tensors('weights', { network, mean: weights.map((value) => -value) });
    const elsewhere = await run({ params, inputs: { weights: other } });
    expect(elsewhere.table.rows.map((row) => row.train_score_mean)).toEqual(scores);
  });

  test('the minibatch of a generation does not depend on what was evaluated', async () => {
    const scores = async (test_every: number) =>
      (await run({ params: { test_every } })).table.rows.at(-1)!.train_score_mean;
    expect(await scores(1)).toBe(await scores(8));
  });

  test('mean decay shrinks what has no selection pressure', async () => {
    const norm = async (mean_decay: number) =>
      (await run({ params: { fitness: 'random', mean_decay } })).ticket.mean.reduce((a, b) => a + b * b, 0);
    expect(await norm(0.2)).toBeLessThan(0.1 * (await norm(0)));
  });

  test('fitness weight decay prefers small weights', async () => {
    const norm = async (fitness_weight_decay: number) =>
      (await run({ params: { fitness_weight_decay, generations: 40 } })).ticket.mean.reduce(
        (a, b) => a + b * b,
        0,
      );
    expect(await norm(100)).toBeLessThan(await norm(0));
  });

  test('the reference reading ties each output bias to a weight', async () => {
    const { ticket } = await run({ params: { reading: 'reference' } });
    const kernel = layout.tensors.find(({ path }) => path === 'Dense_1/kernel')!;
    const surviving = Array.from(ticket.mean.subarray(kernel.offset)).filter(
      (_, j) => mask[kernel.offset + j] === 1,
    );
    const bias = ticket.mean.subarray(outputBias.offset, outputBias.offset + outputBias.size);
    expect(Array.from(bias)).toEqual(surviving.slice(0, outputBias.size));
  });

  test('each strategy has its own, and settings has a row for every task', () => {
    for (const name of strategyNames) expect(stage.variants!.of[name]).toBe(strategyNamed(name).schema);
    expect(Object.keys(stage.settings!.of)).toEqual(['library', ...tunedTasks]);
    expect(stage.params.properties.settings.enum).toEqual(['library', ...tunedTasks]);
    for (const row of Object.values(stage.settings!.of))
      for (const [strategy, values] of Object.entries(row))
        for (const key of Object.keys(values))
          expect(Object.keys(stage.variants!.of[strategy].properties), strategy).toContain(key);
  });

  test('settings for MNIST are those of the table', () => {
    expect(stage.settings!.of.mnist).toEqual({
      'sep-cma-es': { elite_ratio: 0.5, sigma_init: 0.025 },
      snes: { temperature: 12, sigma_init: 0.025 },
      pgpe: {
        lrate_init: 0.01,
        sigma_init: 0.05,
        lrate_decay: 0.999,
        lrate_limit: 0.001,
        sigma_decay: 0.999,
        sigma_limit: 0.01,
      },
      des: { temperature: 12.5, sigma_init: 0.1 },
      'open-es': { lrate_init: 0.05, sigma_init: 0.03 },
    });
  });
});

describe('what does not fit together gets one clear message', () => {
  const other: NetworkSpec = { model: 'mlp', layers: [4, 6, 10], activation: 'relu' };
  const otherSize = buildNetwork(other).layout.size;
  const nine: NetworkSpec = { model: 'mlp', layers: [9, 3, 10], activation: 'relu' };
  const nineLayout = buildNetwork(nine).layout;
  const bare = fullMask(layout);
  for (const { kind, offset, size } of layout.tensors)
    if (kind === 'kernel') bare.fill(0, offset, offset + size);
  test.each([
    [
      'a mask of another network',
      { inputs: { mask: tensors('mask', { network: other, mask: new Uint8Array(otherSize).fill(1) }) } },
      'the weights belong to the network {"activation":"relu","layers":[4,5,10],"model":"mlp"}, but the mask to {"activation":"relu","layers":[4,6,10],"model":"mlp"}',
    ],
    [
      'images of another size',
      {
        inputs: {
          weights: tensors('weights', { network: nine, mean: new Float64Array(nineLayout.size).fill(1) }),
          mask: tensors('mask', { network: nine, mask: fullMask(nineLayout) }),
        },
      },
      'the training images have 4 pixels, but the network takes 9',
    ],
    [
      'a batch larger than the data',
      { params: { batch: 21 } },
      'train-es: batch is 21, but there are only 20 training images; choose a smaller batch',
    ],
    [
      'a batch larger than what validation leaves',
      { params: { batch: 20, validation: 1 } },
      'batch is 20, but there are only 19 training images (20, less 1 held out for validation)',
    ],
    [
      'an odd population for pairs',
      { params: { strategy: 'pgpe', popsize: 7 } },
      'use an even number, 6 or 8',
    ],
    [
      'open-es in its reference reading',
      { params: { strategy: 'open-es', reading: 'reference' } },
      'open-es has no "reading: reference"',
    ],
    [
      'a damaged file of weights',
      { inputs: { weights: artefact('weights', new Uint8Array(20)) } },
      'input weights: This is not a tensor file',
    ],
    [
      'a damaged mask',
      { inputs: { mask: artefact('mask', inputs.weights.bytes()) } },
      'input mask: This is not a tensor file that ticketlab can read: it has no tensor mask, only mean',
    ],
    [
      'a mask without survivors',
      { inputs: { mask: tensors('mask', { network, mask: bare }) } },
      'train-es: the mask leaves no weight, so that there is nothing to train; connect one that keeps some',
    ],
    [
      'weights that have diverged before',
      { inputs: { weights: tensors('weights', { network, mean: weights.map((value) => value * 1e30) }) } },
      'Lower sigma_init or the learning rate, or check the weights that it starts from.',
    ],
    [
      'a search that diverges',
      { params: { sigma_init: 1e200 } },
      'not one of the 12 candidates has a finite score',
    ],
  ] as const)('%s', async (_, options, message) => {
    const failure = await run(options as Options).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as Error).message).toContain(message);
  });
});
