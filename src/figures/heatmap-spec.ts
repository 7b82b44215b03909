import type { TopLevelSpec } from 'vega-lite';
import type { TextWidth } from './font-widths.js';
import { heatmapColors } from './heatmap-colors.js';
import type { HeatmapColors } from './heatmap-colors.js';
import type { HeatmapFigure } from './heatmap-figure.js';
import { linearTicks } from './round-numbers.js';
import { isNumber } from './summarise-curves.js';
import { config, fontSizes, headOf } from './theme.js';
import { linearLabels } from './tick-labels.js';
import { wrapText } from './wrap-text.js';

/** Pixels of one cell; smaller when there are many. */
const cellSize = { usual: 60, most: 100 };
/** Pixels of the longer side: less only when there are very few cells, more only when names need it. */
const side = { least: 200, most: 560 };
/** Rows and columns with names need room for a line of text. */
const leastNamed = 18;
const numberSize = 11;
/** Pixels beside a matrix that its title may be wider, for the legend. */
const besides = 130;
const leastTitle = 440;

/** A Vega-Lite specification: a coloured matrix, with the values in its cells where they have room. */
export function heatmapSpec(figure: HeatmapFigure, widthOf: TextWidth): TopLevelSpec {
  const { xs, ys } = figure;
  const size = sizeOf(figure);
  const [width, height] = [size * xs.length, size * ys.length];
  const colors = heatmapColors(figure.cells.map(({ mean }) => mean));
  const sides = { size, widthOf };
  const position = {
    x: channel('x', { ...sides, names: xs, title: figure.xLabel, pixels: width }),
    y: channel('y', { ...sides, names: ys, title: figure.yLabel, pixels: height }),
  };
  const fit = figure.cells.every(({ text }) => widthOf(text) * numberSize <= size - 8);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: { step: size },
    height: { step: size },
    padding: 12,
    background: 'white',
    title: headOf(figure, Math.max(width + besides, leastTitle), widthOf),
    data: { values: figure.cells.map((cell) => ({ ...cell, dark: colors.isDark(cell.mean) })) },
    view: figure.blank ? { fill: '#d4d4d4' } : {},
    layer: [
      { mark: 'rect', encoding: { ...position, color: colorChannel(figure, colors, { height, widthOf }) } },
      ...(fit ? [numbersOn(position)] : []),
    ],
    config,
  } as TopLevelSpec;
}

function sizeOf({ xs, ys }: HeatmapFigure): number {
  const count = Math.max(xs.length, ys.length);
  const large = Math.min(cellSize.most, Math.max(cellSize.usual, Math.ceil(side.least / count)));
  const size = Math.min(large, Math.floor(side.most / count));
  const named = [...xs, ...ys].some((name) => !isNumber(name));
  return Math.max(size, named ? leastNamed : 2);
}

function numbersOn(position: object): object {
  return {
    mark: { type: 'text', fontSize: numberSize },
    encoding: {
      ...position,
      text: { field: 'text', type: 'nominal' },
      color: { condition: { test: 'datum.dark', value: '#ffffff' }, value: '#000000' },
    },
  };
}

interface Side {
  readonly names: readonly string[];
  readonly title: string;
  /** Pixels of one cell. */
  readonly size: number;
  /** Pixels that the title may take. */
  readonly pixels: number;
  readonly widthOf: TextWidth;
}

/** Numbers that have no room are labelled at every second, third, ... cell; names are turned. */
function channel(side: 'x' | 'y', { names, title, size, pixels, widthOf }: Side): object {
  const widest = Math.max(...names.map((name) => widthOf(name))) * fontSizes.label;
  const extent = side === 'x' ? widest + 8 : fontSizes.label + 2;
  const numbers = names.every(isNumber);
  const every = numbers ? Math.ceil(extent / size) : 1;
  const turned = side === 'x' && !numbers && extent > size;
  return {
    field: side,
    type: 'ordinal',
    sort: names,
    axis: {
      title: wrapText(title, { pixels, fontSize: fontSizes.axis, widthOf }),
      values: names.filter((_, at) => at % every === 0),
      labelAngle: turned ? -45 : 0,
      ...(turned && { labelAlign: 'right', labelBaseline: 'middle' }),
      domain: false,
      ticks: false,
      labelPadding: 4,
    },
  };
}

interface Beside {
  readonly height: number;
  readonly widthOf: TextWidth;
}

function colorChannel(
  { valueLabel }: HeatmapFigure,
  { domain, scale }: HeatmapColors,
  { height, widthOf }: Beside,
): object {
  const length = Math.min(200, Math.max(100, height));
  const values = linearTicks(domain, length / 30);
  const labels = JSON.stringify(linearLabels(values));
  return {
    field: 'mean',
    type: 'quantitative',
    scale: { ...scale, domain, nice: false },
    legend: {
      title: wrapText(valueLabel, { pixels: 160, fontSize: fontSizes.legend, widthOf }),
      values,
      labelExpr: `${labels}[indexof(${JSON.stringify(values)}, datum.value)]`,
      gradientLength: length,
      gradientThickness: 14,
    },
  };
}
