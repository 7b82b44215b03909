import type { Instance } from '../pipeline/plan.js';

/** The instances that an instance waits for, because it reads from them or stands after them; each once, ascending. */
export function producersOf(instance: Instance): readonly number[] {
  const producers = new Set(instance.after);
  for (const source of Object.values(instance.inputs))
    if (source.kind === 'edge') producers.add(source.from);
    else for (const row of source.rows) producers.add(row.from);
  return [...producers].sort((a, b) => a - b);
}

/** For each instance those that read from it, ascending. */
export function dependantsOf(producers: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const dependants: number[][] = producers.map(() => []);
  producers.forEach((sources, index) => {
    for (const source of sources) dependants[source]!.push(index);
  });
  return dependants;
}

/**
 * Upward rank: an instance's own cost and that of the longest path below it. Who has the highest goes first.
 *
 * @param costs seconds (or any unit) for each instance.
 */
export function upwardRanks(producers: readonly (readonly number[])[], costs: Float64Array): Float64Array {
  const ranks = new Float64Array(costs.length);
  // Sources stand before their readers, so backwards every rank below is final.
  for (let index = costs.length - 1; index >= 0; index--) {
    ranks[index]! += costs[index]!;
    for (const source of producers[index]!) ranks[source] = Math.max(ranks[source]!, ranks[index]!);
  }
  return ranks;
}
