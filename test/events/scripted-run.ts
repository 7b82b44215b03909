import type { LoggedEvent, RunEvent } from '../../src/events/event.js';

/** When the scripted runs start, in Unix milliseconds. */
export const startTime = 1_700_000_000_000;

/** Numbers events and stamps them with seconds since the start of the run. */
export function log(...steps: readonly (readonly [seconds: number, event: RunEvent])[]): LoggedEvent[] {
  return steps.map(([seconds, event], seq) => ({
    v: 1,
    seq,
    t: startTime + Math.round(seconds * 1000),
    ...event,
  }));
}

export const started: RunEvent = {
  type: 'run.start',
  run: '2026-01-02-a',
  pipeline: 'quickstart',
  variant: 'smoke',
  jobs: 2,
  version: '0.1.0',
};

export function planned(definitions: Readonly<Record<string, number>>): RunEvent {
  const list = Object.entries(definitions).map(([definition, instances]) => ({ definition, instances }));
  return {
    type: 'run.plan',
    definitions: list,
    instances: list.reduce((sum, { instances }) => sum + instances, 0),
  };
}

const definitionOf = (inst: string): string => inst.split('[', 1)[0] ?? '';

export function starts(inst: string, worker = 0): RunEvent {
  return { type: 'inst.start', inst, definition: definitionOf(inst), key: 'k', worker };
}

export function generation(inst: string, done: number, total: number, accuracy: number): RunEvent {
  const values = { train_score_mean: -1.5, test_accuracy: accuracy };
  return { type: 'inst.progress', inst, unit: 'generation', done, total, values };
}

type End = Extract<RunEvent, { type: 'inst.end' }>;

export function ends(inst: string, how: End['how'], more: Partial<End> = {}): RunEvent {
  return { type: 'inst.end', inst, definition: definitionOf(inst), how, ...more };
}

/** A small run with one of everything: hits, two that ran, a failure, a skip, a warning, a result. */
export const mixedRun: LoggedEvent[] = log(
  [0, started],
  [0, planned({ data: 1, train: 3, prune: 2, accuracy: 1 })],
  [0.1, ends('data', 'hit')],
  [0.2, ends('train[seed=1]', 'hit')],
  [0.2, starts('train[seed=2]')],
  [0.2, starts('train[seed=3]', 1)],
  [1, generation('train[seed=2]', 50, 300, 0.4)],
  [2, generation('train[seed=2]', 100, 300, 0.5)],
  [2, { type: 'run.estimate', seconds: 30 }],
  [3, generation('train[seed=3]', 10, 300, 0.1)],
  [4.25, generation('train[seed=2]', 300, 300, 0.8125)],
  [4.5, ends('train[seed=2]', 'ran', { seconds: 4.3 })],
  [4.5, starts('prune[seed=2]')],
  [4.6, ends('prune[seed=2]', 'ran', { seconds: 0.02 })],
  [
    5,
    ends('train[seed=3]', 'failed', {
      seconds: 4.8,
      message: 'the weights are not finite after generation 10\nlower sigma_init',
      log: ['generation 9: loss 3e+38', 'generation 10: loss \u001b[31mNaN\u001b[0m'],
    }),
  ],
  [5, ends('prune[seed=3]', 'skipped', { message: 'because train[seed=3] failed' })],
  [5.1, { type: 'warn', message: 'the clock went backwards', inst: 'data' }],
  [5.2, starts('accuracy')],
  [6, ends('accuracy', 'ran', { seconds: 0.8 })],
  [6, { type: 'run.result', path: 'results/quickstart/smoke/accuracy.svg' }],
  [6.1, { type: 'run.end', hit: 2, ran: 3, failed: 1, skipped: 1, cancelled: 0, seconds: 6.1, exit: 1 }],
);
