import type { TopLevelSpec } from 'vega-lite';
import type { CurvePoint } from './summarise-curves.js';

export interface CurveFigure {
  readonly points: readonly CurvePoint[];
  /** `remaining`: x is a percentage, on a logarithmic axis that runs from dense on the left to sparse on the right. */
  readonly xAxis: 'remaining' | 'linear' | 'log';
  /** On a logarithmic axis there is no place for 0 and below: see `positivePoints`. */
  readonly yAxis: 'linear' | 'log';
  /** Whether single values are marked; not where a curve has hundreds. */
  readonly marked: boolean;
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the curves are, over the legend. */
  readonly curveLabel: string;
  /** May be empty. */
  readonly title: string;
  /** One line: what a point is, and the interval. */
  readonly caption: string;
  /** Ends of the y axis; chosen from the data without. */
  readonly yDomain: readonly [number, number] | undefined;
}

/** The first is what the text is measured and rasterised with. */
export const fontFamily = 'DejaVu Sans, Verdana, sans-serif';

/** Okabe & Ito's colours, told apart with every common kind of colour blindness; yellow is too pale for lines. */
const colors = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#000000', '#E69F00', '#56B4E9'];
/** Dashes and shapes tell curves apart in grey. Lists of different lengths: a pair repeats only after 30 curves. */
const dashes = [
  [1, 0],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [5, 2],
];
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'];

/** A Vega-Lite specification: one line with points a curve, with a shaded interval where there is one. */
export function curveSpec(figure: CurveFigure): TopLevelSpec {
  const curves = [...new Set(figure.points.map(({ curve }) => curve))];
  const x = { field: 'x', type: 'quantitative', scale: xScale(figure), axis: xAxis(figure) };
  const y = { field: 'mean', type: 'quantitative', title: figure.yLabel, scale: yScale(figure) };
  const looks = looksOf(curves, figure);
  const area = {
    transform: [{ filter: 'datum.n > 1' }],
    mark: { type: 'area', opacity: 0.18, line: false },
    encoding: {
      x,
      y: { ...y, field: 'lower' },
      y2: { field: 'upper' },
      color: looks.color,
    },
  };
  const line = {
    mark: { type: 'line', strokeWidth: 2 },
    encoding: { x, y, color: looks.color, strokeDash: looks.dash },
  };
  const points = {
    mark: { type: 'point', size: 55, filled: true, opacity: 1 },
    encoding: { x, y, color: looks.color, shape: looks.shape },
  };
  const withBand = figure.points.some(({ n }) => n > 1);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 560,
    height: 320,
    padding: 12,
    background: 'white',
    title: titleOf(figure),
    data: { values: figure.points.map((point) => ({ ...point })) },
    layer: [...(withBand ? [area] : []), line, ...(figure.marked ? [points] : [])],
    config,
  } as TopLevelSpec;
}

export const config = {
  font: fontFamily,
  // One weight only: one font file is shipped.
  axis: {
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    titlePadding: 10,
    gridColor: '#e6e6e6',
    labelLimit: 0,
    titleLimit: 0,
  },
  legend: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 0,
    titleLimit: 0,
    symbolSize: 90,
    rowPadding: 6,
  },
  title: { fontWeight: 'normal', anchor: 'start', limit: 0, offset: 14 },
  view: { stroke: '#bbbbbb' },
};

export function titleOf({ title, caption }: Pick<CurveFigure, 'title' | 'caption'>): object {
  const small = { color: '#444444', fontSize: 12 };
  if (title === '') return { text: caption, ...small };
  return {
    text: title,
    fontSize: 16,
    subtitle: caption,
    subtitleFontSize: small.fontSize,
    subtitleColor: small.color,
    subtitlePadding: 6,
  };
}

/** Names of curves come from columns; those of a column of truth values answer its name. */
const curveName =
  "datum.label === 'true' ? 'yes' : datum.label === 'false' ? 'no' : replace(datum.label, /_/g, ' ')";

function looksOf(curves: readonly string[], { curveLabel: title, marked }: CurveFigure) {
  const pick = <T>(list: readonly T[]): T[] => curves.map((_, position) => list[position % list.length]!);
  const look = (range: readonly unknown[], legend: object | null) => ({
    field: 'curve',
    type: 'nominal',
    title,
    scale: { domain: curves, range },
    legend: curves.length > 1 || curves[0] !== '' ? legend : null,
  });
  const symbol = marked ? { symbolStrokeWidth: 0 } : { symbolType: 'stroke', symbolStrokeWidth: 2 };
  const words = { labelExpr: curveName, symbolOpacity: 1, ...symbol };
  return {
    color: look(pick(colors), words),
    shape: look(pick(shapes), words),
    dash: look(pick(dashes), words),
  };
}

function xScale({ points, xAxis }: CurveFigure): object {
  if (xAxis === 'linear') return { zero: false, nice: false, padding: 12 };
  const [least, most] = rangeOf(points.map(({ x }) => x));
  const domain = least === most ? [least * 0.8, most * 1.25] : [least, most];
  return { type: 'log', domain, reverse: xAxis === 'remaining', nice: false, padding: 12 };
}

function xAxis({ points, xAxis, xLabel }: CurveFigure): object {
  // Nothing lies between two generations.
  const whole = points.every(({ x }) => Number.isInteger(x));
  if (xAxis === 'linear') return { title: xLabel, grid: false, ...(whole && { tickMinStep: 1 }) };
  const [least, most] = rangeOf(points.map(({ x }) => x));
  return { title: xLabel, grid: true, values: logTicks(least, most), format: '~g' };
}

/** 1, 2, 5, 10, ... in the range, with a little room at its ends for what rounding did to round numbers. */
export function logTicks(least: number, most: number): number[] {
  const ticks: number[] = [];
  for (let exponent = -9; exponent <= 9; exponent += 1) {
    for (const digit of [1, 2, 5]) {
      const tick = Number(`${digit}e${exponent}`);
      if (tick >= least * 0.99 && tick <= most * 1.01) ticks.push(tick);
    }
  }
  return ticks;
}

function yScale({ yDomain, yAxis }: CurveFigure): object {
  if (yAxis === 'log') return { type: 'log', nice: false };
  if (yDomain !== undefined) return { domain: yDomain, nice: false };
  return { zero: false, nice: true };
}

function rangeOf(values: readonly number[]): [least: number, most: number] {
  return [Math.min(...values), Math.max(...values)];
}
