import { Type } from '@sinclair/typebox';
import { ok, err } from '../../src/base/result.js';
import { readSignatures, signaturesDocument } from '../../src/pipeline/signatures.js';
import type { StageSignature } from '../../src/pipeline/stage.js';
import { complaints, smallStages, validationComplaints } from './small-stages.js';
import type { Asked } from './small-stages.js';

const closed = { additionalProperties: false };
const words = (...all: string[]) => Type.Union(all.map((word) => Type.Literal(word)));
const texts = () => Type.Array(Type.String(), { default: [] });
const common = { version: 1, summary: 'Of the tests.', runtime: 'portable' } as const;
const gathered = { type: ['table', 'metrics'], gather: true, doc: 'Rows.' } as const;

/** A table whose columns follow from a parameter, and one whose columns follow from coordinates. */
const stages: readonly StageSignature[] = [
  {
    ...{ ...common, type: 'summarise' },
    params: Type.Object(
      {
        ...{ value: Type.String(), by: texts(), repetition: Type.String({ default: 'seed' }), task: texts() },
        claims: Type.Array(
          Type.Object({
            column: Type.String(),
            at_most: Type.Optional(Type.Record(Type.String(), Type.Number())),
          }),
          { default: [] },
        ),
      },
      closed,
    ),
    inputs: { table: gathered },
    columnNames: {
      ...{ input: 'table', all: ['value'], any: ['by', 'repetition'] },
      among: { of: 'by', names: ['task', 'claims.column', 'claims.at_most'] },
    },
    outputs: {
      summary: {
        ...{ type: 'table', doc: 'Means.' },
        columns: { n: 'int', mean: 'double' },
        furtherColumns: [{ parameter: 'by' }],
      },
      normalised: {
        ...{ type: 'table', doc: 'Means.' },
        columns: { mean: 'double' },
        furtherColumns: [{ parameter: 'by', without: 'task' }],
      },
    },
  },
  {
    ...{ ...common, type: 'connect' },
    params: Type.Object({}, closed),
    inputs: { ends: { type: ['weights', 'ticket'], gather: true, doc: 'Networks.' } },
    outputs: {
      metrics: {
        ...{ type: 'metrics', doc: 'Barriers.' },
        columns: { barrier: 'double' },
        furtherColumns: [{ coordinatesOf: 'ends', prefixes: ['a_', 'b_'] }],
      },
    },
  },
  {
    ...{ ...common, type: 'ranks' },
    params: Type.Object({}, closed),
    inputs: { table: { ...gathered, columns: { way: 'string', seed: 'int' } } },
    outputs: { table: { type: 'table', columns: { rank: 'int' }, doc: 'Ranks.' } },
  },
  {
    ...{ ...common, type: 'draw' },
    params: Type.Object({ mark: words('line', 'path', 'spectrum') }, closed),
    variants: {
      by: 'mark',
      of: {
        line: Type.Object(
          { x: Type.String(), y: Type.String(), color: Type.String({ default: '' }) },
          closed,
        ),
        path: Type.Object({ y: Type.String({ default: 'barrier' }) }, closed),
        spectrum: Type.Object({ y: Type.String({ default: 'weight' }) }, closed),
      },
    },
    inputs: { table: gathered },
    columnNames: {
      ...{ input: 'table', all: ['x', 'y'], any: ['color'] },
      implied: { by: 'mark', of: { spectrum: ['value', 'weight'] } },
    },
    outputs: { figure: { type: 'figure', doc: 'The figure.' } },
  },
];

const signatures = readSignatures(
  JSON.parse(JSON.stringify(signaturesDocument([...smallStages, ...stages]))),
);

/** Two seeds of a loop, trained, and a single training: what the tables of the tests come from. */
const trained = `  init: { uses: init, with: { rng: 1 } }
  imp:
    matrix: { seed: [1, 2] }
    iterate:
      axis: k
      times: 3
      state: { mask: { start: '\${stages.init.mask}', next: '\${steps.prune.mask}' } }
    steps:
      train:
        uses: train-es
        with: { weights: '\${stages.init.weights}', mask: '\${state.mask}', strategy: snes, rng: 1 }
      prune:
        uses: prune
        with: { ticket: '\${steps.train.ticket}', mask: '\${state.mask}', criterion: random, sparsity: 0.5 }
    outputs: { metrics: '\${steps.train.metrics}', ticket: '\${steps.train.ticket}' }
  other:
    uses: train-es
    with: { weights: '\${stages.init.weights}', mask: '\${stages.init.mask}', strategy: snes, rng: 2 }
`;

/** A pipeline with these stages after the trainings, and what stands before the stages. */
const file = (stages: string, head = '') => `ticketlab: 1\nname: p\n${head}stages:\n${trained}${stages}`;

/** All that planning says of it, with component files by their paths. */
export function said(
  stages: string,
  {
    head = '',
    components = {},
    ...asked
  }: Asked & { head?: string; components?: Record<string, string> } = {},
): string {
  const text = file(stages, head);
  const readFile: Asked['readFile'] = (_, path) => {
    const found = components[path];
    return found === undefined
      ? err('there is no such file')
      : ok({ file: path.replace('./', ''), bytes: new TextEncoder().encode(found) });
  };
  const planned = complaints(text, { signatures, readFile, ...asked });
  const validated = validationComplaints(text, { signatures, readFile, ...asked });
  if (planned !== validated) throw new Error(`validation says something else:\n${validated}\n${planned}`);
  return planned;
}
