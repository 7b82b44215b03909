import type { TopLevelSpec } from 'vega-lite';
import { ticksOf } from './axis-ticks.js';
import type { AxisKind, Ticks } from './axis-ticks.js';
import { ySteps } from './curve-figure.js';
import type { CurveFigure } from './curve-figure.js';
import { looksOf } from './curve-looks.js';
import type { Looks } from './curve-looks.js';
import type { TextWidth } from './font-widths.js';
import type { DrawnPoint } from './log-points.js';
import { axisOf, config, fontSizes, headOf } from './theme.js';
import { linearLabels } from './tick-labels.js';
import { wrapText } from './wrap-text.js';

const width = 560;
const height = 320;
/** Pixels between the frame and the outermost places along x. */
const padding = 12;
/** Pixels of a heading of the legend. */
const headingWidth = 200;
/** Pixels that the labels of the y axis take at least: the title may be wider than the frame by them. */
const besides = 60;

/** A Vega-Lite specification: one line with points a curve, with a shaded interval where there is one. */
export function curveSpec(figure: CurveFigure, widthOf: TextWidth): TopLevelSpec {
  const position = { x: xChannel(figure, widthOf), y: yChannel(figure, widthOf) };
  const looks = looksOf({
    curves: [...new Set(figure.points.map(({ curve }) => curve))],
    color: figure.color,
    heading: wrapText(figure.curveLabel, { pixels: headingWidth, fontSize: fontSizes.legend, widthOf }),
    marked: figure.marked,
  });
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width,
    height,
    padding: 12,
    background: 'white',
    title: headOf(figure, width + besides, widthOf),
    data: { values: withBands(figure.points) },
    layer: layersOf(figure, position, looks),
    config,
  } as TopLevelSpec;
}

/** A point with the parts of the interval that it belongs to. */
interface BandPoint extends DrawnPoint {
  /** Intervals of one band are shaded as one area; 0 without an interval. */
  readonly band: number;
  /** Whether it is alone in its band: an area of one place would not be seen. */
  readonly alone: boolean;
}

function withBands(points: readonly DrawnPoint[]): BandPoint[] {
  const continues = (a: DrawnPoint | undefined, b: DrawnPoint | undefined) =>
    a !== undefined && b !== undefined && a.curve === b.curve && a.piece === b.piece && a.n > 1 && b.n > 1;
  let band = 0;
  return points.map((point, at) => {
    const [before, after] = [continues(points[at - 1], point), continues(point, points[at + 1])];
    if (!before) band += 1;
    return { ...point, band: point.n > 1 ? band : 0, alone: point.n > 1 && !before && !after };
  });
}

function layersOf(
  { points, marked }: CurveFigure,
  { x, y }: { readonly x: object; readonly y: object },
  looks: Looks,
): object[] {
  const ends = { y: { ...y, field: 'lower' }, y2: { field: 'upper' } };
  const area = {
    transform: [{ filter: 'datum.n > 1 && !datum.alone' }],
    mark: { type: 'area', opacity: 0.18, line: false },
    encoding: { x, ...ends, color: looks.color, detail: { field: 'band' } },
  };
  const bar = {
    transform: [{ filter: 'datum.alone' }],
    mark: { type: 'rule', opacity: 0.35, strokeWidth: 5 },
    encoding: { x, ...ends, color: looks.color },
  };
  const line = {
    mark: { type: 'line', strokeWidth: 2 },
    encoding: { x, y, color: looks.color, strokeDash: looks.dash, detail: { field: 'piece' } },
  };
  const dots = {
    mark: { type: 'point', size: 55, filled: true, opacity: 1 },
    encoding: { x, y, color: looks.color, shape: looks.shape },
  };
  const bands = withBands(points);
  return [
    ...(bands.some(({ n, alone }) => n > 1 && !alone) ? [area] : []),
    ...(bands.some(({ alone }) => alone) ? [bar] : []),
    line,
    ...(marked ? [dots] : []),
  ];
}

function xChannel({ points, xAxis, xLabel }: CurveFigure, widthOf: TextWidth): object {
  const kind: AxisKind = xAxis === 'linear' ? 'linear' : 'log';
  const values = points.map(({ x }) => x);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const whole = values.every((value) => Number.isInteger(value));
  const frame = { kind, whole, pixels: width - 2 * padding, gap: 14, steps: 10 };
  const extentOf = (label: string) => widthOf(label) * fontSizes.label;
  const ticks = least === most ? onlyTick(least) : ticksOf({ ...frame, ends: [least, most], extentOf });
  const domain = least === most ? aroundOne(least, kind) : [least, most];
  const title = wrapText(xLabel, { pixels: width, fontSize: fontSizes.axis, widthOf });
  return {
    field: 'x',
    type: 'quantitative',
    scale: { type: kind, domain, reverse: xAxis === 'remaining', nice: false, padding },
    axis: axisOf(ticks, title, kind === 'log'),
  };
}

/** With one place there is one tick, to three digits. */
function onlyTick(place: number): Ticks {
  return { values: [place], labels: linearLabels([Number(place.toPrecision(3))]) };
}

function aroundOne(place: number, kind: AxisKind): readonly [number, number] {
  return kind === 'log' ? [place * 0.8, place * 1.25] : [place - 1, place + 1];
}

function yChannel({ yAxis, yEnds, yLabel }: CurveFigure, widthOf: TextWidth): object {
  const ticks: Ticks = ticksOf({
    ...{ kind: yAxis, ends: yEnds, whole: false, pixels: height, gap: 12, steps: ySteps },
    extentOf: () => fontSizes.label,
  });
  const title = wrapText(yLabel, { pixels: height, fontSize: fontSizes.axis, widthOf });
  return {
    field: 'mean',
    type: 'quantitative',
    scale: { type: yAxis, domain: yEnds, nice: false },
    axis: axisOf(ticks, title, true),
  };
}
