import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layoutOf, type Layout } from '../../src/store/layout.js';
import type { LeaseHolder } from '../../src/store/lease-file.js';
import { heartbeatMs, Leases, staleMs } from '../../src/store/leases.js';
import { isAlive, ownIdentity } from '../../src/store/process-identity.js';
import { sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let layout: Layout;
let now = 0;
beforeEach(() => {
  layout = layoutOf(temporaryFolder());
  now = 0;
});
afterEach(() => rmSync(layout.root, { recursive: true, force: true }));

const key = sha256('a');
const client = (run: string): Leases => new Leases({ layout, run, monotonic: () => now });
const elsewhere: LeaseHolder = {
  token: 't',
  host: 'another-machine',
  machine: '00000000-00000000',
  pid: 1,
  start: '1',
  run: 'r',
  instance: 'a',
};

/** As somebody wrote it. */
function put(lease: object | string): void {
  mkdirSync(dirname(layout.lease(key)), { recursive: true });
  writeFileSync(layout.lease(key), typeof lease === 'string' ? lease : JSON.stringify(lease));
}

const holderNow = (): LeaseHolder => JSON.parse(readFileSync(layout.lease(key), 'utf8')) as LeaseHolder;

describe('a lease', () => {
  test('is taken by one, who is told to the others, until it is given back', () => {
    const [first, second] = [client('one'), client('two')];
    expect(first.take(key, 'imp.train')).toEqual({ mine: true });
    expect(second.take(key, 'b')).toMatchObject({
      mine: false,
      holder: { ...ownIdentity(), run: 'one', instance: 'imp.train' },
    });
    expect(second.heldElsewhere(key)).toBe(true);
    first.release(key);
    expect(second.heldElsewhere(key)).toBe(false);
    expect(second.take(key, 'b')).toEqual({ mine: true });
    for (const one of [first, second]) one.close();
    expect(readdirSync(layout.temporary)).toEqual([]);
    expect(readdirSync(dirname(layout.lease(key)))).toEqual([]);
  });

  test.each([
    ['whose process is gone', { ...elsewhere, ...ownIdentity(), pid: 4_194_304 }],
    [
      'whose process number was given to another process since',
      { ...elsewhere, ...ownIdentity(), start: '1' },
    ],
    [
      'from before this machine was started last',
      { ...elsewhere, host: ownIdentity().host, machine: 'ffffffff-00000000' },
    ],
  ])('%s is taken over at once', (_, left) => {
    put(left);
    expect(client('new').take(key, 'a')).toEqual({ mine: true });
    expect(holderNow().run).toBe('new');
  });

  test.each([
    ['of another machine', elsewhere],
    [
      'of a container on this machine',
      { ...elsewhere, host: ownIdentity().host, machine: `${ownIdentity().machine.split('-')[0]}-00000000` },
    ],
    ['of a process here that was stopped', { ...elsewhere, ...ownIdentity() }],
    ['that is damaged', '{"token":'],
    ['of a process whose number is text', { ...elsewhere, ...ownIdentity(), pid: 'many' }],
    ['of a process whose number is none', { ...elsewhere, ...ownIdentity(), pid: 1.5 }],
    ['that does not say whose it is', { ...elsewhere, ...ownIdentity(), token: undefined, pid: 4_194_304 }],
  ])('%s is left alone while it beats, and taken over a minute after it last did', (_, left) => {
    put(left);
    const observer = client('new');
    expect(observer.take(key, 'a').mine).toBe(false);
    now += staleMs - 1;
    expect(observer.take(key, 'a').mine).toBe(false);
    // Not written anew, which may give it the time that it has.
    utimesSync(layout.lease(key), 1000, 1000);
    now += 1;
    expect(observer.take(key, 'a').mine, 'it has beaten').toBe(false);
    now += staleMs;
    expect(observer.heldElsewhere(key)).toBe(false);
    expect(observer.take(key, 'a').mine).toBe(true);
  });

  test('that was taken over while its owner slept is not given back by the owner', () => {
    const sleeper = client('sleeper');
    sleeper.take(key, 'a');
    rmSync(layout.lease(key));
    put(elsewhere);
    sleeper.release(key);
    expect(holderNow()).toEqual(elsewhere);
  });

  test('beats more often than it is waited for', () => {
    expect(heartbeatMs * 3).toBeLessThan(staleMs);
    const [owner, observer] = [client('owner'), client('observer')];
    owner.take(key, 'a');
    for (let beats = 0; beats < 20; beats++) {
      expect(observer.take(key, 'a').mine).toBe(false);
      now += heartbeatMs;
      owner.beat();
    }
    expect(observer.take(key, 'a').mine).toBe(false);
  });

  test('that somebody takes over while another is about to do so stays with the faster one', () => {
    put(elsewhere);
    const faster = { ...elsewhere, ...ownIdentity(), token: 'newer', run: 'faster' };
    let looks = 0;
    // The clock is asked between the look at the lease and the attempt to take it over.
    const monotonic = (): number => {
      if (++looks === 2) put(faster);
      return looks * staleMs;
    };
    const slower = new Leases({ layout, run: 'slower', monotonic });
    expect(slower.take(key, 'a').mine).toBe(false);
    expect(slower.take(key, 'a')).toEqual({ mine: false, holder: faster });
    expect(holderNow()).toEqual(faster);
    slower.close();
    expect(readdirSync(layout.temporary)).toEqual([]);
    expect(holderNow()).toEqual(faster);
  });

  test('that can neither be taken nor looked at keeps nobody from working', () => {
    mkdirSync(dirname(layout.lease(key)));
    symlinkSync('nowhere', layout.lease(key));
    expect(client('one').take(key, 'a')).toEqual({ mine: true });
  });

  test('that was taken over while its owner slept is not kept alive by the owner', () => {
    const sleeper = client('sleeper');
    sleeper.take(key, 'a');
    put(elsewhere);
    utimesSync(layout.lease(key), 1000, 1000);
    sleeper.beat();
    expect(statSync(layout.lease(key)).mtimeMs).toBe(1_000_000);
  });

  test('that cannot be had because of the disk keeps nobody from working', () => {
    writeFileSync(layout.temporary, 'a file where a folder is needed');
    expect(client('one').take(key, 'a')).toEqual({ mine: true });
  });
});

describe('a process', () => {
  test('is known by more than its number', () => {
    const own = ownIdentity();
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, start: `${own.start}0` })).toBe(false);
    expect(isAlive({ ...own, host: 'another-machine' })).toBeUndefined();
    // Where the system does not tell when it started, its number must do.
    expect(isAlive({ ...own, start: '' })).toBe(true);
  });
});
