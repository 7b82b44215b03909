import type { AxisKind } from './axis-ticks.js';
import { curveCaption } from './captions.js';
import type { CurveStyle } from './curve-style.js';
import { knownRange, reachesBeyond, withinRange } from './known-range.js';
import type { Range } from './known-range.js';
import { domainOf, labelOf } from './labels.js';
import { logPoints } from './log-points.js';
import type { DrawnPoint } from './log-points.js';
import { roundEnds, sameShare } from './round-numbers.js';
import type { CurvePoint } from './summarise-curves.js';

/** A figure of curves, ready to be drawn. */
export interface CurveFigure {
  readonly points: readonly DrawnPoint[];
  /** `remaining`: x is a percentage, on a logarithmic axis that runs from dense on the left to sparse on the right. */
  readonly xAxis: AxisKind | 'remaining';
  readonly yAxis: AxisKind;
  /** Ends of the y axis. */
  readonly yEnds: readonly [number, number];
  /** Whether single values are marked; not where a curve has very many. */
  readonly marked: boolean;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The column whose values are the curves; may be empty. */
  readonly color: string;
  /** What the curves are, over the legend. */
  readonly curveLabel: string;
  /** May be empty. */
  readonly title: string;
  /** What a point is, and the interval. */
  readonly caption: string;
}

/** What the user says instead of what is made from columns; may be empty. */
export interface FigureWords {
  readonly title: string;
  readonly x_label: string;
  readonly y_label: string;
  readonly color_label: string;
}

/** With more points than this on a curve, marks would run into each other. */
const mostMarked = 50;
/** Most steps between round numbers of the y axis. */
export const ySteps = 6;

/** What is drawn of these points, and what is said about them. */
export function curveFigure(
  points: readonly CurvePoint[],
  style: CurveStyle,
  words: FigureWords,
): CurveFigure {
  const { roles } = style;
  const framed = style.yAxis === 'log' ? onLogAxis(points, style) : undefined;
  const { caption, ...drawn } = framed ?? onLinearAxis(points, style);
  return {
    ...drawn,
    xAxis: roles.x === 'remaining' ? 'remaining' : style.xAxis,
    marked: style.marked && largestCurve(points) <= mostMarked,
    xLabel: words.x_label || style.xLabel || labelOf(roles.x),
    yLabel: words.y_label || style.yLabel || labelOf(roles.y),
    color: roles.color,
    curveLabel: words.color_label || labelOf(roles.color),
    title: words.title,
    caption: style.caption ?? caption,
  };
}

type Framed = Pick<CurveFigure, 'points' | 'yAxis' | 'yEnds' | 'caption'>;

/** Undefined when no value has a place on a logarithmic axis. */
function onLogAxis(points: readonly CurvePoint[], { marked, roles }: CurveStyle): Framed | undefined {
  const framed = logPoints(points, marked);
  if (framed === undefined) return undefined;
  const { hidden, ends } = framed;
  const caption = curveCaption(points, { band: roles.band, cut: framed.cut ? 'edge' : undefined, hidden });
  return { points: framed.points, yAxis: 'log', yEnds: ends, caption };
}

function onLinearAxis(points: readonly CurvePoint[], { roles }: CurveStyle): Framed {
  const range = knownRange(roles.y, points);
  const cut = range !== undefined && reachesBeyond(points, range) ? range : undefined;
  const possible = withinRange(points, range).map((point) => ({ ...point, piece: 0 }));
  return {
    points: possible,
    yAxis: 'linear',
    yEnds: domainOf(roles.y, range) ?? endsAround(possible, range),
    caption: curveCaption(points, { band: roles.band, cut, hidden: 0 }),
  };
}

/** Round ends around all intervals, within what is possible. */
function endsAround(points: readonly CurvePoint[], range: Range | undefined): readonly [number, number] {
  const values = points.flatMap(({ mean, lower, upper, n }) => (n > 1 ? [lower, upper] : [mean]));
  const [least, most] = roundEnds(apart([Math.min(...values), Math.max(...values)]), ySteps);
  const [possible, impossible] = range ?? [-Infinity, Infinity];
  return [Math.max(least, possible), Math.min(most, impossible)];
}

/** Ends with room between them, also where all values are equal but for rounding. */
function apart([least, most]: readonly [number, number]): readonly [number, number] {
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (most - least > sameShare * size) return [least, most];
  return size === 0 ? [0, 1] : [least - 0.1 * size, most + 0.1 * size];
}

function largestCurve(points: readonly CurvePoint[]): number {
  const counts = new Map<string, number>();
  for (const { curve } of points) counts.set(curve, (counts.get(curve) ?? 0) + 1);
  return Math.max(...counts.values());
}
