import { Type } from '@sinclair/typebox';
import type { Static, TObject } from '@sinclair/typebox';
import { gatherTables } from '../src/artefacts/gather-tables.js';
import { encodeTable } from '../src/artefacts/table.js';
import type { Row, Table } from '../src/artefacts/table.js';
import { UserError } from '../src/base/result.js';
import { curveFigure } from '../src/figures/curve-figure.js';
import { curveSpec } from '../src/figures/curve-spec.js';
import { curveStyle } from '../src/figures/curve-style.js';
import type { CurveParams, MarkName } from '../src/figures/curve-style.js';
import { drawPng, drawSvg, type FigureFont, type FigureSpec } from '../src/figures/draw.js';
import { createTextWidth, type TextWidth } from '../src/figures/font-widths.js';
import { heatmapCells } from '../src/figures/heatmap-cells.js';
import type { HeatmapRoles } from '../src/figures/heatmap-cells.js';
import { heatmapFigure } from '../src/figures/heatmap-figure.js';
import { heatmapSpec } from '../src/figures/heatmap-spec.js';
import { lastByHelp, lastColumn } from '../src/figures/last-by.js';
import type { LastBy } from '../src/figures/last-by.js';
import { lastRow, observationsOf, refuseMissing } from '../src/figures/observations.js';
import { pointsTable, remainingPercent } from '../src/figures/points-table.js';
import { summariseCurves, type Observation } from '../src/figures/summarise-curves.js';
import { rowsWhere } from '../src/figures/where.js';
import {
  defineStage,
  type Artefact,
  type GatheredArtefact,
  type StageContext,
} from '../src/pipeline/stage.js';

const closed = { additionalProperties: false };
const column = (description: string) => Type.String({ minLength: 1, description });
const optional = (description: string) => Type.String({ default: '', description });
const or = (value: string, description: string) => Type.String({ default: value, minLength: 1, description });

const color = optional('The column whose values are the curves, for example `method`.');
const band = optional(
  'The column that tells repetitions apart, for example `seed`: mean and 95 % t interval over them.',
);

const lastBy = Type.Union([Type.String(), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
  default: '',
  description: lastByHelp,
});

/** Parameters of each kind of figure, beside those that all have. */
const ofMark = {
  line: Type.Object(
    {
      x: column(
        'The column along x. `remaining` is drawn in percent on a logarithmic axis, dense on the left.',
      ),
      y: column('The column along y.'),
      last_by: lastBy,
      color,
      band,
    },
    closed,
  ),
  path: Type.Object({ y: or('test_error', 'What is told of each point of a path.'), color, band }, closed),
  spectrum: Type.Object({ color }, closed),
  sharpness: Type.Object(
    {
      measure: Type.Unsafe<'absolute' | 'relative'>({
        type: 'string',
        enum: ['absolute', 'relative'],
        default: 'absolute',
        description: 'Perturbations of one size for all weights, or relative to those of each layer.',
      }),
      y: or('loss_increase', 'What is told of each scale.'),
      color,
      band,
    },
    closed,
  ),
  heatmap: Type.Object(
    {
      x: column('The column whose values are the columns of the matrix, for example `a_level`.'),
      y: column('The column whose values are its rows, for example `b_level`.'),
      value: or('test_error_barrier', 'The column that the colours tell.'),
      mirror: Type.Boolean({
        default: true,
        description:
          'Draw each pair in both orders: x and y then have the same values, and barriers and distances are 0 on the diagonal.',
      }),
      band,
    },
    closed,
  ),
} satisfies Record<MarkName, TObject>;

const params = Type.Object(
  {
    mark: Type.Unsafe<MarkName>({
      type: 'string',
      enum: Object.keys(ofMark),
      default: 'line',
      description:
        'line: a line with points for every curve. path: error or loss between networks. spectrum: density of eigenvalues. sharpness: rise of the loss over the size of perturbations. heatmap: a coloured matrix.',
    }),
    where: Type.Unsafe<Readonly<Record<string, string | number | boolean>>>({
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      default: {},
      description: 'Only rows whose columns have these values, for example {kind: ends, aligned: false}.',
    }),
    title: optional('A title above the figure.'),
    x_label: optional('The label of the x axis, with its unit, instead of one made from the column.'),
    y_label: optional('The label of the y axis, with its unit, instead of one made from the column.'),
    color_label: optional('The heading of the legend instead of one made from the column.'),
  },
  closed,
);
/** What is told of every drawn point. */
const pointColumns = { n: 'int', mean: 'double', lower: 'double', upper: 'double' } as const;

/** Parameters of the kinds of figures lie flat beside the others. */
type Params = Static<typeof params>;

export default defineStage({
  type: 'plot',
  version: 3,
  summary: 'Draws a figure from a table: SVG, PNG, and the numbers behind it as CSV.',
  params,
  variants: { by: 'mark', of: ofMark },
  inputs: {
    table: {
      type: ['metrics', 'table'],
      gather: true,
      doc: 'What to draw: one table, or the tables of many instances with their coordinates as further columns.',
    },
  },
  columnNames: {
    input: 'table',
    all: ['x', 'y', 'value', 'where'],
    any: ['color', 'band'],
    oneOf: ['last_by'],
    implied: {
      by: 'mark',
      of: {
        path: ['alpha'],
        spectrum: ['part', 'value', 'weight'],
        sharpness: ['measure', 'refined', 'scale'],
      },
    },
  },
  outputs: {
    figure: { type: 'figure', doc: 'figure.svg, figure.png (two pixels for one of the SVG) and figure.csv.' },
    data: {
      type: 'table',
      columns: pointColumns,
      furtherColumns: [
        { names: ['curve', 'level', remainingPercent, 'alpha', 'value', 'scale'] },
        { parameter: 'x' },
        { parameter: 'y' },
      ],
      doc: 'The drawn points: curve, level, x (weights_remaining_pct for `remaining`), or x and y of a cell; n, mean, lower, upper.',
    },
  },
  files: [{ kind: 'package', when: {}, package: 'dejavu-fonts-ttf', paths: { font: 'ttf/DejaVuSans.ttf' } }],
  // The places of marks come from logarithms, whose last digit may differ between engines.
  runtime: 'node',
  async run({ params: given, inputs, files }) {
    const font = fontOf(files['font']);
    const draw = given.mark === 'heatmap' ? heatmap : curves;
    const { csv, spec } = draw(inputs.table, given, createTextWidth(font.bytes));
    const svg = await drawSvg(spec, font);
    const png = await drawPng(svg, font);
    const figure = new Map<string, Uint8Array | string>([
      ['figure.svg', svg],
      ['figure.png', png],
      ['figure.csv', csv],
    ]);
    return { figure, data: csv };
  },
});

type Input = readonly GatheredArtefact[] | Artefact;

/** A figure as the numbers behind it and what to draw. */
interface Drawing {
  readonly csv: string;
  readonly spec: FigureSpec;
}

function curves(input: Input, given: Params, widthOf: TextWidth): Drawing {
  const style = curveStyle(given as CurveParams);
  const { roles } = style;
  const where = { ...style.where, ...given.where };
  const observations = observe(rowsWhere(rowsOf(input, roles), where), roles);
  const points = summariseCurves(observations, roles.band);
  const { columns, rows } = pointsTable(points, roles.x);
  return { csv: encodeTable(columns, rows), spec: curveSpec(curveFigure(points, style, given), widthOf) };
}

function heatmap(input: Input, given: Params, widthOf: TextWidth): Drawing {
  const roles = given as Params & HeatmapRoles;
  const instances = 'bytes' in input ? [{ coords: {}, artefact: input }] : input;
  const cells = heatmapCells(rowsWhere(gatherTables(instances), given.where), roles);
  const rows = cells.map(({ x, y, ...interval }) => ({ [roles.x]: x, [roles.y]: y, ...interval }));
  return {
    csv: encodeTable([roles.x, roles.y, ...Object.keys(pointColumns)], rows),
    spec: heatmapSpec(heatmapFigure(cells, roles, given), widthOf),
  };
}

interface Columns {
  readonly x: string;
  readonly y: string;
  readonly last_by: LastBy;
  readonly color: string;
  readonly band: string;
}

/** The rows to draw, of all instances. An input that gathers may also be given one artefact: the only instance. */
function rowsOf(input: Input, { last_by, y }: Columns): Table {
  const instances = 'bytes' in input ? [{ coords: {}, artefact: input }] : input;
  if (last_by === '') return gatherTables(instances);
  const columns = new Set<string>();
  const rows: Row[] = [];
  for (const instance of instances) {
    const table = gatherTables([instance]);
    const column = lastColumn(table, last_by);
    refuseMissing(table, 'y', y);
    for (const name of table.columns) columns.add(name);
    const last = lastRow(table.rows, column, y);
    if (last !== undefined) rows.push(last);
  }
  return { columns: [...columns], rows };
}

function observe(table: Table, roles: Columns): Observation[] {
  const observations = observationsOf(table, roles);
  if (roles.x !== 'remaining') return observations;
  const empty = observations.find(({ x }) => x <= 0);
  if (empty !== undefined) {
    throw new UserError(
      `Column remaining holds ${empty.x} (curve ${empty.curve}), which has no place on a logarithmic axis. ` +
        'Draw fewer levels, or use `x: level`.',
    );
  }
  return observations.map((observation) => ({ ...observation, x: 100 * observation.x }));
}

/** The rasteriser opens the font by its path; reading the bytes first makes sure that it is the file of the key. */
function fontOf(file: StageContext<never, never>['files'][string] | undefined): FigureFont {
  if (file === undefined) throw new Error('the stage was started without its font');
  return { bytes: file.bytes(), path: file.path, family: 'DejaVu Sans' };
}
