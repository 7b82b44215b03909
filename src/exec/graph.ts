import type { Instance } from '../pipeline/plan.js';

/**
 * For each instance some others. They stand in one list, those of instance i from `starts[i]` to before `starts[i + 1]`:
 * a list for each would take more memory than all else that is known of it.
 */
export interface Links {
  readonly starts: Int32Array;
  readonly others: Int32Array;
}

/** Those of one instance. */
export function linksOf({ starts, others }: Links, index: number): Int32Array {
  return others.subarray(starts[index], starts[index + 1]);
}

/** The instances that each waits for, because it reads from them or stands after them; each once, ascending. */
export function producersOf(instances: readonly Instance[]): Links {
  const starts = new Int32Array(instances.length + 1);
  const others: number[] = [];
  /** For each instance its last reader. */
  const readers = new Int32Array(instances.length).fill(-1);
  instances.forEach((instance, index) => {
    const start = others.length;
    eachSource(instance, (from) => {
      if (readers[from] === index) return;
      readers[from] = index;
      others.push(from);
    });
    sortFrom(others, start);
    starts[index + 1] = others.length;
  });
  return { starts, others: Int32Array.from(others) };
}

function eachSource({ after, inputs }: Instance, visit: (from: number) => void): void {
  if (after !== undefined) after.forEach(visit);
  for (const name in inputs) {
    const source = inputs[name]!;
    if (source.kind === 'edge') visit(source.from);
    else for (const row of source.rows) visit(row.from);
  }
}

/** Sorts the end of a list. Most ends are a few numbers, and in order. */
function sortFrom(list: number[], start: number): void {
  let at = start + 1;
  while (at < list.length && list[at - 1]! < list[at]!) at++;
  if (at >= list.length) return;
  for (const number of list.splice(start).sort((a, b) => a - b)) list.push(number);
}

/** For each instance those that read from it, ascending. */
export function dependantsOf({ starts, others }: Links): Links {
  const count = starts.length - 1;
  const ends = new Int32Array(count + 1);
  for (const from of others) ends[from + 1]!++;
  for (let index = 0; index < count; index++) ends[index + 1]! += ends[index]!;
  const next = ends.slice();
  const dependants = new Int32Array(others.length);
  for (let index = 0; index < count; index++)
    for (let at = starts[index]!; at < starts[index + 1]!; at++) dependants[next[others[at]!]!++] = index;
  return { starts: ends, others: dependants };
}

/**
 * Upward rank: an instance's own cost and that of the longest path below it. Who has the highest goes first.
 *
 * @param costs seconds (or any unit) for each instance.
 */
export function upwardRanks({ starts, others }: Links, costs: Float64Array): Float64Array {
  const ranks = new Float64Array(costs.length);
  // Sources stand before their readers, so backwards every rank below is final.
  for (let index = costs.length - 1; index >= 0; index--) {
    ranks[index]! += costs[index]!;
    for (let at = starts[index]!; at < starts[index + 1]!; at++) {
      const source = others[at]!;
      ranks[source] = Math.max(ranks[source]!, ranks[index]!);
    }
  }
  return ranks;
}
