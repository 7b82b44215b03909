import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LoggedEvent } from '../../src/events/event.js';
import { systemClock } from '../../src/exec/clock.js';
import { runPlan, type RunSummary } from '../../src/exec/run.js';
import type { StageSettings } from '../../src/pipeline/plan.js';
import { openStore } from '../../src/store/store.js';
import { planOf } from '../rig/plan.js';
import { endsOf, eventsOf, workerEntry } from '../rig/rig.js';
import { signatures } from '../rig/signatures.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'project'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Shell {
  readonly script: string;
  readonly retry?: StageSettings['retry'];
  readonly signal?: AbortSignal;
  readonly emit?: (event: LoggedEvent) => void;
}

/** Runs a script of the user as the only stage. */
async function shell({
  script,
  retry,
  signal,
  emit,
}: Shell): Promise<{ summary: RunSummary; events: LoggedEvent[] }> {
  const plan = planOf({ a: { uses: 'mine' } });
  const settings: StageSettings = {
    resources: { cpus: 1, memory: 0, gpus: 0 },
    retry: retry ?? { times: 0, on: [], backoff: 0 },
    ...{ checkpoint: {}, env: {} },
  };
  const command = { shell: script, code: [], inputs: {}, outputs: { out: 'out.txt' } };
  const events: LoggedEvent[] = [];
  const summary = await runPlan(
    {
      ...plan,
      instances: plan.instances.map((instance) => ({ ...instance, settings })),
      types: new Map([['mine', { signature: { ...signatures['held']!, type: 'mine' }, command }]]),
    },
    {
      ...{
        store: openStore(join(folder, 'store')),
        signatures: new Map(),
        jobs: 1,
        force: new Set<number>(),
      },
      ...{ stagesModule: '', projectDir: join(folder, 'project'), cacheDir: join(folder, 'cache') },
      ...{ clock: systemClock, version: '0', environment: { PATH: '/usr/bin:/bin' }, workerEntry },
      signal: signal ?? new AbortController().signal,
      emit: (event) => {
        events.push(event);
        emit?.(event);
      },
    },
  );
  return { summary, events };
}

test('a program has time to follow an interrupt, and did not fail then: it was cancelled', async () => {
  const controller = new AbortController();
  const followed = join(folder, 'followed');
  const { summary, events } = await shell({
    script:
      `trap 'echo yes > "${followed}"; trap - TERM; kill -TERM $$' TERM\n` +
      `echo '{"unit":"step","done":1,"total":2}' >&3\nsleep 600 & wait`,
    signal: controller.signal,
    emit: (event) => event.type === 'inst.progress' && controller.abort(),
  });
  expect(endsOf(events)).toEqual({ a: 'cancelled' });
  expect(summary.exit).toBe(130);
  expect(readFileSync(followed, 'utf8')).toBe('yes\n');
});

test('a program that fails for a cause that is named is tried again, as long as that may help', async () => {
  const { events } = await shell({
    script: 'exit 7',
    retry: { times: 2, on: ['exit:7'], backoff: 0 },
  });
  expect(endsOf(events)).toEqual({ a: 'failed' });
  // The second time it ended in the same way: a third would be for nothing.
  expect(eventsOf(events, 'warn').map(({ message }) => message)).toEqual([
    expect.stringMatching(/exit code 7.*; it is tried again in 0 s \(1 of 2\)$/),
  ]);
  expect(eventsOf(events, 'inst.start')).toHaveLength(2);
});
