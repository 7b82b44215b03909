import { Type } from '@sinclair/typebox';
import { gatherTables } from '../src/artefacts/gather-tables.js';
import { encodeTable } from '../src/artefacts/table.js';
import type { Row, Table } from '../src/artefacts/table.js';
import { UserError } from '../src/base/result.js';
import { curveSpec } from '../src/figures/curve-spec.js';
import { drawPng, drawSvg, type FigureFont } from '../src/figures/draw.js';
import { captionOf, domainOf, labelOf } from '../src/figures/labels.js';
import { lastRow, observationsOf, refuseMissing } from '../src/figures/observations.js';
import { pointsTable } from '../src/figures/points-table.js';
import { summariseCurves, type Observation } from '../src/figures/summarise-curves.js';
import {
  defineStage,
  type Artefact,
  type GatheredArtefact,
  type StageContext,
} from '../src/pipeline/stage.js';

const column = (description: string) => Type.String({ minLength: 1, description });
const optional = (description: string) => Type.String({ default: '', description });

export default defineStage({
  type: 'plot',
  version: 1,
  summary: 'Draws curves from a table: SVG, PNG, and the numbers behind them as CSV.',
  params: Type.Object(
    {
      mark: Type.Unsafe<'line'>({
        type: 'string',
        enum: ['line'],
        default: 'line',
        description: 'A line with points for every curve.',
      }),
      x: column(
        'The column along x. `remaining` is drawn in percent on a logarithmic axis, dense on the left.',
      ),
      y: column('The column along y.'),
      last_by: optional('Of each instance take only the last row by this column, for example `generation`.'),
      color: optional('The column whose values are the curves, for example `method`.'),
      band: optional(
        'The column that tells repetitions apart, for example `seed`: mean and 95 % t interval over them.',
      ),
      title: optional('A title above the figure.'),
      x_label: optional('The label of the x axis, with its unit, instead of one made from the column.'),
      y_label: optional('The label of the y axis, with its unit, instead of one made from the column.'),
      color_label: optional('The heading of the legend instead of one made from the column.'),
    },
    { additionalProperties: false },
  ),
  inputs: {
    table: {
      type: ['metrics', 'table'],
      gather: true,
      doc: 'What to draw: one table, or the tables of many instances with their coordinates as further columns.',
    },
  },
  outputs: {
    figure: { type: 'figure', doc: 'figure.svg, figure.png (two pixels for one of the SVG) and figure.csv.' },
    data: {
      type: 'table',
      doc: 'The drawn points: curve, level, x (weights_remaining_pct for `remaining`), n, mean, lower, upper.',
    },
  },
  files: [{ kind: 'package', when: {}, package: 'dejavu-fonts-ttf', paths: { font: 'ttf/DejaVuSans.ttf' } }],
  // The places of marks come from logarithms, whose last digit may differ between engines.
  runtime: 'node',
  async run({ params, inputs, files }) {
    const observations = observe(rowsOf(inputs.table, params), params);
    const points = summariseCurves(observations, params.band);
    const { columns, rows } = pointsTable(points, params.x);
    const csv = encodeTable(columns, rows);
    const font = fontOf(files['font']);
    const spec = curveSpec({
      points,
      xAxis: params.x === 'remaining' ? 'remaining' : 'linear',
      xLabel: params.x_label || labelOf(params.x),
      yLabel: params.y_label || labelOf(params.y),
      curveLabel: params.color_label || labelOf(params.color),
      title: params.title,
      caption: captionOf(points, params.band),
      yDomain: domainOf(params.y),
    });
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

interface Columns {
  readonly x: string;
  readonly y: string;
  readonly last_by: string;
  readonly color: string;
  readonly band: string;
}

/** The rows to draw, of all instances. An input that gathers may also be given one artefact: the only instance. */
function rowsOf(input: readonly GatheredArtefact[] | Artefact, { last_by, y }: Columns): Table {
  const instances = 'bytes' in input ? [{ coords: {}, artefact: input }] : input;
  if (last_by === '') return gatherTables(instances);
  const columns = new Set<string>();
  const rows: Row[] = [];
  for (const instance of instances) {
    const table = gatherTables([instance]);
    refuseMissing(table, 'last_by', last_by);
    refuseMissing(table, 'y', y);
    for (const name of table.columns) columns.add(name);
    const last = lastRow(table.rows, last_by, y);
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
