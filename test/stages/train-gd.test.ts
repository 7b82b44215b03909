import { describe, expect, test } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { UserError } from '../../src/base/result.js';
import { metricsColumns } from '../../src/gradient/metrics.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask } from '../../src/numeric/mask.js';
import { filledParams } from '../../src/pipeline/stage-params.js';
import type { Artefact, Checkpoints, Progress } from '../../src/pipeline/stage.js';
import stage from '../../stages/train-gd.js';
import { nativeMissing } from '../gradient/backends.js';
import { expectSameBytesAfterKills } from './killed-training.js';
import { artefact, digest, tensors, tinyDataset } from './prune-fixtures.js';

const network: NetworkSpec = { model: 'mlp', layers: [4, 5, 10], activation: 'relu' };
const { layout } = buildNetwork(network);
const weights = Float64Array.from({ length: layout.size }, (_, i) => Math.sin(i + 1));
const mask = fullMask(layout);
for (const tensor of layout.tensors)
  if (tensor.kind === 'kernel')
    for (let i = tensor.offset; i < tensor.offset + tensor.size; i += 3) mask[i] = 0;

const inputs = {
  data: tinyDataset(),
  weights: tensors('weights', { network, mean: weights }),
  mask: tensors('mask', { network, mask, meta: { start: 'initial' } }),
};

interface Options {
  readonly params?: Record<string, string | number>;
  readonly inputs?: Record<string, Artefact>;
  readonly checkpoints?: Checkpoints;
  readonly progress?: (progress: Progress) => void;
  readonly runtime?: string;
}

const silent: Checkpoints = { latest: () => undefined, due: () => false, save: () => undefined };
const given = { backend: 'wasm', learning_rate: 0.02, steps: 8, batch: 8, test_every: 3, rng: 1 };
const nowhere = '/there/is/no/such/folder';

async function run({
  params = {},
  checkpoints = silent,
  progress = () => undefined,
  ...options
}: Options = {}) {
  const outputs = (await stage.run({
    params: filledParams(stage, { ...given, ...params }),
    inputs: { ...inputs, ...options.inputs },
    files: {},
    threads: 1,
    checkpoints,
    runtime: options.runtime,
    cacheDir: () => nowhere,
    progress,
    log: () => undefined,
  } as never)) as Record<string, Uint8Array | string> & { tickets?: ReadonlyMap<string, Uint8Array> };
  const table = decodeTable(outputs.metrics as string, metricsColumns);
  return { outputs, table, ticket: decodeTensors(outputs.ticket as Uint8Array, 'mean', 'mask') };
}

describe('the stage train-gd', () => {
  test.each(['adam', 'sgd'])(
    'trains with %s: the loss falls and pruned entries stay 0',
    async (optimizer) => {
      const { ticket, table, outputs } = await run({ params: { optimizer, steps: 60, test_every: 30 } });
      expect(ticket.mask).toEqual(mask);
      expect(ticket.std).toBeUndefined();
      expect(ticket.meta).toEqual({ optimizer, step: 60, learning_rate: 0.02, batch: 8 });
      mask.forEach((bit, i) => bit === 0 && expect(ticket.mean[i]).toBe(0));
      const [first, last] = table.rows as { train_loss: number }[];
      expect(last!.train_loss).toBeLessThan(first!.train_loss);
      expect(decodeTensors(outputs.weights as Uint8Array, 'mean').mean).toEqual(ticket.mean);
      expect(outputs.mask).toEqual(inputs.mask.bytes());
    },
  );

  test('writes a row at every test and at the end', async () => {
    const { table } = await run();
    expect(table.columns).toEqual(Object.keys(metricsColumns));
    expect(table.rows.map((row) => row.step)).toEqual([3, 6, 8]);
    const remaining = mask.reduce((a, b) => a + b, 0) - 15;
    for (const row of table.rows) expect(row.remaining).toBe(remaining / layout.prunable);
  });

  test('makes the bytes that version 1 has made from the start', async () => {
    const { outputs } = await run();
    expect({ ticket: digest(outputs.ticket), metrics: digest(outputs.metrics) }).toMatchInlineSnapshot(`
      {
        "metrics": "8fe7ea4700dd1574",
        "ticket": "f04f7a546cbeba14",
      }
    `);
  });

  test('another seed changes the order of the images and nothing else', async () => {
    const [one, other] = [await run(), await run({ params: { rng: 2 } })];
    expect(other.ticket.mean).not.toEqual(one.ticket.mean);
    const whole = { batch: 20, steps: 1 };
    const [a, b] = [await run({ params: whole }), await run({ params: { ...whole, rng: 2 } })];
    expect(b.table.rows[0]!.train_loss).toBeCloseTo(a.table.rows[0]!.train_loss as number, 6);
  });

  test('a killed training goes on from its checkpoint and ends with the same bytes', () =>
    expectSameBytesAfterKills((options) => run({ params: { tickets: 3 }, ...options }), [1, 4, 5, 8]));

  test('keeps tickets after log-spaced steps on request', async () => {
    const { outputs, ticket } = await run({ params: { tickets: 4 } });
    expect([...outputs.tickets!.keys()]).toEqual(
      [1, 2, 4, 8].map((step) => `step-000000${step}.safetensors`),
    );
    const last = decodeTensors(outputs.tickets!.get('step-0000008.safetensors')!, 'mean', 'mask');
    expect(last.mean).toEqual(ticket.mean);
    expect((await run()).outputs.tickets).toBeUndefined();
  });

  test('takes the epochs of its recipe, and one test an epoch, where nothing else is said', async () => {
    const total = async (params: Record<string, string | number>): Promise<number[]> => {
      const { table } = await run({ params: { steps: 0, test_every: 0, ...params } });
      return table.rows.map((row) => row.epoch as number);
    };
    expect(await total({})).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(await total({ recipe: 'released' })).toEqual([1, 2]);
    expect(await total({ recipe: 'released', epochs: 3 })).toEqual([1, 2, 3]);
    const defaults = filledParams(stage, { rng: 1 });
    expect(defaults).toMatchObject({ optimizer: 'adam', learning_rate: 3e-4, batch: 128, epochs: 20 });
    expect(defaults).toMatchObject({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 });
    expect(defaults).toMatchObject({ schedule: 'constant', backend: 'auto' });
  });

  test('weight decay and schedules change what they say', async () => {
    const norm = async (params: Record<string, string | number>): Promise<number> =>
      (await run({ params })).ticket.mean.reduce((a, b) => a + b * b, 0);
    expect(await norm({ weight_decay: 20 })).toBeLessThan(0.5 * (await norm({})));
    const rates = (await run({ params: { schedule: 'linear', test_every: 2 } })).table.rows;
    expect(rates.map((row) => (row.learning_rate as number).toFixed(6))).toEqual(
      [7, 5, 3, 1].map((left) => ((0.02 * left) / 8).toFixed(6)),
    );
  });
});

describe('what does not fit together gets one clear message', () => {
  const other: NetworkSpec = { model: 'mlp', layers: [4, 6, 10], activation: 'relu' };
  const nine: NetworkSpec = { model: 'mlp', layers: [9, 3, 10], activation: 'relu' };
  const three: NetworkSpec = { model: 'mlp', layers: [4, 3, 3], activation: 'relu' };
  const of = (spec: NetworkSpec) => {
    const { size, ...rest } = buildNetwork(spec).layout;
    return {
      weights: tensors('weights', { network: spec, mean: new Float64Array(size).fill(1) }),
      mask: tensors('mask', { network: spec, mask: fullMask({ size, ...rest }) }),
    };
  };
  const bare = fullMask(layout);
  for (const { kind, offset, size } of layout.tensors)
    if (kind === 'kernel') bare.fill(0, offset, offset + size);
  const native: readonly [string, Options, string][] =
    nativeMissing === undefined
      ? []
      : [
          [
            'a backend asked for by name that is not there',
            { params: { backend: 'native' } },
            // Installed without its library, or left out by npm because the library could not be downloaded.
            'backend: native is asked for, but @tensorflow/tfjs-node ',
          ],
        ];

  test.each<readonly [string, Options, string]>([
    [
      'a mask of another network',
      { inputs: { mask: of(other).mask } },
      'train-gd: the weights belong to the network {"activation":"relu","layers":[4,5,10],"model":"mlp"}, but the mask to {"activation":"relu","layers":[4,6,10],"model":"mlp"}',
    ],
    [
      'images of another size',
      { inputs: of(nine) },
      'the training images have 4 pixels, but the network takes 9',
    ],
    ['labels out of range', { inputs: of(three) }, 'has label 3, but the network has 3 outputs'],
    [
      'a mask without survivors',
      { inputs: { mask: tensors('mask', { network, mask: bare }) } },
      'train-gd: the mask leaves no weight, so that there is nothing to train',
    ],
    [
      'a batch larger than the data',
      { params: { batch: 21 } },
      'train-gd: batch is 21, but there are only 20 training images; choose a smaller batch',
    ],
    [
      'an end of the learning rate that no schedule goes to',
      { params: { learning_rate_end: 0.01 } },
      'train-gd: learning_rate_end is 0.01, but with schedule: constant the learning rate stays as it is; choose linear or cosine, or leave learning_rate_end out',
    ],
    [
      'a damaged file of weights',
      { inputs: { weights: artefact('weights', new Uint8Array(20)) } },
      'input weights: This is not a tensor file',
    ],
    [
      'a training that diverges',
      { params: { optimizer: 'sgd', learning_rate: 1e30 } },
      'the training has diverged. Try a smaller learning_rate (it is 1e+30)',
    ],
    [
      'a training that diverges in its last step',
      { params: { optimizer: 'sgd', learning_rate: 1e38, steps: 1 } },
      'the test loss is NaN after 1 step (in epoch 1): the training has diverged. Try a smaller learning_rate',
    ],
    [
      'a backend that has changed since the plan',
      { runtime: 'node20-x64-native-avx512' },
      'this was planned for node20-x64-native-avx512, but the backend that is there now is node',
    ],
    ...native,
  ])('%s', async (_, options, message) => {
    const failure = await run(options).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as Error).message).toContain(message);
  });
});
