import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LoggedEvent } from '../../src/events/event.js';
import { systemClock } from '../../src/exec/clock.js';
import { runPlan, type RunSummary } from '../../src/exec/run.js';
import type { StageSettings } from '../../src/pipeline/plan.js';
import { openStore } from '../../src/store/store.js';
import { planOf } from '../rig/plan.js';
import { endsOf, eventsOf, workerEntry } from '../rig/rig.js';
import { signatures } from '../rig/signatures.js';
import { temporaryFolder } from '../rig/temporary.js';

/** Of this process, not of its workers. */
const disk = vi.hoisted(() => ({ full: false }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    writeSync: (file: number, bytes: Uint8Array, at: number, length: number) => {
      if (disk.full) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      return fs.writeSync(file, bytes, at, length);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'project'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Shell {
  readonly script: string;
  readonly retry?: StageSettings['retry'];
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly emit?: (event: LoggedEvent) => void;
}

/** Runs a script of the user as the only stage. */
async function shell({
  script,
  retry,
  timeout,
  signal,
  emit,
}: Shell): Promise<{ summary: RunSummary; events: LoggedEvent[] }> {
  const plan = planOf({ a: { uses: 'mine' } });
  const settings: StageSettings = {
    resources: { cpus: 1, memory: 0, gpus: 0 },
    retry: retry ?? { times: 0, on: [], backoff: 0 },
    ...{ checkpoint: {}, env: {}, ...(timeout === undefined ? {} : { timeout }) },
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

test.each([
  ['by the same signal', 'trap - TERM; kill -TERM $$'],
  ['with a code of its own', 'exit 143'],
  ['as if all were well', 'echo half > "$OUT_OUT"; exit 0'],
])('a program has time to follow an interrupt, and did not fail when it ends %s', async (_, end) => {
  const controller = new AbortController();
  const followed = join(folder, 'followed');
  const { summary, events } = await shell({
    script:
      `trap 'echo yes > "${followed}"; ${end}' TERM\n` +
      `echo '{"unit":"step","done":1,"total":2}' >&3\nsleep 600 & wait`,
    signal: controller.signal,
    emit: (event) => event.type === 'inst.progress' && controller.abort(),
  });
  expect(endsOf(events)).toEqual({ a: 'cancelled' });
  expect(summary.exit).toBe(130);
  expect(readFileSync(followed, 'utf8')).toBe('yes\n');
});

test('what a program writes when its time is over is not taken, however it ends', async () => {
  const { summary, events } = await shell({
    script: `trap 'echo half > "$OUT_OUT"; exit 0' TERM\nsleep 600 & wait`,
    timeout: 0.5,
  });
  expect(eventsOf(events, 'inst.end').map(({ how, message }) => [how, message])).toEqual([
    ['failed', 'it took longer than its timeout of 0.5 s, and was stopped'],
  ]);
  expect(summary.exit).toBe(1);
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

test('a run whose log cannot be written says so, keeps its results and does not end as if all were well', async () => {
  const script = 'echo x > "$OUT_OUT"';
  const { summary, events } = await shell({
    script,
    emit: (event) => {
      if (event.type === 'inst.start') disk.full = true;
    },
  });
  disk.full = false;
  expect(endsOf(events)).toEqual({ a: 'ran' });
  expect(eventsOf(events, 'warn').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^The event log is incomplete\. The disk is full/),
  ]);
  expect(summary.exit).toBe(1);
  const again = await shell({ script });
  expect(endsOf(again.events)).toEqual({ a: 'hit' });
  expect(again.summary.exit).toBe(0);
});
