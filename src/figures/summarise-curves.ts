import { byCodeUnit } from '../base/json.js';
import { UserError } from '../base/result.js';
import { meanInterval, type MeanInterval } from './t-interval.js';

/** One measured value: a row of the table that is drawn. */
export interface Observation {
  readonly curve: string;
  readonly x: number;
  /** Pruning round, where the table has one. */
  readonly level: number | undefined;
  /** Which of the repetitions over which the mean is taken, for example the seed; empty when there are none. */
  readonly repetition: string;
  readonly y: number;
}

export interface CurvePoint extends MeanInterval {
  readonly curve: string;
  readonly x: number;
  readonly level: number | undefined;
}

/**
 * Mean and 95 % interval over the repetitions, for every point of every curve. The result does not depend on the order
 * of the observations: curves in order of their names, points by level and then by x.
 *
 * @throws UserError when a repetition has two values at one point: then something else than repetitions would be averaged.
 */
export function summariseCurves(observations: readonly Observation[], repetitionName: string): CurvePoint[] {
  const points: CurvePoint[] = [];
  const sorted = [...observations].sort(byPlace);
  for (let from = 0; from < sorted.length;) {
    const first = sorted[from]!;
    let to = from + 1;
    while (to < sorted.length && samePoint(sorted[to]!, first)) to += 1;
    const group = sorted.slice(from, to);
    refuseDoubles(group, repetitionName);
    const { curve, x, level } = first;
    points.push({ curve, x, level, ...meanInterval(group.map(({ y }) => y)) });
    from = to;
  }
  return points;
}

/** Whether a name is a number, for example that of a level. */
export function isNumber(name: string): boolean {
  return name.trim() !== '' && Number.isFinite(Number(name));
}

/** Orders names; those that are numbers by size. */
export function byName(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return a !== '' && b !== '' && !Number.isNaN(difference) && difference !== 0
    ? difference
    : byCodeUnit(a, b);
}

function byPlace(a: Observation, b: Observation): number {
  return (
    byName(a.curve, b.curve) ||
    (a.level ?? -1) - (b.level ?? -1) ||
    a.x - b.x ||
    byName(a.repetition, b.repetition) ||
    a.y - b.y
  );
}

function samePoint(a: Observation, b: Observation): boolean {
  return a.curve === b.curve && a.x === b.x && a.level === b.level;
}

function refuseDoubles(group: readonly Observation[], repetitionName: string): void {
  const double = group.find(
    (one, position) => position > 0 && one.repetition === group[position - 1]!.repetition,
  );
  if (double === undefined) return;
  const which = repetitionName === '' ? '' : ` with ${repetitionName} = ${double.repetition}`;
  throw new UserError(
    `Two rows of the table belong to the same point: curve ${double.curve}, x = ${double.x}${which}.\n` +
      'Name the column that tells repetitions apart in `band`, the one that tells curves apart in `color`, ' +
      'or keep only the last row of each instance with `last_by`.',
  );
}
