import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LiveMark } from '../../src/store/run-folder.js';
import { openStore, type Store } from '../../src/store/store.js';
import { planGc, type GcRules } from '../../src/store-tools/gc.js';
import { listPins, writePin } from '../../src/store-tools/pins.js';
import { usualRules } from '../../src/store-tools/roots.js';
import { deleteBatch, expiredBatches, listBatches, restore, sweep } from '../../src/store-tools/trash.js';
import { sha256 } from '../rig/publication.js';
import { diesAfter, finished } from './steps.js';
import { addResult, addRun, age, ageAll, below, day, freshStore, hits, holdings, now } from './store-rig.js';

const all = ['a', 'b', 'c', 'd'];

/** Four results of 60 days ago; `a` and `b` share an object, `c` is a tree that shares a file with `d`. */
function storeOfFour(): Store {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'shared', y: 'only a' } });
  addResult(store, 'b', { outputs: { x: 'shared' } });
  addResult(store, 'c', {
    outputs: {
      x: new Map([
        ['f/1', 'one'],
        ['f/2', 'two'],
      ]),
    },
  });
  addResult(store, 'd', { outputs: { x: 'two' } });
  ageAll(store, 60);
  return store;
}

const doomed = (store: Store, rules: Partial<GcRules> = {}): string[] => {
  const keys = planGc(store.layout, { ...usualRules, ...rules }, now).records.map(({ key }) => key);
  return all.filter((name) => keys.includes(sha256(name)));
};

const cleaning = (store: Store, rules: Partial<GcRules> = {}) =>
  sweep(store.layout, planGc(store.layout, { ...usualRules, ...rules }, now), now);
const clean = (store: Store, rules: Partial<GcRules> = {}) => finished(cleaning(store, rules));

const pin = (name: string, keys: readonly string[], runs: readonly string[] = []) =>
  ({ v: 1, name, what: name, pipeline: 'p', variant: 'default', made: '', keys, runs }) as const;

describe('a pin', () => {
  test('stays as it is when there is another one of its name', () => {
    const store = storeOfFour();
    expect(writePin(store.layout, pin('paper', [sha256('a')]))).toBe(true);
    expect(writePin(store.layout, pin('paper', [sha256('b')]))).toBe(false);
    expect(listPins(store.layout).map(({ keys }) => keys)).toEqual([[sha256('a')]]);
    expect(readdirSync(join(store.layout.root, 'roots'))).toEqual(['paper.json']);
  });

  test.each<[string, object]>([
    ['no name', { name: undefined }],
    ['a number as name', { name: 5 }],
    ['no date', { made: undefined }],
    ['a key that is none', { keys: ['../../x'] }],
    ['no keys', { keys: undefined }],
    ['runs that are numbers', { runs: [1] }],
    ['another version', { v: 2 }],
  ])('with %s cannot be read, and stops a clean-up', (_, changed) => {
    const store = storeOfFour();
    const path = join(store.layout.root, 'roots', 'mine.json');
    mkdirSync(join(store.layout.root, 'roots'));
    writeFileSync(path, JSON.stringify({ ...pin('mine', []), ...changed }));
    const message = `The pin ${path} cannot be read, so it is not known what it protects. Take it away with  ticketlab unpin mine  and pin it again.`;
    expect(() => listPins(store.layout)).toThrow(message);
    expect(() => planGc(store.layout, usualRules, now)).toThrow(message);
  });
});

describe('what protects a result', () => {
  test('nothing: it goes, a day after it was last touched', () => {
    const store = storeOfFour();
    expect(doomed(store)).toEqual(all);
    age(store.layout.record(sha256('b')), 0.9);
    expect(doomed(store)).toEqual(['a', 'c', 'd']);
    expect(planGc(store.layout, usualRules, now).young).toBe(1);
  });

  test('a pin', () => {
    const store = storeOfFour();
    writePin(store.layout, pin('paper', [sha256('a')]));
    expect(doomed(store)).toEqual(['b', 'c', 'd']);
  });

  test('a run of the last days, whatever came after it', () => {
    const store = storeOfFour();
    addRun(store, 'old', { days: 15, used: ['a'] });
    addRun(store, 'young', { days: 13, used: ['b'] });
    expect(doomed(store, { keepRuns: 0 })).toEqual(['a', 'c', 'd']);
  });

  test('one of the last runs of its pipeline, however old', () => {
    const store = storeOfFour();
    addRun(store, 'first', { days: 50, used: ['a'] });
    addRun(store, 'second', { days: 40, used: ['b'] });
    addRun(store, 'other', { days: 55, pipeline: 'q', used: ['c'] });
    expect(doomed(store, { keepRuns: 1 })).toEqual(['a', 'd']);
    expect(planGc(store.layout, { keepRuns: 1, keepDays: 14 }, now).runs.map(({ name }) => name)).toEqual([
      'first',
    ]);
  });

  test('a run that goes on, however long ago it began', () => {
    const store = storeOfFour();
    addRun(store, 'long', { days: 50, used: ['a'] });
    new LiveMark(store.layout.run('long'));
    expect(doomed(store, { keepRuns: 0 })).toEqual(['b', 'c', 'd']);
  });

  test('somebody who computes it at the moment', () => {
    const store = storeOfFour();
    mkdirSync(join(store.layout.root, 'lease'));
    writeFileSync(store.layout.lease(sha256('d')), '{}');
    expect(doomed(store)).toEqual(['a', 'b', 'c']);
  });

  test('room: with a cap only as much goes as must, least seconds for its size first', () => {
    const store = freshStore();
    const half = 'x'.repeat(50_000);
    addResult(store, 'a', { outputs: { x: `a${half}` }, seconds: 100 });
    addResult(store, 'b', { outputs: { x: `b${half}` }, seconds: 1 });
    addResult(store, 'c', { outputs: { x: 'small' }, seconds: 10 });
    ageAll(store, 60);
    expect(doomed(store, { maxBytes: 200_000 })).toEqual([]);
    expect(doomed(store, { maxBytes: 60_000 })).toEqual(['b']);
    expect(doomed(store, { maxBytes: 10_000 })).toEqual(['a', 'b']);
  });

  test('a pin that cannot be read stops everything', () => {
    const store = storeOfFour();
    mkdirSync(join(store.layout.root, 'roots'));
    writeFileSync(join(store.layout.root, 'roots/paper.json'), '{');
    expect(() => planGc(store.layout, usualRules, now)).toThrow(/The pin .*paper\.json cannot be read/);
  });
});

describe('cleaning', () => {
  test('takes the objects that nothing left needs, and no others', () => {
    const store = storeOfFour();
    writePin(store.layout, pin('paper', [sha256('b'), sha256('c')]));
    clean(store);
    expect(hits(store, all)).toEqual(['b', 'c']);
    const left = below(join(store.layout.root, 'cas')).map((path) => readFileSync(path, 'utf8'));
    expect(left.filter((text) => !text.startsWith('[')).sort()).toEqual(['one', 'shared', 'two']);
  });

  test('takes checkpoints of finished work, and of work that nobody came back to', () => {
    const store = storeOfFour();
    for (const [name, days] of [
      ['a', 2],
      ['unfinished', 2],
      ['forgotten', 20],
    ] as const) {
      mkdirSync(store.layout.attempt(sha256(name)), { recursive: true });
      const path = join(store.layout.attempt(sha256(name)), 'ckpt');
      writeFileSync(path, 'state');
      age(path, days);
      age(store.layout.attempt(sha256(name)), days);
    }
    const { attempts } = planGc(store.layout, usualRules, now);
    expect(attempts.map(({ name }) => name).sort()).toEqual([sha256('a'), sha256('forgotten')].sort());
  });

  test('spares an object that somebody touched after it was looked at', () => {
    const store = storeOfFour();
    const plan = planGc(store.layout, usualRules, now);
    addResult(store, 'new', { outputs: { x: 'shared' } });
    const { spared } = finished(sweep(store.layout, plan, now));
    expect(spared).toBe(1);
    expect(hits(store, ['new'])).toEqual(['new']);
  });

  test('leaves an object that nobody needs yet, if it is young: somebody may be publishing', () => {
    const store = storeOfFour();
    age(store.layout.object(sha256('one')), 0.5);
    clean(store);
    expect(below(join(store.layout.root, 'cas')).map((path) => readFileSync(path, 'utf8'))).toEqual(['one']);
  });

  test('outdates the copies that projects keep of what is in the store', () => {
    const store = storeOfFour();
    const project = join(store.layout.root, '..', 'project');
    const open = () => openStore(store.layout.root, { indexFolder: project });
    writePin(store.layout, pin('paper', [sha256('b')]));
    // `b` shares its object with `also`, whose record goes.
    addResult(store, 'also', { outputs: { x: 'shared' } });
    ageAll(store, 60);
    const before = open();
    expect(before.find(sha256('also')).hit).toBe(true);
    before.saveIndex();
    clean(store);
    expect(open().find(sha256('also')).hit).toBe(false);
    expect(open().find(sha256('b')).hit).toBe(true);
  });

  test('never deletes: undo brings everything back, file for file', () => {
    const store = storeOfFour();
    addRun(store, 'old', { days: 40, used: ['a'] });
    const before = holdings(store);
    const bytes = before.map((path) => readFileSync(path, 'utf8'));
    const { batch, moved } = clean(store, { keepRuns: 0 });
    expect(hits(store, all)).toEqual([]);
    expect(listBatches(store.layout)).toEqual([batch]);
    expect(finished(restore(store.layout, batch))).toBe(moved);
    expect(holdings(store)).toEqual(before);
    expect(before.map((path) => readFileSync(path, 'utf8'))).toEqual(bytes);
    expect(hits(store, all)).toEqual(all);
  });

  test('undo leaves alone what was computed again meanwhile', () => {
    const store = storeOfFour();
    const { batch } = clean(store);
    addResult(store, 'a', { outputs: { x: 'shared', y: 'only a' } });
    const ours = readFileSync(store.layout.record(sha256('a')));
    finished(restore(store.layout, batch));
    expect(readFileSync(store.layout.record(sha256('a')))).toEqual(ours);
    expect(hits(store, all)).toEqual(all);
  });

  test('forgets the trash after a week', () => {
    const store = storeOfFour();
    const { batch } = clean(store);
    expect(expiredBatches(store.layout, now + 6 * day)).toEqual([]);
    expect(expiredBatches(store.layout, now + 8 * day)).toEqual([batch]);
    deleteBatch(store.layout, batch);
    expect(below(join(store.layout.root, 'trash'))).toEqual([]);
  });
});

describe('a clean-up that dies', () => {
  test('after any of its moves leaves no record without its objects, and can be undone or repeated', () => {
    for (let moves = 0; ; moves++) {
      const store = storeOfFour();
      const before = holdings(store).map((path) => relative(store.layout.root, path));
      const died = diesAfter(moves, cleaning(store));
      const records = below(join(store.layout.root, 'res')).length;
      expect(hits(store, all)).toHaveLength(records);
      clean(store);
      expect(hits(store, all)).toEqual([]);
      // Two batches now, perhaps of one second: both come back.
      for (const batch of listBatches(store.layout)) finished(restore(store.layout, batch));
      expect(holdings(store).map((path) => relative(store.layout.root, path))).toEqual(before);
      if (!died) return expect(moves).toBeGreaterThan(8);
    }
  });

  test('while it undoes leaves no record without its objects, and can be repeated', () => {
    for (let moves = 0; ; moves++) {
      const store = storeOfFour();
      const { batch } = clean(store);
      const died = diesAfter(moves, restore(store.layout, batch));
      expect(hits(store, all)).toHaveLength(below(join(store.layout.root, 'res')).length);
      if (!died) return;
      finished(restore(store.layout, batch));
      expect(hits(store, all)).toEqual(all);
    }
  });
});

test('times that are not ours are no reason to fail', () => {
  const store = storeOfFour();
  utimesSync(store.layout.record(sha256('a')), 0, 0);
  expect(doomed(store)).toEqual(all);
});

test('of two that undo at the same time everything comes back, each thing by one of them', () => {
  const store = storeOfFour();
  for (const name of ['old', 'older', 'oldest']) addRun(store, name, { days: 40, used: [] });
  const before = holdings(store);
  const { batch, moved } = clean(store, { keepRuns: 0 });
  const [one, other] = [restore(store.layout, batch), restore(store.layout, batch)];
  const counts: number[] = [];
  // Turn by turn: each finds what the other has just brought back.
  for (const open = new Set([one, other]); open.size > 0;)
    for (const steps of open) {
      const step = steps.next();
      if (step.done !== true) continue;
      counts.push(step.value);
      open.delete(steps);
    }
  expect(counts[0]! + counts[1]!).toBe(moved);
  expect(holdings(store)).toEqual(before);
  expect(hits(store, all)).toEqual(all);
});

test('of two clean-ups at the same time one moves everything, and the other leaves no batch of nothing', () => {
  const store = storeOfFour();
  const plan = planGc(store.layout, usualRules, now);
  expect(finished(sweep(store.layout, plan, now)).moved).toBeGreaterThan(0);
  expect(finished(sweep(store.layout, plan, now)).moved).toBe(0);
  const batches = listBatches(store.layout);
  expect(batches).toHaveLength(1);
  finished(restore(store.layout, batches[0]!));
  expect(hits(store, all)).toEqual(all);
});
