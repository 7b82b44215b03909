import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownIdentity } from '../../src/store/process-identity.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

const now = Date.UTC(2026, 0, 31);
const day = 24 * 3600 * 1000;

let folder: string;
let store: Store;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(join(folder, 'store'));
  store.prepare();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const finish = (name: string): void => void store.publish(publication(name, { out: 'text' }));

const living = ownIdentity();
const dead = { ...ownIdentity(), pid: 4_194_304 };
const elsewhere = { ...dead, host: 'another-machine' };

function lease(name: string, holder: object, age = 0): string {
  const path = store.layout.lease(sha256(name));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ token: 't', run: 'r', instance: 'a', ...holder }));
  const then = new Date(now - age);
  utimesSync(path, then, then);
  return path;
}

function checkpoint(name: string): string {
  const path = join(store.layout.attempt(sha256(name)), 'ckpt', '000001.bin');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'state');
  return path;
}

describe('when a run begins, of leases', () => {
  test.each<[string, object, boolean, number, 'goes' | 'stays']>([
    ['of a dead process whose work is done', dead, true, 0, 'goes'],
    ['of a dead process whose work is not done', dead, false, day, 'stays'],
    ['of a dead process whose work nobody took over in a day', dead, false, day + 1000, 'goes'],
    ['of a process that lives', living, true, 2 * day, 'stays'],
    ['of another machine', elsewhere, true, 2 * day, 'stays'],
    ['that says nothing', { token: 5 }, true, 2 * day, 'stays'],
  ])('one %s', (_, holder, done, age, fate) => {
    const path = lease('a', holder, age);
    if (done) finish('a');
    store.reap(now);
    expect(existsSync(path)).toBe(fate === 'stays');
  });
});

describe('when a run begins, checkpoints', () => {
  test('of finished work go, those of work that goes on or is to go on stay', () => {
    const [finished, unfinished, busy] = ['finished', 'unfinished', 'busy'].map(checkpoint);
    finish('finished');
    finish('busy');
    lease('busy', living);
    store.reap(now);
    expect([finished, unfinished, busy].map((path) => existsSync(path!))).toEqual([false, true, true]);
  });

  test('are those of keys: what else lies there is left alone', () => {
    const others = ['attempt', 'lease'].map((name) => join(store.layout.root, name, 'notes.txt'));
    for (const path of others) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'mine');
    }
    store.reap(now);
    expect(others.map((path) => existsSync(path))).toEqual([true, true]);
  });
});

describe('when a run begins, temporary folders', () => {
  const { host, machine, pid, start } = living;
  test.each<[string, string, number, 'goes' | 'stays']>([
    ['of a dead process', `${host}.${machine}.4194304.${start}.aa`, 0, 'goes'],
    ['of this process', `${host}.${machine}.${pid}.${start}.aa`, day, 'stays'],
    ['of another machine, of a day ago', `another.${machine}.4194304.${start}.aa`, day, 'stays'],
    ['of another machine, of more than a day ago', `another.${machine}.1.${start}.aa`, day + 1000, 'goes'],
    ['that are not ours', 'something', day, 'stays'],
  ])('%s', (_, name, age, fate) => {
    const path = join(store.layout.temporary, name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, '0'), 'half');
    const then = new Date(now - age);
    utimesSync(path, then, then);
    store.reap(now);
    expect(statSync(path, { throwIfNoEntry: false }) !== undefined).toBe(fate === 'stays');
  });
});
