import { Type } from '@sinclair/typebox';
import type { TObject } from '@sinclair/typebox';
import { planPipeline, validatePipeline } from '../../src/pipeline/plan-pipeline.js';
import type { PipelineRequest } from '../../src/pipeline/plan-pipeline.js';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import type { Instance, Plan } from '../../src/pipeline/plan.js';
import { readSignatures, signaturesDocument } from '../../src/pipeline/signatures.js';
import type { StageSignature } from '../../src/pipeline/stage.js';

const closed = { additionalProperties: false };
const seed = Type.Integer({ minimum: 0, description: 'Seed of all random numbers.' });
const words = (...all: string[]) => Type.Union(all.map((word) => Type.Literal(word)));

const plotParams = Type.Object(
  {
    y: Type.String({ default: 'test_accuracy' }),
    by: Type.Array(Type.String(), { default: [] }),
    where: Type.Record(Type.String(), Type.String(), { default: {} }),
    last_by: Type.Union([Type.String(), Type.Array(Type.String())], { default: '' }),
  },
  closed,
);

function stage(
  type: string,
  params: TObject,
  rest: Omit<StageSignature, 'type' | 'params' | 'version' | 'summary' | 'runtime'>,
): StageSignature {
  return { type, version: 1, summary: `The ${type} of the tests.`, params, runtime: 'portable', ...rest };
}

/** Small stage types with one of everything: variants, settings, gathers, optional inputs, outputs that may be absent. */
export const smallStages: readonly StageSignature[] = [
  stage('dataset', Type.Object({ task: words('mnist', 'fmnist') }, closed), {
    inputs: {},
    outputs: { data: { type: 'dataset', doc: 'Images.' } },
  }),
  stage(
    'init',
    Type.Object(
      { layers: Type.Array(Type.Integer({ minimum: 1 }), { default: [196, 10] }), rng: seed },
      closed,
    ),
    {
      inputs: {},
      outputs: {
        weights: { type: 'weights', doc: 'First weights.' },
        mask: { type: 'mask', doc: 'All ones.' },
      },
    },
  ),
  stage(
    'train-es',
    Type.Object(
      {
        strategy: words('snes', 'open-es'),
        settings: Type.String({ default: 'library' }),
        popsize: Type.Integer({ minimum: 2, default: 16, description: 'Candidates per generation.' }),
        generations: Type.Integer({ minimum: 1, default: 10 }),
        validation: Type.Integer({ minimum: 0, default: 0 }),
        rng: seed,
      },
      closed,
    ),
    {
      variants: {
        by: 'strategy',
        of: {
          snes: Type.Object({ temperature: Type.Number({ minimum: 0, default: 12 }) }, closed),
          'open-es': Type.Object({ step_size: Type.Number({ minimum: 0, default: 0.1 }) }, closed),
        },
      },
      settings: {
        by: 'settings',
        of: { tuned: { '*': { generations: 20 }, snes: { temperature: 5 }, 'open-es': { step_size: 0.5 } } },
      },
      inputs: {
        data: { type: 'dataset', optional: true, doc: 'Images.' },
        weights: { type: 'weights', doc: 'Where the mean starts.' },
        mask: { type: 'mask', doc: 'Which weights exist.' },
      },
      outputs: {
        ticket: { type: 'ticket', doc: 'Mean and std.' },
        metrics: { type: 'metrics', columns: { generation: 'int', test_accuracy: 'double' }, doc: 'Curve.' },
        best: { type: 'ticket', when: { parameter: 'validation', above: 0 }, doc: 'The best mean.' },
      },
    },
  ),
  stage(
    'prune',
    Type.Object(
      {
        criterion: words('magnitude', 'random'),
        sparsity: Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
        label: Type.String({ default: '' }),
      },
      closed,
    ),
    {
      inputs: {
        ticket: { type: ['ticket', 'weights'], doc: 'What was trained.' },
        mask: { type: 'mask', doc: 'Its mask.' },
      },
      outputs: { mask: { type: 'mask', doc: 'The next mask.' } },
    },
  ),
  stage('rewind', Type.Object({}, closed), {
    inputs: {
      weights: { type: 'weights', doc: 'First weights.' },
      mask: { type: 'mask', doc: 'The new mask.' },
    },
    outputs: { weights: { type: 'weights', doc: 'Where training starts again.' } },
  }),
  stage('plot', plotParams, {
    inputs: {
      table: {
        type: ['table', 'metrics'],
        gather: true,
        columns: { generation: 'int', test_accuracy: 'double' },
        doc: 'Rows.',
      },
    },
    columnNames: { input: 'table', all: ['y', 'where'], any: ['by'], oneOf: ['last_by'] },
    outputs: { figure: { type: 'figure', doc: 'The figure.' } },
  }),
  stage('count', Type.Object({}, closed), {
    inputs: { of: { type: ['mask', 'weights'], gather: true, doc: 'What is counted.' } },
    outputs: { table: { type: 'table', columns: { mask: 'string' }, doc: 'Counts.' } },
  }),
];

/** As the planner gets them: through JSON. */
export const signatures = readSignatures(JSON.parse(JSON.stringify(signaturesDocument(smallStages))));

export type Asked = Partial<
  Pick<
    PipelineRequest,
    'preset' | 'overrides' | 'paramsFile' | 'targets' | 'file' | 'readFile' | 'describeModules' | 'signatures'
  >
>;

export function request(text: string | Uint8Array, asked: Asked = {}): PipelineRequest {
  const source = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { source, file: 'p.yaml', signatures, ...asked };
}

/** The plan of a file that is right. */
export function planOf(text: string, asked: Asked = {}): Plan {
  const plan = planPipeline(request(text, asked));
  if (!plan.ok) throw new Error(`does not plan:\n${formatDiagnostics(plan.error)}`);
  return plan.value;
}

/** What is said of a file that is wrong. */
export function complaints(text: string | Uint8Array, asked: Asked = {}): string {
  const plan = planPipeline(request(text, asked));
  return plan.ok ? 'nothing' : formatDiagnostics(plan.error);
}

export function validationComplaints(text: string, asked: Asked = {}): string {
  const checked = validatePipeline(request(text, asked));
  return checked.ok ? 'nothing' : formatDiagnostics(checked.error);
}

export function instanceOf(plan: Plan, id: string): Instance {
  const found = plan.instances.find((instance) => instance.id === id);
  if (found === undefined) throw new Error(`no ${id} among ${plan.instances.map((i) => i.id).join(' ')}`);
  return found;
}

/** `input <- id.output` for the edges of an instance; rows of gathers with their coordinates. */
export function sourcesOf(plan: Plan, id: string): Record<string, unknown> {
  const name = (from: number, output: string) => `${plan.instances[from]?.id}.${output}`;
  return Object.fromEntries(
    Object.entries(instanceOf(plan, id).inputs).map(([input, source]) => [
      input,
      source.kind === 'edge'
        ? name(source.from, source.output)
        : source.rows.map((row) => ({ ...row.coords, of: name(row.from, row.output) })),
    ]),
  );
}

/** A complete small study: a loop in a matrix, with state, outputs, a gather and presets. */
export const study = `ticketlab: 1
name: study
params:
  methods: { type: list<string>, items: { enum: [magnitude, random] }, default: [magnitude, random] }
  seeds: { type: list<int>, unique: true, default: [1, 2] }
  levels: { type: int, min: 1, max: 40, default: 3 }
  keep_ratio: { type: double, min: 0.05, max: 0.99, default: 0.8 }
  popsize: { type: int, min: 2, default: 32 }
presets:
  smoke: { seeds: [1], levels: 2 }
  tiny: { extends: smoke, popsize: 4 }
stages:
  data:
    uses: dataset
    with: { task: mnist }
  init:
    uses: init
    matrix: { seed: '\${params.seeds}' }
    with: { rng: "\${rng(matrix.seed, 'init')}" }
  imp:
    matrix: { method: '\${params.methods}', seed: '\${params.seeds}' }
    iterate:
      axis: k
      times: \${params.levels}
      state:
        weights: { start: '\${stages.init.weights}', next: '\${steps.rewind.weights}' }
        mask: { start: '\${stages.init.mask}', next: '\${steps.prune.mask}' }
    steps:
      train:
        uses: train-es
        with:
          data: \${stages.data.data}
          weights: \${state.weights}
          mask: \${state.mask}
          strategy: snes
          popsize: \${params.popsize}
          rng: \${rng(matrix.seed, 'train', k)}
      prune:
        uses: prune
        with:
          ticket: \${steps.train.ticket}
          mask: \${state.mask}
          criterion: \${matrix.method}
          sparsity: \${1.0 - pow(params.keep_ratio, k)}
          label: level \${k - 1} of \${params.levels}
      rewind:
        uses: rewind
        with: { weights: '\${stages.init.weights}', mask: '\${steps.prune.mask}' }
    outputs:
      metrics: \${steps.train.metrics}
      mask: \${state.mask}
      start: \${state.weights}
  accuracy:
    uses: plot
    with:
      table: { from: stages.imp.metrics, over: [method, seed, k] }
  sizes:
    uses: count
    matrix: { seed: '\${params.seeds}' }
    with:
      of: { from: stages.imp.mask, over: [k, method] }
targets:
  figures: [accuracy]
  default: [figures]
`;
