import { streamKey } from '../../numeric/rng.js';
import { nameOf } from './groups.js';
import type { Group, Row } from './groups.js';
import { meanInterval } from './interval.js';
import type { Interval } from './interval.js';

/** Cells of an interval; what does not exist is empty. */
export function intervalCells({ standardError, lower, upper, kind }: Interval): Row {
  return { std_error: present(standardError), lower: present(lower), upper: present(upper), interval: kind };
}

/** One row a group: n, mean, standard error and 95 % interval over its repetitions. */
export function summaryRows(groups: readonly Group[], rng: number): Row[] {
  return groups.map(({ cells, values }) => {
    // Named after the group: another group changes nothing here.
    const interval = meanInterval(
      Float64Array.from(values.values()),
      streamKey(rng, 'bootstrap', nameOf(cells)),
    );
    return { ...cells, n: interval.n, mean: interval.mean, ...intervalCells(interval) };
  });
}

/** NaN, which stands for what cannot be known, becomes an empty cell. */
export function present(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
