import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Neighbours } from '../../src/exec/neighbours.js';
import { absencePatience } from '../../src/store/patience.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

/*
 * One client holds the lease of `a`, another waits for it. Time is made: the clock of both is advanced by hand, and with
 * it their timers.
 */
const key = sha256('a');
const instance = { index: 7, id: 'a' };
const minute = 60_000;

let root: string;
let store: Store;
let now: number;
const open: Neighbours[] = [];
const freed: number[] = [];

function client(run: string, patience?: number): Neighbours {
  const clock = { now: () => now, monotonic: () => now };
  const folder = store.layout.run(run);
  store.makeFolder(folder);
  const neighbours = new Neighbours({
    ...{ store: openStore(root), clock, run, folder, patience },
    free: (index) => freed.push(index),
  });
  open.push(neighbours);
  return neighbours;
}

function pass(ms: number): void {
  for (const end = now + ms; now < end;) {
    now += 250;
    vi.advanceTimersByTime(250);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  root = join(temporaryFolder(), 'store');
  store = openStore(root);
  now = 0;
  freed.length = 0;
});
afterEach(() => {
  for (const neighbours of open.splice(0)) neighbours.close();
  vi.useRealTimers();
  rmSync(join(root, '..'), { recursive: true, force: true });
});

function waitingFor(patience: number | undefined): Neighbours {
  const first = client('first');
  expect(first.take(instance, key, false)).toEqual({ kind: 'start' });
  expect(client('second', patience).take(instance, key, false)).toMatchObject({ kind: 'theirs' });
  pass(1000);
  expect(freed).toEqual([]);
  return first;
}

describe('when another client ended and left no result that can be seen', () => {
  test('on a network file system, it is looked for a minute before it is believed that there is none', () => {
    const first = waitingFor(minute);
    first.done(key);
    pass(minute - 1000);
    expect(freed).toEqual([]);
    pass(2000);
    expect(freed).toEqual([7]);
  });

  test('on a network file system, it is taken as soon as it comes to be seen', () => {
    const first = waitingFor(minute);
    first.done(key);
    pass(20_000);
    store.publish(publication('a', { out: 'text' }));
    pass(500);
    expect(freed).toEqual([7]);
  });

  test('on a local one it is believed at once', () => {
    waitingFor(undefined).done(key);
    pass(250);
    expect(freed).toEqual([7]);
  });
});

describe('an instance whose turn it seems to be', () => {
  test('is done when somebody else has its result by now; who finds that of no help starts it', () => {
    const neighbours = client('first');
    store.publish(publication('a', { out: 'text' }));
    expect(neighbours.take(instance, key, false)).toEqual({ kind: 'done' });
    // Nobody is kept from it meanwhile.
    const other = client('other');
    expect(other.take(instance, key, true)).toEqual({ kind: 'start' });
    other.done(key);
    expect(neighbours.take(instance, key, false)).toEqual({ kind: 'start' });
  });
});

test('who leaves takes back what it held, and nobody waits for it', () => {
  const first = client('first');
  first.take(instance, key, false);
  const second = client('second');
  expect(second.take(instance, key, false)).toMatchObject({ kind: 'theirs' });
  first.close();
  expect(readdirSync(join(root, 'lease'))).toEqual([]);
  expect(readdirSync(store.layout.run('first'))).toEqual([]);
  pass(250);
  expect(freed).toEqual([7]);
});

describe('what is missing', () => {
  test.each([
    ['NFS', 0x6969, minute],
    ['CIFS, whose number has a sign', 0xff534d42 | 0, minute],
    ['ext4', 0xef53, 0],
    ['tmpfs', 0x01021994, 0],
  ])('is believed to be on %s after so many milliseconds', (_, type, ms) => {
    expect(absencePatience('/anywhere', () => type)).toBe(ms);
  });

  test('is believed to be where nobody can say what file system it is', () => {
    expect(absencePatience(join(root, 'nowhere'))).toBe(0);
  });
});
