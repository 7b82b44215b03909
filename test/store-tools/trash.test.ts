import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.js';
import { planGc } from '../../src/store-tools/gc.js';
import { takeInventory } from '../../src/store-tools/inventory.js';
import { usualRules } from '../../src/store-tools/roots.js';
import { deleteBatch, expiredBatches, listBatches, restore, sweep } from '../../src/store-tools/trash.js';
import { sha256 } from '../rig/publication.js';
import { finished } from './steps.js';
import { addResult, addRun, age, ageAll, day, freshStore, hits, holdings, now } from './store-rig.js';

const clean = (store: Store) =>
  finished(sweep(store.layout, planGc(store.layout, { ...usualRules, keepRuns: 0 }, now), now));

function put(path: string, text: string, days = 60): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  for (const at of [path, dirname(path)]) age(at, days);
}

/** A store with one old thing of each kind. */
function oldStore(): Store {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'text' } });
  ageAll(store, 60);
  put(join(store.layout.attempt(sha256('unfinished')), 'ckpt', '000001.bin'), 'state');
  age(store.layout.attempt(sha256('unfinished')), 60);
  put(join(store.layout.quarantine, `${sha256('broken')}.00000000`), 'broken');
  addRun(store, 'old', { days: 60, used: ['a'] });
  return store;
}

const contents = (store: Store): Record<string, string> =>
  Object.fromEntries(holdings(store).map((path) => [path, readFileSync(path, 'utf8')]));

test('things of all kinds go to the trash, and all come back', () => {
  const store = oldStore();
  const before = contents(store);
  const { batch, moved, spared } = clean(store);
  expect({ moved, spared }).toEqual({ moved: 5, spared: 0 });
  const { records, objects, attempts, runs, quarantine, trash } = takeInventory(store.layout);
  expect([records, [...objects.names], attempts, runs, quarantine]).toEqual([[], [], [], [], []]);
  expect(trash).toHaveLength(1);
  expect(finished(restore(store.layout, batch))).toBe(5);
  expect(contents(store)).toEqual(before);
  expect(listBatches(store.layout)).toEqual([]);
});

test('what cannot be brought back stays in the trash, and that is told', () => {
  const store = oldStore();
  const { batch } = clean(store);
  rmSync(join(store.layout.root, 'res'), { recursive: true });
  writeFileSync(join(store.layout.root, 'res'), 'a file where a folder is needed');
  expect(() => finished(restore(store.layout, batch))).toThrow(/EEXIST|ENOTDIR/);
  expect(listBatches(store.layout)).toEqual([batch]);
  rmSync(join(store.layout.root, 'res'));
  finished(restore(store.layout, batch));
  expect(hits(store, ['a'])).toEqual(['a']);
});

test('what cannot be moved away stops a clean-up, and that is told', () => {
  const store = oldStore();
  const plan = planGc(store.layout, usualRules, now);
  writeFileSync(join(store.layout.root, 'trash'), 'a file where a folder is needed');
  expect(() => finished(sweep(store.layout, plan, now))).toThrow(
    /a file is in the way where a folder is needed/,
  );
  expect(hits(store, ['a'])).toEqual(['a']);
});

test('a folder that was begun anew meanwhile stays, and that of the trash gives way', () => {
  const store = oldStore();
  const { batch } = clean(store);
  const checkpoint = join(store.layout.attempt(sha256('unfinished')), 'ckpt', '000009.bin');
  put(checkpoint, 'newer');
  finished(restore(store.layout, batch));
  expect(readdirSync(dirname(checkpoint))).toEqual(['000009.bin']);
  expect(existsSync(join(store.layout.root, 'trash', batch))).toBe(false);
});

test('a record that was replaced after it was looked at stays', () => {
  const store = oldStore();
  const plan = planGc(store.layout, { ...usualRules, keepRuns: 0 }, now);
  const later = new Date(now);
  utimesSync(store.layout.record(sha256('a')), later, later);
  utimesSync(store.layout.object(sha256('text')), later, later);
  const { spared } = finished(sweep(store.layout, plan, now));
  expect(spared).toBe(2);
  expect(hits(store, ['a'])).toEqual(['a']);
});

test('batches are told by their names, the newest first; what else lies there is none', () => {
  const store = oldStore();
  const names = ['20260101-000000-aaaaaa', '20260123-235959-bbbbbb', '20260124-000001-cccccc'];
  for (const name of [...names, 'notes', '20260101-000000-aaaaaa.old'])
    mkdirSync(join(store.layout.root, 'trash', name), { recursive: true });
  expect(listBatches(store.layout)).toEqual([...names].reverse());
  // A week and a second before, and a week less a second.
  expect(expiredBatches(store.layout, Date.UTC(2026, 0, 31))).toEqual([names[1], names[0]]);
  expect(expiredBatches(store.layout, Date.UTC(2026, 0, 1) + 7 * day)).toEqual([]);
  deleteBatch(store.layout, names[0]!);
  deleteBatch(store.layout, names[0]!);
  expect(listBatches(store.layout)).toEqual([names[2], names[1]]);
  expect(readdirSync(store.layout.temporary)).toEqual([]);
});
