import { Type } from '@sinclair/typebox';
import { contrastRows } from '../src/analysis/statistics/contrasts.js';
import { groupsOf } from '../src/analysis/statistics/groups.js';
import type { Row } from '../src/analysis/statistics/groups.js';
import { advantageRows, normalisedRows } from '../src/analysis/statistics/paper-tables.js';
import { stabilityRows } from '../src/analysis/statistics/stability.js';
import type { LevelScores } from '../src/analysis/statistics/stability.js';
import { summaryRows } from '../src/analysis/statistics/summary.js';
import { gatherTables } from '../src/artefacts/gather-tables.js';
import { encodeTable } from '../src/artefacts/table.js';
import { decodeTensors } from '../src/artefacts/tensors.js';
import { UserError } from '../src/base/result.js';
import { lastByHelp, lastColumn } from '../src/figures/last-by.js';
import type { LastBy } from '../src/figures/last-by.js';
import { lastRow, refuseMissing } from '../src/figures/observations.js';
import { defineStage } from '../src/pipeline/stage.js';
import type { Artefact, ColumnType, GatheredArtefact } from '../src/pipeline/stage.js';

const closed = { additionalProperties: false };
/** The column along which the smallest value is the dense network, where no other is named. */
const dense = 'level';
const limits = (description: string) =>
  Type.Optional(
    Type.Unsafe<Readonly<Record<string, number>>>({
      type: 'object',
      additionalProperties: { type: 'number' },
      description,
    }),
  );
const side = (description: string) => Type.Union([Type.String(), Type.Number()], { description });

const lastBy = Type.Union([Type.String(), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
  default: '',
  description: lastByHelp,
});

const contrast = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'What the claim is called in the table.' }),
    column: Type.String({ minLength: 1, description: 'The column, one of `by`, whose values are compared.' }),
    first: side('Its value on one side.'),
    second: side('Its value on the other side: differences are first less second.'),
    at_most: limits(
      'Only groups in which these columns are at most so large, for example {remaining: 0.15}.',
    ),
    at_least: limits('Only groups in which these columns are at least so large.'),
    margin: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'With it the claim is equality within this margin, by two one-sided tests.',
      }),
    ),
  },
  closed,
);

const params = Type.Object(
  {
    value: Type.String({
      minLength: 1,
      description: 'The column to summarise, for example `test_accuracy`.',
    }),
    by: Type.Array(Type.String(), {
      default: [],
      uniqueItems: true,
      description: 'Columns whose values make groups, for example [method, level].',
    }),
    repetition: Type.String({
      default: 'seed',
      description: 'The column that tells independent repetitions apart; they are paired by it.',
    }),
    last_by: lastBy,
    contrasts: Type.Array(contrast, {
      default: [],
      description: 'Claims about paired differences; their p-values are adjusted together (Holm).',
    }),
    normalise: Type.String({
      default: '',
      description: 'The column of tasks, one of `by`, within each of which means are mapped to 0 ... 1.',
    }),
    advantage: Type.Array(
      Type.Object(
        {
          column: Type.String({ minLength: 1, description: 'The column of rules, one of `by`.' }),
          first: Type.String({ description: 'The rule whose advantage it is.' }),
          second: Type.String({ description: 'The rule it is compared with.' }),
          along: Type.Optional(
            Type.String({
              default: dense,
              description: 'The column, one of `by`, whose smallest value is dense.',
            }),
          ),
        },
        closed,
      ),
      {
        default: [],
        maxItems: 1,
        description: "One rule's advantage over another, as a share of its dense value.",
      },
    ),
    score: Type.Unsafe<'signal-to-noise' | 'magnitude'>({
      type: 'string',
      enum: ['signal-to-noise', 'magnitude'],
      default: 'signal-to-noise',
      description: 'With the input tickets: the score whose stability over levels is told.',
    }),
    rng: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Seed of the bootstrap.',
    }),
  },
  closed,
);

const intervalColumns = {
  std_error: 'double',
  lower: 'double',
  upper: 'double',
  interval: 'string',
} as const;
const summaryColumns = { n: 'int', mean: 'double', ...intervalColumns } as const;
const normalisedColumns = { tasks: 'int', mean: 'double', std: 'double' } as const;
const advantageColumns = { advantage: 'double' } as const;
const contrastColumns: Readonly<Record<string, ColumnType>> = {
  ...{ n: 'int', conditions: 'int', mean_first: 'double', mean_second: 'double', difference: 'double' },
  ...{ ...intervalColumns, margin: 'double', p_different: 'double', p_equivalent: 'double' },
  ...{ p_holm: 'double', detectable: 'double', verdict: 'string' },
};
const contrastNames = { contrast: 'string', column: 'string' } as const;
/** The values that are compared: texts or numbers. */
const contrastSides = ['first', 'second'];
const ofBy = { parameter: 'by' };

export default defineStage({
  type: 'summarise',
  version: 1,
  summary: 'Means, intervals and paired tests over repetitions, from the tables of many instances.',
  params,
  inputs: {
    table: {
      type: ['metrics', 'table'],
      gather: true,
      doc: 'One table, or the tables of many instances with their coordinates as further columns.',
    },
    tickets: {
      type: ['ticket', 'weights'],
      gather: true,
      optional: true,
      doc: 'Trained networks of all levels of one or more chains: tells how stable their scores are.',
    },
  },
  columnNames: {
    ...{ input: 'table', all: ['value'], any: ['by', 'repetition'], oneOf: ['last_by'] },
    among: {
      of: 'by',
      names: [
        ...['normalise', 'advantage.column', 'advantage.along'],
        ...['contrasts.column', 'contrasts.at_most', 'contrasts.at_least'],
      ],
    },
  },
  outputs: {
    summary: {
      type: 'table',
      columns: summaryColumns,
      furtherColumns: [ofBy],
      doc: 'One row a group: n, mean, std_error, lower, upper (95 %), interval (t below ten repetitions, else bootstrap).',
    },
    contrasts: {
      type: 'table',
      columns: { ...contrastNames, ...contrastColumns },
      furtherColumns: [{ names: contrastSides }],
      doc: 'One row a contrast: paired difference, interval, p-values, Holm, smallest detectable difference, verdict.',
    },
    normalised: {
      type: 'table',
      columns: normalisedColumns,
      furtherColumns: [{ ...ofBy, without: 'normalise' }],
      doc: 'With `normalise`: means and std over tasks on one scale; else no rows.',
    },
    advantage: {
      type: 'table',
      columns: advantageColumns,
      furtherColumns: [{ ...ofBy, without: 'advantage.column' }],
      doc: 'With `advantage`: one row a level; else no rows.',
    },
    stability: {
      type: 'table',
      columns: { tensor: 'string' },
      furtherColumns: [
        { names: ['level', ...Object.keys(summaryColumns)] },
        { coordinatesOf: 'tickets', prefixes: [''] },
      ],
      doc: 'With tickets: rank correlation of scores with the first level; else no rows.',
    },
  },
  runtime: 'portable',
  run({ params: given, inputs }) {
    const { by, rng } = given;
    const rows = rowsOf(inputs.table, given);
    const groups = groupsOf(rows, given);
    if (groups.length === 0) throw new UserError(`summarise: no row has a value in column ${given.value}`);
    const others = (left: string) => by.filter((column) => column !== left);
    const [ofAdvantage] = given.advantage;
    const normalised = given.normalise === '' ? [] : normalisedRows(groups, given.normalise);
    const advantage =
      ofAdvantage === undefined ? [] : advantageRows(groups, { along: dense, ...ofAdvantage });
    const stability =
      inputs.tickets === undefined ? [] : stabilityRows(levelsOf(inputs.tickets, given), given.rng);
    const chains = [...new Set(stability.flatMap((row) => Object.keys(row)))];
    return {
      summary: encodeTable([...by, ...Object.keys(summaryColumns)], summaryRows(groups, rng)),
      contrasts: encodeTable(
        [...Object.keys(contrastNames), ...contrastSides, ...Object.keys(contrastColumns)],
        contrastRows(groups, given.contrasts, rng),
      ),
      normalised: encodeTable([...others(given.normalise), ...Object.keys(normalisedColumns)], normalised),
      advantage: encodeTable(
        [...others(ofAdvantage?.column ?? ''), ...Object.keys(advantageColumns)],
        advantage,
      ),
      stability: encodeTable(chains.length === 0 ? ['tensor'] : chains, stability),
    };
  },
});

interface Columns {
  readonly value: string;
  readonly by: readonly string[];
  readonly repetition: string;
  readonly last_by: LastBy;
  readonly contrasts: readonly { readonly column: string }[];
  readonly normalise: string;
}

/** The rows to summarise. An input that gathers may also be given one artefact: the only instance. */
function rowsOf(input: readonly GatheredArtefact[] | Artefact, columns: Columns): Row[] {
  const instances = 'bytes' in input ? [{ coords: {}, artefact: input }] : input;
  const table = gatherTables(instances);
  const { value, by, repetition, last_by: lastBy } = columns;
  refuseMissing(table, 'value', value);
  for (const column of by) refuseMissing(table, 'by', column);
  refuseMissing(table, 'repetition', repetition);
  for (const { column } of columns.contrasts) refuseOutside(by, 'contrasts', column);
  refuseOutside(by, 'normalise', columns.normalise);
  if (lastBy === '') return [...table.rows];
  return instances
    .map((instance) => {
      const own = gatherTables([instance]);
      return lastRow(own.rows, lastColumn(own, lastBy), value);
    })
    .filter((row) => row !== undefined);
}

function refuseOutside(by: readonly string[], role: string, column: string): void {
  if (column === '' || by.includes(column)) return;
  throw new UserError(
    `summarise: \`${role}\` names the column ${column}, which is not in \`by\` (${by.join(', ')})`,
  );
}

/** Scores of every ticket's kernels, with the chain it belongs to and its level. */
function levelsOf(
  tickets: readonly GatheredArtefact[],
  { score, repetition }: { readonly score: 'signal-to-noise' | 'magnitude'; readonly repetition: string },
): LevelScores[] {
  return tickets.map(({ coords, artefact }) => {
    const { k: _round, level, [repetition]: seed, ...chain } = coords;
    const { layout, mean, std, mask } = decodeTensors(artefact.bytes(), 'mean', 'mask');
    if (typeof level !== 'number')
      throw new UserError(
        'summarise: tickets have to be gathered over the axis of a loop, which gives their levels',
      );
    if (score === 'signal-to-noise' && std === undefined)
      throw new UserError(
        'summarise: these tickets have no std, so there is no signal-to-noise: use `score: magnitude`',
      );
    const scores = mean.map(
      (m, i) => Math.abs(m) / (std === undefined || score === 'magnitude' ? 1 : std[i]!),
    );
    return { chain: chain as Row, repetition: JSON.stringify(seed ?? ''), level, layout, mask, scores };
  });
}
