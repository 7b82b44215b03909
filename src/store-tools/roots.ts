import { join } from 'node:path';
import { isDigest, type Layout } from '../store/layout.js';
import { liveRuns } from '../store/run-folder.js';
import { listPins } from './pins.js';
import { namesIn } from './records.js';
import { keysOfRun, listRuns } from './runs.js';

export interface RootRules {
  /** The newest runs of each pipeline that are kept. */
  readonly keepRuns: number;
  /** Days that every run is kept. */
  readonly keepDays: number;
}

export const usualRules: RootRules = { keepRuns: 5, keepDays: 14 };

/** What must not be cleaned away. */
export interface Roots {
  readonly keys: ReadonlySet<string>;
  readonly runs: ReadonlySet<string>;
  readonly pins: number;
}

export const dayMs = 24 * 3600 * 1000;

/**
 * Pins, the last runs of each pipeline, young runs, and work that goes on.
 *
 * @param now Unix milliseconds.
 * @throws UserError when a pin cannot be read.
 */
export function findRoots(layout: Layout, rules: RootRules, now: number): Roots {
  const keys = new Set<string>();
  const runs = new Set<string>(liveRuns(layout, now));
  const pins = listPins(layout);
  for (const pin of pins) {
    for (const key of pin.keys) keys.add(key);
    for (const run of pin.runs) runs.add(run);
  }
  const perPipeline = new Map<string, number>();
  for (const run of listRuns(layout)) {
    const newer = perPipeline.get(run.pipeline) ?? 0;
    perPipeline.set(run.pipeline, newer + 1);
    const age = now - Math.max(run.started, run.touched);
    if (newer < rules.keepRuns || age < rules.keepDays * dayMs) runs.add(run.id);
  }
  for (const run of runs) for (const key of keysOfRun(layout, run)) keys.add(key);
  for (const key of namesIn(join(layout.root, 'lease'))) if (isDigest(key)) keys.add(key);
  return { keys, runs, pins: pins.length };
}
