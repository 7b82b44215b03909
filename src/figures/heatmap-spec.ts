import type { TopLevelSpec } from 'vega-lite';
import { config, titleOf } from './curve-spec.js';
import { byName } from './summarise-curves.js';
import type { MeanInterval } from './t-interval.js';

/** One cell of the matrix; x and y are names or numbers as text. */
export interface HeatmapCell extends MeanInterval {
  readonly x: string;
  readonly y: string;
}

export interface HeatmapFigure {
  readonly cells: readonly HeatmapCell[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly valueLabel: string;
  readonly title: string;
  readonly caption: string;
}

/** Pixels of one cell; smaller when there are many. */
const cellSize = 52;
const mostPixels = 560;
/** With more rows or columns than this the numbers in the cells would touch. */
const mostNumbered = 12;

/** A Vega-Lite specification: a coloured matrix, with the values in its cells where they have room. */
export function heatmapSpec(figure: HeatmapFigure): TopLevelSpec {
  const xs = namesOf(figure.cells.map(({ x }) => x));
  const ys = namesOf(figure.cells.map(({ y }) => y));
  const size = Math.min(cellSize, Math.floor(mostPixels / Math.max(xs.length, ys.length)));
  const largest = Math.max(...figure.cells.map(({ mean }) => mean), 0);
  const axis = (field: 'x' | 'y', names: readonly string[], title: string) => ({
    field,
    type: 'ordinal',
    sort: names,
    title,
    axis: { labelAngle: 0, domain: false, ticks: false },
  });
  const position = { x: axis('x', xs, figure.xLabel), y: axis('y', ys, figure.yLabel) };
  const color = {
    field: 'mean',
    type: 'quantitative',
    title: figure.valueLabel,
    // Light is little: it reads the same in grey.
    scale: { scheme: 'viridis', reverse: true, domain: [0, largest === 0 ? 1 : largest] },
  };
  const numbers = {
    mark: { type: 'text', fontSize: 11 },
    encoding: {
      ...position,
      text: { field: 'mean', type: 'quantitative', format: '.2~g' },
      color: { condition: { test: `datum.mean > ${0.55 * largest}`, value: 'white' }, value: '#222222' },
    },
  };
  const numbered = Math.max(xs.length, ys.length) <= mostNumbered;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: { step: size },
    height: { step: size },
    padding: 12,
    background: 'white',
    title: titleOf(figure),
    data: { values: figure.cells.map((cell) => ({ ...cell })) },
    layer: [{ mark: { type: 'rect' }, encoding: { ...position, color } }, ...(numbered ? [numbers] : [])],
    config,
  } as TopLevelSpec;
}

function namesOf(values: readonly string[]): string[] {
  return [...new Set(values)].sort(byName);
}
