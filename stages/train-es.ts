import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { encodeTable } from '../src/artefacts/table.js';
import type { Row } from '../src/artefacts/table.js';
import { readStart } from '../src/artefacts/start.js';
import type { TrainingStart } from '../src/artefacts/start.js';
import { encodeTensors } from '../src/artefacts/tensors.js';
import { UserError } from '../src/base/result.js';
import { readImages } from '../src/data/images.js';
import type { ImageSets } from '../src/data/images.js';
import { minibatchFitness, normalNoise, randomFitness } from '../src/es/fitness.js';
import { bindStrategy, shapingFor, strategyNames, strategySchemas } from '../src/es/index.js';
import type { StrategyName } from '../src/es/index.js';
import { metricsColumnNames, metricsColumns } from '../src/es/metrics.js';
import type { MetricsRow } from '../src/es/metrics.js';
import { searchSpace } from '../src/es/search-space.js';
import type { SearchSpace } from '../src/es/search-space.js';
import type { BoundStrategy, Reading } from '../src/es/strategy.js';
import { train } from '../src/es/train.js';
import type { TrainedDistribution, Training } from '../src/es/train.js';
import { tunedSettings, tunedTasks } from '../src/es/tuned-settings.js';
import { buildNetwork } from '../src/networks/index.js';
import { streamKey } from '../src/numeric/rng.js';
import { defineStage } from '../src/pipeline/stage.js';
import { createEvaluator } from '../src/population/evaluator.js';
import type { Evaluator } from '../src/population/evaluator.js';

const params = Type.Object(
  {
    strategy: Type.Unsafe<StrategyName>({
      type: 'string',
      enum: strategyNames,
      description: 'Evolution strategy; its own parameters lie beside it.',
    }),
    settings: Type.Unsafe<string>({
      type: 'string',
      enum: ['library', ...tunedTasks],
      default: 'library',
      description:
        'Where parameters of the strategy that are not given come from: tuned settings of a task, or the library.',
    }),
    popsize: Type.Integer({ minimum: 2, description: 'Candidates per generation.' }),
    generations: Type.Integer({ minimum: 1, description: 'Generations to train.' }),
    batch: Type.Integer({
      default: 1024,
      minimum: 1,
      description: 'Training images per generation, the same for all candidates.',
    }),
    test_every: Type.Integer({
      default: 100,
      minimum: 1,
      description: 'Generations between two evaluations of the mean; the first and the last have one too.',
    }),
    mean_decay: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 1,
      description: 'Share by which the mean shrinks in each generation.',
    }),
    fitness_weight_decay: Type.Number({
      default: 0,
      minimum: 0,
      description: "Weight of a candidate's mean square, taken off its score before ranking.",
    }),
    reading: Type.Unsafe<Reading>({
      type: 'string',
      enum: ['corrected', 'reference'],
      default: 'corrected',
      description: 'Sound mathematics, or what the released code computes where it differs.',
    }),
    freeze_rates: Type.Boolean({
      default: false,
      description:
        'Take learning rates that depend on the number of coordinates at that of the dense network.',
    }),
    fitness: Type.Unsafe<'task' | 'random'>({
      type: 'string',
      enum: ['task', 'random'],
      default: 'task',
      description: 'Score on the task, or random numbers: the control that shows how far a mean drifts.',
    }),
    validation: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Training images (the last ones) held out of training; with them there is an output best.',
    }),
    rng: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Seed of all random numbers.',
    }),
  },
  { additionalProperties: false },
);
type Params = Static<typeof params>;

export default defineStage({
  type: 'train-es',
  version: 2,
  summary: 'Trains the weights that a mask leaves with an evolution strategy.',
  params,
  variants: { by: 'strategy', of: strategySchemas },
  settings: { by: 'settings', of: { library: {}, ...tunedSettings } },
  inputs: {
    data: { type: 'dataset', doc: 'Training and test images.' },
    weights: { type: 'weights', doc: 'Where the mean starts.' },
    mask: { type: 'mask', doc: 'Which weights exist.' },
  },
  outputs: {
    ticket: {
      type: 'ticket',
      doc: 'Final mean and std of the search distribution, and the mask. Pruned: 0.',
    },
    metrics: { type: 'metrics', columns: metricsColumns, doc: 'One row per evaluation of the mean.' },
    best: {
      type: 'ticket',
      when: { parameter: 'validation', above: 0 },
      doc: 'Mean and std at the highest accuracy on the held-out training images.',
    },
  },
  runtime: 'portable',
  threads: true,
  async run(ctx) {
    const { params: given, inputs } = ctx;
    const start = readStart('train-es', inputs);
    const { mask, remaining } = start;
    const images = readImages((file) => inputs.data.bytes(file));
    const network = buildNetwork(start.network);
    refuse(given, images);
    const search = bound(given, start);
    const { strategy } = search;
    const evaluator = await createEvaluator({ network, mask, ...images, threads: ctx.threads });
    try {
      const trained = await train({
        ...trainingOf(given, search, evaluator, images),
        remaining,
        checkpoints: ctx.checkpoints,
        report: (done, accuracy) =>
          ctx.progress({
            unit: 'generation',
            done,
            total: given.generations,
            values: Number.isNaN(accuracy) ? {} : { test_accuracy: accuracy },
          }),
      });
      const ticket = ({ mean, std, generation }: TrainedDistribution): Uint8Array => {
        const { constants } = strategy;
        const meta = { strategy: given.strategy, reading: given.reading, generation, constants };
        return encodeTensors({ network: start.network, mean, std, mask, meta });
      };
      return {
        ticket: ticket(trained.final),
        metrics: encodeTable(metricsColumnNames, trained.rows.map(cells)),
        ...(trained.best && { best: ticket(trained.best) }),
      };
    } finally {
      await evaluator.close();
    }
  },
});

interface Search {
  readonly space: SearchSpace;
  readonly strategy: BoundStrategy;
}

/** The search space of the masked network, and the strategy bound to it. */
function bound(given: Params, { layout, weights, mask }: TrainingStart): Search {
  const space = searchSpace(layout, mask, weights, given.reading);
  const strategy = bindStrategy(given.strategy, given, {
    popsize: given.popsize,
    dimensions: space.dimensions,
    rateDimensions: given.freeze_rates ? layout.size : space.dimensions,
    reading: given.reading,
  });
  return { space, strategy };
}

function trainingOf(
  given: Params,
  { space, strategy }: Search,
  evaluator: Evaluator,
  { train: { count } }: ImageSets,
): Pick<Training, 'space' | 'evolution' | 'testEvery' | 'measure'> {
  const available = count - given.validation;
  const fitness =
    given.fitness === 'random'
      ? randomFitness(streamKey(given.rng, 'fitness'))
      : minibatchFitness({
          key: streamKey(given.rng, 'minibatch'),
          available,
          batch: given.batch,
          expand: (candidates) => space.expand(candidates),
          scores: (out, candidates, indices) => evaluator.scores(out, candidates, indices),
        });
  return {
    space,
    evolution: {
      strategy,
      popsize: given.popsize,
      generations: given.generations,
      noise: normalNoise(streamKey(given.rng, 'noise'), strategy.noiseRows, space.dimensions),
      evaluate: fitness,
      shaping: { values: shapingFor(given), weightDecay: given.fitness_weight_decay, reading: given.reading },
      meanDecay: given.mean_decay,
    },
    testEvery: given.test_every,
    measure: async (weights) => {
      const [test] = await evaluator.evaluateMany([weights], 'test');
      if (given.validation === 0) return { test: test! };
      const held = { from: available, to: count };
      const [validation] = await evaluator.evaluateMany([weights], 'train', held);
      return { test: test!, validation: validation! };
    },
  };
}

/** One clear message for what does not fit together. */
function refuse({ strategy, reading, batch, validation }: Params, { train: { count } }: ImageSets): void {
  const left = Math.max(0, count - validation);
  const why = validation === 0 ? '' : ` (${count}, less ${validation} held out for validation)`;
  if (batch > left)
    throw new UserError(
      `train-es: batch is ${batch}, but there are only ${left} training images${why}; choose a smaller batch`,
    );
  // D4
  if (strategy === 'open-es' && reading === 'reference')
    throw new UserError(
      'train-es: open-es has no "reading: reference", because the released code stops with an error before its first generation; use "reading: corrected"',
    );
}

/** A row of the table: what is not there becomes an empty cell. */
function cells(row: MetricsRow): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Number.isNaN(value) ? undefined : value]),
  );
}
