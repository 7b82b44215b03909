import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { encodeTable } from '../src/artefacts/table.js';
import { readStart } from '../src/artefacts/start.js';
import { encodeTensors } from '../src/artefacts/tensors.js';
import { UserError } from '../src/base/result.js';
import { readImages } from '../src/data/images.js';
import { openBackend } from '../src/gradient/backend.js';
import { createGradientEngine } from '../src/gradient/engine.js';
import type { GradientEngine } from '../src/gradient/engine.js';
import { backendChoices } from '../src/gradient/locate.js';
import type { BackendChoice } from '../src/gradient/locate.js';
import { metricsColumnNames, metricsColumns } from '../src/gradient/metrics.js';
import { optimizerNamed, optimizerNames } from '../src/gradient/optimizers.js';
import type { OptimizerName } from '../src/gradient/optimizers.js';
import { logSpacedSteps, schedules } from '../src/gradient/schedule.js';
import type { ScheduleName } from '../src/gradient/schedule.js';
import { stepsPerEpoch, train } from '../src/gradient/train.js';
import type { Trained, Training } from '../src/gradient/train.js';
import { buildNetwork } from '../src/networks/index.js';
import type { NetworkSpec } from '../src/networks/index.js';
import type { Mask } from '../src/numeric/mask.js';
import { streamKey } from '../src/numeric/rng.js';
import { defineStage } from '../src/pipeline/stage.js';
import { createEvaluator } from '../src/population/evaluator.js';
import type { Evaluator } from '../src/population/evaluator.js';

const closed = { additionalProperties: false };
const share = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, exclusiveMaximum: 1, description });
const learningRate = (value: number) =>
  Type.Number({ default: value, exclusiveMinimum: 0, description: 'Learning rate of the first step.' });

/** Each optimizer's own parameters, with the defaults of numerics 5.1 for Adam. */
const ofOptimizer = {
  adam: Type.Object(
    {
      learning_rate: learningRate(3e-4),
      beta1: share(0.9, 'Decay of the mean of the gradients.'),
      beta2: share(0.999, 'Decay of the mean of their squares.'),
      epsilon: Type.Number({
        default: 1e-8,
        exclusiveMinimum: 0,
        description: 'Added to the root of the mean square.',
      }),
    },
    closed,
  ),
  sgd: Type.Object(
    {
      learning_rate: learningRate(0.1),
      momentum: share(0.9, 'Share of the velocity that a step keeps; 0: none.'),
    },
    closed,
  ),
} satisfies Record<OptimizerName, unknown>;

const params = Type.Object(
  {
    optimizer: Type.Unsafe<OptimizerName>({
      type: 'string',
      enum: optimizerNames,
      default: 'adam',
      description: 'How a gradient becomes a step; its own parameters lie beside it.',
    }),
    recipe: Type.Unsafe<string>({
      type: 'string',
      enum: ['published', 'released'],
      default: 'published',
      description:
        'Epochs where none are given: 20, as the published curves have, or the 2 of the released configuration.',
    }),
    epochs: Type.Integer({ default: 20, minimum: 1, description: 'Passes through the training images.' }),
    steps: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Minibatches to train on, in place of epochs; 0: as many as the epochs have.',
    }),
    batch: Type.Integer({
      default: 128,
      minimum: 1,
      description: 'Images per step; the last batch of an epoch may be smaller.',
    }),
    test_every: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Steps between two tests; 0: one after each epoch. There is one after the last step too.',
    }),
    weight_decay: Type.Number({
      default: 0,
      minimum: 0,
      description: 'Decoupled: a step takes learning rate x weight_decay of a weight off it.',
    }),
    schedule: Type.Unsafe<ScheduleName>({
      type: 'string',
      enum: schedules,
      default: 'constant',
      description: 'How the learning rate goes to learning_rate_end.',
    }),
    learning_rate_end: Type.Number({
      default: 0,
      minimum: 0,
      description: 'Where the schedules linear and cosine end.',
    }),
    tickets: Type.Integer({
      default: 0,
      minimum: 0,
      description:
        'Log-spaced steps whose weights are kept in the output tickets, for comparisons at equal loss.',
    }),
    backend: Type.Unsafe<BackendChoice>({
      type: 'string',
      enum: backendChoices,
      default: 'auto',
      description: 'What computes gradients; auto: native where it loads, else wasm.',
    }),
    rng: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Seed of the order of the images.',
    }),
  },
  closed,
);
/** Parameters of the optimizers lie flat beside the others. */
type Params = Static<typeof params> & { readonly learning_rate: number };

export default defineStage({
  type: 'train-gd',
  version: 2,
  summary: 'Trains the weights that a mask leaves by gradient descent.',
  params,
  variants: { by: 'optimizer', of: ofOptimizer },
  settings: {
    by: 'recipe',
    of: { published: { '*': { epochs: 20 } }, released: { '*': { epochs: 2 } } },
  },
  inputs: {
    data: { type: 'dataset', doc: 'Training and test images.' },
    weights: { type: 'weights', doc: 'Where the weights start.' },
    mask: { type: 'mask', doc: 'Which weights exist.' },
  },
  outputs: {
    ticket: { type: 'ticket', doc: 'Trained weights and the mask. Pruned: 0. Gradient descent has no std.' },
    weights: { type: 'weights', doc: 'The trained weights alone.' },
    mask: { type: 'mask', doc: 'The mask, as it came in.' },
    metrics: { type: 'metrics', columns: metricsColumns, doc: 'One row per test.' },
    tickets: {
      type: 'dir',
      when: { parameter: 'tickets', above: 0 },
      doc: 'Tickets after log-spaced steps: step-0000001.safetensors and so on.',
    },
  },
  runtime: 'gradient',
  choosesRuntime: ['backend'],
  threads: true,
  async run(ctx) {
    const { inputs } = ctx;
    const given = ctx.params as Params;
    refuseUnusedEnd(given);
    const { mask, remaining, ...start } = readStart('train-gd', inputs);
    const images = readImages((file) => inputs.data.bytes(file));
    const network = buildNetwork(start.network);
    refuseLargeBatch(given.batch, images.train.count);
    const evaluator = await createEvaluator({ network, mask, ...images, threads: ctx.threads });
    try {
      const backend = await openBackend({
        choice: given.backend,
        cacheDir: ctx.cacheDir(),
        runtime: ctx.runtime,
      });
      const engine = createGradientEngine({ network, mask, images: images.train, backend });
      const training = trainingOf(given, {
        engine,
        evaluator,
        images: images.train.count,
        start: start.weights.map((value, i) => (mask[i] === 1 ? value : 0)),
      });
      const trained = await train({
        ...training,
        remaining,
        checkpoints: ctx.checkpoints,
        report: (done, accuracy) =>
          ctx.progress({
            unit: 'step',
            done,
            total: training.schedule.steps,
            values: { test_accuracy: accuracy },
          }),
      });
      engine.dispose();
      return outputsOf(trained, given, { network: start.network, mask, maskBytes: inputs.mask.bytes() });
    } finally {
      await evaluator.close();
    }
  },
});

interface Means {
  readonly engine: GradientEngine;
  readonly evaluator: Evaluator;
  readonly images: number;
  readonly start: Float64Array;
}

function trainingOf(
  given: Params,
  { engine, evaluator, images, start }: Means,
): Omit<Training, 'remaining' | 'checkpoints' | 'report'> {
  const perEpoch = stepsPerEpoch(images, given.batch);
  const steps = given.steps > 0 ? given.steps : given.epochs * perEpoch;
  return {
    start,
    optimizer: optimizerNamed(given.optimizer, given),
    schedule: { name: given.schedule, from: given.learning_rate, to: given.learning_rate_end, steps },
    weightDecay: given.weight_decay,
    images,
    batch: given.batch,
    shuffling: streamKey(given.rng, 'shuffling'),
    gradient: (out, weights, indices) => engine.batchGradient(out, weights, indices),
    testEvery: given.test_every > 0 ? given.test_every : perEpoch,
    measure: async (weights) => (await evaluator.evaluateMany([weights], 'test'))[0]!,
    keepAt: logSpacedSteps(given.tickets, steps),
  };
}

function outputsOf(
  { weights, rows, kept }: Trained,
  { optimizer, tickets, learning_rate, batch }: Params,
  from: { readonly network: NetworkSpec; readonly mask: Mask; readonly maskBytes: Uint8Array },
) {
  const { network, mask } = from;
  const encode = (mean: Float64Array, step: number, parts: { readonly mask?: Mask }): Uint8Array =>
    encodeTensors({ network, mean, ...parts, meta: { optimizer, step, learning_rate, batch } });
  const last = rows.at(-1)!.step;
  const names = [...kept].map(
    ([step, mean]) =>
      [`step-${String(step).padStart(7, '0')}.safetensors`, encode(mean, step, { mask })] as const,
  );
  return {
    ticket: encode(weights, last, { mask }),
    weights: encode(weights, last, {}),
    mask: from.maskBytes,
    metrics: encodeTable(metricsColumnNames, rows),
    ...(tickets > 0 && { tickets: new Map(names) }),
  };
}

/** Whoever says where the learning rate ends means it to go there. */
function refuseUnusedEnd({ schedule, learning_rate_end: end }: Params): void {
  if (schedule === 'constant' && end !== 0)
    throw new UserError(
      `train-gd: learning_rate_end is ${end}, but with schedule: constant the learning rate stays as it is; choose linear or cosine, or leave learning_rate_end out`,
    );
}

/** What is called a batch of so many images has to be one. */
function refuseLargeBatch(batch: number, count: number): void {
  if (batch > count)
    throw new UserError(
      `train-gd: batch is ${batch}, but there are only ${count} training images; choose a smaller batch`,
    );
}
