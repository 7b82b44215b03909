import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { readImages } from '../../src/data/images.js';
import type { Images } from '../../src/data/images.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { StageDefinition } from '../../src/pipeline/stage.js';
import evaluateLmc from '../../stages/evaluate-lmc.js';
import hessianFlatness from '../../stages/hessian-flatness.js';
import prune from '../../stages/prune.js';
import trainEs from '../../stages/train-es.js';
import trainGd from '../../stages/train-gd.js';
import { lossOf } from '../gradient/reference-network.js';
import { datasetOf, runStage, tensors } from './prune-fixtures.js';
import type { BrightPixels } from './prune-fixtures.js';

const spec: NetworkSpec = { model: 'mlp', layers: [4, 5, 10], activation: 'tanh' };
const network = buildNetwork(spec);
const mask = fullMask(network.layout);
const weights = Float64Array.from(mask, (_, i) => (((i * 7) % 13) - 6) / 16);

/** Training images show a class where test images show another one. */
const trained: BrightPixels = {
  places: Array.from({ length: 20 }, (_, i) => i % 4),
  labels: Array.from({ length: 20 }, (_, i) => i % 4),
};
const tested: BrightPixels = { places: [0, 1, 1, 2, 3, 3, 0], labels: [9, 8, 8, 7, 6, 6, 9] };
const data = datasetOf(trained, tested);
const { train, test: held } = readImages((file) => data.bytes(file));
const start = {
  weights: tensors('weights', { network: spec, mean: weights }),
  mask: tensors('mask', { network: spec, mask }),
};

async function run(stage: StageDefinition, params: Record<string, unknown>, inputs: object) {
  const { outputs } = await runStage(stage, params, { data, ...inputs } as never, {
    cacheDir: () => tmpdir(),
  });
  return { outputs, rows: (name: string) => decodeTable(outputs[name] as string).rows };
}

const loss = (mean: Float64Array, images: Images) => expect.closeTo(lossOf(network, mean, images), 5);
const es = { strategy: 'snes', sigma_init: 0.1, popsize: 8, generations: 4, batch: 8, test_every: 9, rng: 1 };
const gd = { optimizer: 'sgd', batch: 8, steps: 3, backend: 'wasm', rng: 1 };

test('the two sets are told apart here: their losses differ', () => {
  expect(lossOf(network, weights, train)).not.toEqual(loss(weights, held));
});

describe('what is called test is measured on the test images, what is called train on the others', () => {
  test.each<[string, StageDefinition, Record<string, unknown>]>([
    ['train-es', trainEs, es],
    ['train-gd', trainGd, gd],
  ])('%s', async (_, stage, params) => {
    const { outputs, rows } = await run(stage, params, start);
    const { mean } = decodeTensors(outputs['ticket'] as Uint8Array, 'mean');
    expect(rows('metrics').at(-1)).toMatchObject({ test_loss: loss(mean, held) });
  });

  test('train-es, of held-out images: the last ones of the training set', async () => {
    const { outputs, rows } = await run(trainEs, { ...es, validation: 5 }, start);
    const { mean } = decodeTensors(outputs['ticket'] as Uint8Array, 'mean');
    const from = train.count - 5;
    const last = {
      ...train,
      pixels: train.pixels.subarray(from * 4),
      labels: train.labels.subarray(from),
      count: 5,
    };
    expect(rows('metrics').at(-1)).toMatchObject({
      test_loss: loss(mean, held),
      validation_loss: loss(mean, last),
    });
  });

  test('prune', async () => {
    const ticket = tensors('ticket', { network: spec, mean: weights, mask });
    const { rows } = await run(prune, { criterion: 'magnitude', sparsity: 0, rng: 1 }, { ticket });
    expect(rows('table').at(-1)).toMatchObject({ test_loss: loss(weights, held) });
  });

  test('evaluate-lmc, also when it is told to take the first ones only', async () => {
    const ends = [1, 2].map((seed) => ({
      coords: { seed },
      artefact: tensors('weights', { network: spec, mean: weights.map((value) => value * seed) }),
    }));
    const path = async (images: number) =>
      (await run(evaluateLmc, { points: 3, images }, { ends })).rows('path');
    const at = (images: (all: Images) => Images) =>
      [1, 1.5, 2].map((scale) => {
        const mean = weights.map((value) => value * scale);
        return { train_loss: loss(mean, images(train)), test_loss: loss(mean, images(held)) };
      });
    expect(await path(0)).toMatchObject(at((all) => all));
    expect(await path(3)).toMatchObject(at((all) => ({ ...all, count: 3 })));
  });

  test('hessian-flatness knows training images only, all of them or the first ones', async () => {
    const quick = {
      ...{ eigenvalues: 1, lanczos_steps: 2, probes: 2, density_probes: 1, density_steps: 2, pairs: 2 },
      ...{ sigmas: [0.1], rhos: [0.1, 1], refinements: 0, paired: 0, lines: 0, rng: 3, backend: 'wasm' },
    };
    const metrics = async (images: number) =>
      (await run(hessianFlatness, { ...quick, images }, start)).rows('metrics')[0];
    expect(await metrics(1000)).toMatchObject({ images: 20, loss: loss(weights, train) });
    expect(await metrics(6)).toMatchObject({ images: 6, loss: loss(weights, { ...train, count: 6 }) });
  });
});

test.each<[string, StageDefinition, Record<string, unknown>]>([
  ['train-es', trainEs, es],
  ['train-gd', trainGd, gd],
])('%s comes to the same, whatever the test images are', async (_, stage, params) => {
  const one = await run(stage, params, start);
  const other = await run(stage, params, { ...start, data: datasetOf(trained, trained) });
  expect(other.outputs['ticket']).toEqual(one.outputs['ticket']);
  expect(other.outputs['metrics']).not.toEqual(one.outputs['metrics']);
});

test('held-out images are in no minibatch: without them training comes to the same', async () => {
  const whole = { ...es, batch: 15 };
  const first = { places: trained.places.slice(0, 15), labels: trained.labels.slice(0, 15) };
  const withHeldOut = await run(trainEs, { ...whole, validation: 5 }, start);
  const without = await run(trainEs, whole, { ...start, data: datasetOf(first, tested) });
  expect(withHeldOut.outputs['ticket']).toEqual(without.outputs['ticket']);
});
