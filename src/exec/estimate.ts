import { linksOf, type Links } from './graph.js';

/** What is left of a run, for a forecast. Seconds. */
export interface Remaining {
  /** Work of all instances that have not ended. */
  readonly total: number;
  /** The longest path through them. */
  readonly longest: number;
}

/**
 * Expected seconds until the end: no schedule is faster than its longest path, nor than all work spread evenly.
 *
 * @param slots worker processes.
 */
export function forecast(remaining: Remaining, slots: number): number {
  return Math.max(remaining.longest, remaining.total / slots);
}

/**
 * Sums up what is left.
 *
 * @param seconds for each instance what is left of it; 0 for what has ended.
 */
export function remainingWork(producers: Links, seconds: Float64Array): Remaining {
  let total = 0;
  let longest = 0;
  const finish = new Float64Array(seconds.length);
  for (let index = 0; index < seconds.length; index++) {
    let start = 0;
    for (const source of linksOf(producers, index)) start = Math.max(start, finish[source]!);
    finish[index] = start + seconds[index]!;
    total += seconds[index]!;
    longest = Math.max(longest, finish[index]!);
  }
  return { total, longest };
}
