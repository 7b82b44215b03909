import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Forecaster } from '../../src/exec/forecaster.js';
import { producersOf } from '../../src/exec/graph.js';
import { planOf } from '../rig/plan.js';
import { temporaryFolder } from '../rig/temporary.js';

/** A chain of `trainings` and a figure of them all, and nothing known from earlier runs. */
function firstRun(trainings: number) {
  const types = [...Array.from({ length: trainings }, () => 'train'), 'plot'];
  const chain = types.map(
    (_, index) => [`s${index}`, { after: index === 0 ? [] : [`s${index - 1}`] }] as const,
  );
  const producers = producersOf(planOf(Object.fromEntries(chain)).instances);
  let now = 0;
  const clock = { monotonic: () => now, now: () => now };
  const path = join(temporaryFolder(), 'times.json');
  const forecaster = new Forecaster({ path, types, producers, slots: 2, clock });
  return { forecaster, later: (milliseconds: number) => (now += milliseconds) };
}

test('the first run says how long it takes although the figure at its end was never drawn', () => {
  const { forecaster, later } = firstRun(20);
  expect(forecaster.due(() => false)).toBeUndefined();
  later(3000);
  forecaster.progress(0, { seconds: 3, done: 1, total: 4 });
  // 9 of 12 seconds of the first training, 19 more of them, a second for what is not known.
  expect(forecaster.due(() => false)).toBe(9 + 19 * 12 + 1);
});

test('no time is guessed where much of what is left has never run', () => {
  const { forecaster, later } = firstRun(9);
  later(3000);
  forecaster.progress(0, { seconds: 3, done: 1, total: 4 });
  expect(forecaster.due(() => false)).toBeUndefined();
});
