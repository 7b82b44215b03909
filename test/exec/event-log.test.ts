import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LoggedEvent } from '../../src/events/event.js';
import { EventLog } from '../../src/exec/event-log.js';
import { temporaryFolder } from '../rig/temporary.js';
import { loggedEvents } from '../rig/rig.js';

const disk = vi.hoisted(() => ({
  synced: 0,
  behind: 0,
  full: false,
  last: Promise.resolve(),
  /** Syncs that were asked for, of a disk that does nothing until it is told. */
  waits: undefined as (() => void)[] | undefined,
}));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    fdatasync: (file: number, done: (error: Error | null) => void) => {
      disk.behind++;
      disk.last = new Promise((resolve) => {
        const ended = (error: Error | null): void => {
          done(error);
          resolve();
        };
        const sync = (): void => fs.fdatasync(file, ended);
        if (disk.waits) disk.waits.push(sync);
        else sync();
      });
    },
    fdatasyncSync: (file: number) => {
      fs.fdatasyncSync(file);
      disk.synced++;
    },
    writeSync: (file: number, bytes: Uint8Array, at: number, length: number) => {
      if (disk.full) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      return fs.writeSync(file, bytes, at, length);
    },
  };
});

let folder: string;
let path: string;
let now: number;
let seq: number;
const failures: string[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'events.jsonl');
  now = 0;
  seq = 0;
  disk.synced = 0;
  disk.behind = 0;
  disk.waits = undefined;
  failures.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = (at = path): EventLog =>
  new EventLog({
    ...{ path: at, clock: { now: () => 0, monotonic: () => now } },
    failed: (message) => failures.push(message),
  });

const event = (type: string, inst: string, more: object = {}): LoggedEvent =>
  ({ v: 1, seq: seq++, t: 0, type, inst, definition: inst, ...more }) as unknown as LoggedEvent;
const progress = (inst: string, done: number): LoggedEvent =>
  event('inst.progress', inst, { unit: 'step', done, total: 100, values: {} });

test('has every event in its order, however many there are in one turn', async () => {
  const events = Array.from({ length: 5000 }, (_, at) => event('inst.end', `i${at}`, { how: 'hit' }));
  const made = log();
  for (const one of events.slice(0, 4999)) made.append(one);
  // What is gathered is written before it becomes too much to keep.
  expect(loggedEvents(path)).toEqual(events.slice(0, 4096));
  made.append(events[4999]!);
  await made.close();
  expect(loggedEvents(path)).toEqual(events);
});

test('is written at the end of a turn', async () => {
  const made = log();
  for (const inst of ['a', 'b']) {
    made.append(event('inst.end', inst, { how: 'hit' }));
    await new Promise(setImmediate);
    expect(loggedEvents(path).at(-1)).toMatchObject({ inst });
  }
  await made.close();
});

test('has the progress of each instance every ten seconds, no more often', async () => {
  const made = log();
  for (const [at, inst, done] of [
    [0, 'a', 1],
    [0, 'b', 2],
    [9_999, 'a', 3],
    [10_000, 'a', 4],
    [10_001, 'b', 5],
    [19_999, 'a', 6],
  ] as const) {
    now = at;
    made.append(progress(inst, done));
  }
  made.append(event('inst.end', 'a', { how: 'ran' }));
  await made.close();
  const kept = loggedEvents(path).map((one) => (one.type === 'inst.progress' ? one.done : one.type));
  expect(kept).toEqual([1, 2, 4, 5, 'inst.end']);
});

test.each<[string, string, number]>([
  ['something was computed', 'inst.start', 1],
  ['nothing was computed', 'inst.end', 0],
])('when %s it is synced at its end so many times', async (_, type, times) => {
  const made = log();
  made.append(event(type, 'a', { how: 'hit' }));
  made.append(event('inst.end', 'a', { how: 'hit' }));
  await made.close();
  expect(disk.synced).toBe(times);
});

test('is synced in the background while something is computed, once a second at most', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const made = log();
    const said = async (...types: string[]): Promise<void> => {
      for (const type of types) {
        made.append(event(type, 'a', { how: 'ran' }));
        await new Promise(setImmediate);
      }
    };
    await said('inst.start', 'inst.end');
    vi.advanceTimersByTime(999);
    expect(disk.behind).toBe(0);
    vi.advanceTimersByTime(1);
    expect(disk.behind).toBe(1);
    vi.advanceTimersByTime(5000);
    expect(disk.behind).toBe(1);
    await disk.last;
    await said('inst.start');
    vi.advanceTimersByTime(1000);
    expect(disk.behind).toBe(2);
    await disk.last;
    await made.close();
    expect(disk.synced).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('on a disk that takes its time nothing is synced after the end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const made = log();
    const waits: (() => void)[] = (disk.waits = []);
    for (const inst of ['a', 'b']) {
      made.append(event('inst.start', inst));
      await new Promise(setImmediate);
      vi.advanceTimersByTime(1000);
    }
    const closed = made.close();
    for (const sync of waits.reverse()) sync();
    await closed;
    expect({ behind: disk.behind, synced: disk.synced, failures }).toEqual({
      behind: 1,
      synced: 1,
      failures: [],
    });
  } finally {
    vi.useRealTimers();
  }
});

test('never goes on with a log that is there', () => {
  writeFileSync(path, 'mine');
  expect(() => log()).toThrow(/EEXIST/);
  expect(readFileSync(path, 'utf8')).toBe('mine');
  expect(() => log(join(folder, 'none', 'events.jsonl'))).toThrow(/ENOENT/);
});

test('that cannot be written any more says so once, and the run goes on', async () => {
  const made = log();
  disk.full = true;
  for (const inst of ['a', 'b']) {
    made.append(event('inst.start', inst));
    await new Promise(setImmediate);
  }
  disk.full = false;
  made.append(event('inst.end', 'a', { how: 'ran' }));
  await made.close();
  expect(readFileSync(path, 'utf8')).toBe('');
  expect(failures).toEqual([
    expect.stringMatching(/^The event log is incomplete\. The disk is full \(ENOSPC\): /),
  ]);
});
