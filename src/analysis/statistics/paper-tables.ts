import { UserError } from '../../base/result.js';
import { mean, sampleStd } from '../../numeric/stats.js';
import { nameOf } from './groups.js';
import type { Group, Row } from './groups.js';
import { advantage, minMaxOf, normalised } from './paper.js';
import { present } from './summary.js';

interface Scaled {
  readonly cells: Row;
  readonly mean: number;
  readonly std: number;
}

/**
 * Results of several tasks on one scale (numerics 7.5): within each value of `task` the means are mapped so that the
 * lowest becomes 0 and the highest 1, standard deviations are divided by the same range, and both are averaged over
 * the tasks.
 */
export function normalisedRows(groups: readonly Group[], task: string): Row[] {
  const scaled = new Map<string, Scaled[]>();
  for (const name of new Set(groups.map(({ cells }) => cells[task]))) {
    const own = groups.filter(({ cells }) => cells[task] === name);
    const means = own.map(({ values }) => mean([...values.values()]));
    const scale = minMaxOf(means);
    own.forEach(({ cells, values }, i) => {
      const { [task]: _task, ...rest } = cells;
      const std = scale.range === 0 ? 0 : sampleStd([...values.values()]) / scale.range;
      const one = { cells: rest, mean: normalised(means[i], scale), std };
      scaled.set(nameOf(rest), [...(scaled.get(nameOf(rest)) ?? []), one]);
    });
  }
  return [...scaled.values()].map((tasks) => ({
    ...tasks[0].cells,
    tasks: tasks.length,
    mean: mean(tasks.map((one) => one.mean)),
    std: present(mean(tasks.map((one) => one.std))),
  }));
}

export interface AdvantageOf {
  readonly column: string;
  readonly first: string;
  readonly second: string;
  /** The column along which the smallest value is the dense network, for example `level`. */
  readonly along: string;
}

/**
 * How much better the first rule does than the second at each level, as a share of what the first does when dense
 * (numerics 7.5), from means over the repetitions.
 *
 * @throws UserError when the first rule has no level
 */
export function advantageRows(
  groups: readonly Group[],
  { column, first, second, along }: AdvantageOf,
): Row[] {
  const side = (value: string) => groups.filter(({ cells }) => String(cells[column]) === value);
  const levels = side(first).map(({ cells }) => Number(cells[along]));
  if (levels.length === 0)
    throw new UserError(`advantage: no group has ${column} = ${first}; is ${column} in \`by\`?`);
  const dense = Math.min(...levels);
  const rest = (cells: Row): string => nameOf({ ...cells, [column]: undefined });
  const average = ({ values }: Group) => mean([...values.values()]);
  return side(first).flatMap((group) => {
    const other = side(second).find(({ cells }) => rest(cells) === rest(group.cells));
    const start = side(first).find(
      ({ cells }) =>
        rest({ ...cells, [along]: undefined }) === rest({ ...group.cells, [along]: undefined }) &&
        Number(cells[along]) === dense,
    );
    if (other === undefined || start === undefined) return [];
    const { [column]: _column, ...cells } = group.cells;
    return [{ ...cells, advantage: advantage(average(group), average(other), average(start)) }];
  });
}
