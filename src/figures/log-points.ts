import type { CurvePoint } from './summarise-curves.js';

/** A point as it is drawn; lines connect points of one piece only. */
export interface DrawnPoint extends CurvePoint {
  readonly piece: number;
}

export interface LogPoints {
  readonly points: readonly DrawnPoint[];
  /** Ends of the axis. */
  readonly ends: readonly [number, number];
  /** How many points have no place on the axis. */
  readonly hidden: number;
  /** Whether an interval reaches below the axis. */
  readonly cut: boolean;
}

/** What goes more often than this into the largest value has no place: a logarithmic axis has no end of its own. */
const mostTimes = 1e6;

/**
 * What has a place on a logarithmic y axis. Points without one stay in the table behind the figure, and lines do not
 * bridge them. Undefined when no value is above 0.
 *
 * @param marked single points are measurements that are marked, and none may stand where it does not belong; else they
 *   are places on a continuous line, and one that falls out of sight is drawn down to the axis
 */
export function logPoints(points: readonly CurvePoint[], marked: boolean): LogPoints | undefined {
  const largest = Math.max(...points.map(({ mean }) => mean));
  if (!(largest > 0)) return undefined;
  const least = largest / mostTimes;
  const inSight = (point: CurvePoint | undefined, curve: string) =>
    point !== undefined && point.curve === curve && point.mean >= least;
  const drawn: DrawnPoint[] = [];
  let piece = 0;
  points.forEach((point, at) => {
    const neighbours = [points[at - 1], points[at + 1]];
    const reached = !marked && neighbours.some((neighbour) => inSight(neighbour, point.curve));
    if (inSight(point, point.curve) || reached)
      drawn.push({ ...point, mean: Math.max(point.mean, least), piece });
    else piece += 1;
  });
  const bottom = Math.max(least, Math.min(...drawn.map(({ mean, lower }) => Math.max(lower, mean / 10))));
  return {
    points: drawn.map((point) => ({
      ...point,
      lower: Math.max(point.lower, bottom),
      upper: Math.max(point.upper, bottom),
    })),
    ends: [bottom, 1.4 * Math.max(...drawn.map(({ upper }) => upper))],
    hidden: marked ? points.length - drawn.length : 0,
    cut: drawn.some(({ n, lower }) => n > 1 && lower < bottom),
  };
}
