import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planGc, storeBytes } from '../../src/store-tools/gc.js';
import { StoredObjects, takeInventory } from '../../src/store-tools/inventory.js';
import { usualRules } from '../../src/store-tools/roots.js';
import { measureUsage } from '../../src/store-tools/usage.js';
import { sha256 } from '../rig/publication.js';
import { addResult, damage, age, ageAll, freshStore, now } from './store-rig.js';

test('objects that no result names count with the bytes of their files', () => {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'ten bytes.' } });
  addResult(store, 'b', { outputs: { x: 'five.' } });
  rmSync(store.layout.record(sha256('a')));
  expect(takeInventory(store.layout).objects.total).toBe(15);
  const { unused, results, logs, total } = measureUsage(store.layout, 'stage');
  expect(unused).toBe(10);
  expect(results + logs + unused).toBe(total);
});

test('objects that are gone count nothing, whatever results say', () => {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'ten bytes.', y: 'five.' } });
  rmSync(store.layout.object(sha256('ten bytes.')));
  const { objects } = takeInventory(store.layout);
  expect([...objects.names]).toEqual([sha256('five.')]);
  expect([objects.total, objects.bytes(sha256('ten bytes.'))]).toEqual([5, 0]);
});

test('objects that go while they are counted count nothing', () => {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'ten bytes.', y: 'five.' } });
  const objects = new StoredObjects(store.layout);
  rmSync(store.layout.object(sha256('ten bytes.')));
  expect(objects.look(sha256('ten bytes.'))).toBeUndefined();
  expect(objects.total).toBe(5);
});

test('a damaged record protects nothing and goes with the others, or first when there is a cap', () => {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'text' } });
  addResult(store, 'b', { outputs: { x: 'text' } });
  chmodSync(store.layout.record(sha256('b')), 0o644);
  truncateSync(store.layout.record(sha256('b')), 100);
  ageAll(store, 60);
  const inventory = takeInventory(store.layout);
  expect(inventory.records.map(({ record, bytes }) => [record !== undefined, bytes > 0])).toEqual(
    inventory.records.map(({ key }) => [key === sha256('a'), true]),
  );
  const plan = (maxBytes?: number) =>
    planGc(store.layout, { ...usualRules, maxBytes }, now).records.map(({ key }) => key);
  expect(plan()).toHaveLength(2);
  expect(plan(storeBytes(inventory) - 1)).toEqual([sha256('b')]);
});

test('checkpoints of a damaged record are those of unfinished work', () => {
  const store = freshStore();
  for (const name of ['a', 'b']) {
    addResult(store, name, { outputs: {} });
    mkdirSync(store.layout.attempt(sha256(name)), { recursive: true });
    age(store.layout.attempt(sha256(name)), 2);
  }
  damage(store.layout.record(sha256('b')), '{');
  const { attempts } = planGc(store.layout, usualRules, now);
  expect(attempts.map(({ name }) => name)).toEqual([sha256('a')]);
});

test('what is no record and no object in its name is not counted as one', () => {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'text' } });
  writeFileSync(`${store.layout.object(sha256('text'))}.tmp`, 'x');
  writeFileSync(`${store.layout.record(sha256('a'))}.tmp`, 'x');
  const { records, objects } = takeInventory(store.layout);
  expect([records.length, [...objects.names]]).toEqual([1, [sha256('text')]]);
});
