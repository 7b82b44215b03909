import type { Range } from './known-range.js';
import { labelOf } from './labels.js';
import { linearLabels } from './tick-labels.js';
import type { MeanInterval } from './t-interval.js';

/** What the reader of a figure with curves has to be told beside n and the interval. */
export interface CurveCaption {
  /** The column that tells repetitions apart; may be empty. */
  readonly band: string;
  /** Where intervals are cut, if they are: at the ends of what is possible, or at the lower edge of the figure. */
  readonly cut: Range | 'edge' | undefined;
  /** Points that have no place on a logarithmic axis. */
  readonly hidden: number;
}

type Counted = Pick<MeanInterval, 'n'>;

/** Says what the points are: `Mean over n = 3 seeds; shaded: 95 % t interval.` */
export function curveCaption(points: readonly Counted[], { band, cut, hidden }: CurveCaption): string {
  const sentences = [meanOf(points, 'point', band)];
  if (points.some(({ n }) => n > 1)) {
    const some = points.every(({ n }) => n > 1) ? '' : ' where n > 1';
    sentences[0] += `; shaded: 95 % t interval${some}${cutAt(cut)}`;
  }
  if (hidden > 0)
    sentences.push(
      `Not drawn: ${hidden} ${hidden === 1 ? 'point' : 'points'} below a millionth of the largest value`,
    );
  return `${sentences.join('. ')}.`;
}

function cutAt(cut: CurveCaption['cut']): string {
  if (cut === undefined) return '';
  const ends = cut === 'edge' ? ['the lower edge'] : cut.filter((end) => Number.isFinite(end));
  return `, cut at ${ends.join(' and ')}`;
}

export interface CellCaption {
  readonly band: string;
  /** Whether a diagonal is drawn that follows from what the values are and was not measured. */
  readonly zeroDiagonal: boolean;
  /** Whether there are cells without a value. */
  readonly blank: boolean;
}

/** Says what the cells are: `Mean over n = 3 seeds; 95 % t interval at most ± 0.02.` */
export function cellCaption(cells: readonly MeanInterval[], told: CellCaption): string {
  const widest = Math.max(...cells.map(({ upper, mean }) => upper - mean));
  const interval = cells.some(({ n }) => n > 1)
    ? `; 95 % t interval at most ± ${linearLabels([Number(widest.toPrecision(2))]).join()}`
    : '';
  const sentences = [`${meanOf(cells, 'cell', told.band)}${interval}`];
  if (told.zeroDiagonal) sentences.push('Diagonal: 0 by definition, not measured');
  if (told.blank) sentences.push('Grey: not measured');
  return `${sentences.join('. ')}.`;
}

function meanOf(values: readonly Counted[], what: 'point' | 'cell', band: string): string {
  const counts = values.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (band === '') return `Each ${what} is one value`;
  if (most === 1) return `Each ${what} is one run (n = 1 ${labelOf(band)}): no interval`;
  return `Mean over n = ${least === most ? most : `${least} to ${most}`} ${labelOf(band)}s`;
}
