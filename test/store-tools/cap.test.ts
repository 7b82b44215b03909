import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.js';
import { planGc, storeBytes } from '../../src/store-tools/gc.js';
import { takeInventory } from '../../src/store-tools/inventory.js';
import { writePin } from '../../src/store-tools/pins.js';
import { usualRules } from '../../src/store-tools/roots.js';
import { sha256 } from '../rig/publication.js';
import { addResult, age, ageAll, freshStore, now } from './store-rig.js';

const names = ['a', 'b', 'c', 'p'];
const large = (name: string): string => name.repeat(50_000);

const total = (store: Store): number => storeBytes(takeInventory(store.layout));

/** What goes when the store must become so many bytes smaller. */
function goes(store: Store, bytes: number): string[] {
  const plan = planGc(store.layout, { ...usualRules, maxBytes: total(store) - bytes }, now);
  const keys = plan.records.map(({ key }) => key);
  return names.filter((name) => keys.includes(sha256(name)));
}

function pin(store: Store, ...pinned: string[]): void {
  const keys = pinned.map((name) => sha256(name));
  const made = '';
  writePin(store.layout, {
    ...{ v: 1, name: 'paper', what: 'paper', pipeline: 'p', variant: 'default', made, keys, runs: [] },
  });
}

describe('to keep a store below its cap', () => {
  test('records count with their own bytes', () => {
    const store = freshStore();
    for (const name of ['a', 'b', 'c']) addResult(store, name, { outputs: {} });
    ageAll(store, 60);
    age(store.layout.record(sha256('b')), 61);
    const each = total(store) / 3;
    expect(goes(store, 0)).toEqual([]);
    expect(goes(store, 1)).toEqual(['b']);
    expect(goes(store, each)).toEqual(['b']);
    expect(goes(store, each + 1)).toHaveLength(2);
  });

  test('what goes first took least time for its size; of equal results it is the oldest', () => {
    const store = freshStore();
    addResult(store, 'a', { outputs: { x: large('a') }, seconds: 2 });
    addResult(store, 'b', { outputs: { x: large('b') }, seconds: 1 });
    addResult(store, 'c', { outputs: { x: large('c') }, seconds: 1 });
    ageAll(store, 60);
    age(store.layout.record(sha256('c')), 61);
    expect(goes(store, 1)).toEqual(['c']);
    expect(goes(store, 60_000)).toEqual(['b', 'c']);
    expect(goes(store, 110_000)).toEqual(['a', 'b', 'c']);
  });

  test('an object that a protected result needs too makes no room', () => {
    const store = freshStore();
    addResult(store, 'p', { outputs: { x: large('x') } });
    addResult(store, 'a', { outputs: { x: large('x') }, seconds: 1 });
    addResult(store, 'b', { outputs: { x: large('b') }, seconds: 2 });
    addResult(store, 'c', { outputs: { x: large('c') }, seconds: 3 });
    pin(store, 'p');
    ageAll(store, 60);
    expect(goes(store, 40_000)).toEqual(['a', 'b']);
  });

  test('an object that several results need makes room when the last of them goes', () => {
    const store = freshStore();
    addResult(store, 'a', { outputs: { x: large('x') }, seconds: 1 });
    addResult(store, 'b', { outputs: { x: large('x'), again: large('x') }, seconds: 2 });
    addResult(store, 'c', { outputs: { x: large('c') }, seconds: 3 });
    ageAll(store, 60);
    expect(goes(store, 40_000)).toEqual(['a', 'b']);
  });

  test('the files of a tree count as its own', () => {
    const store = freshStore();
    addResult(store, 'a', { outputs: { x: new Map([['f', large('a')]]) }, seconds: 1 });
    addResult(store, 'b', { outputs: { x: 'small' }, seconds: 0.1 });
    ageAll(store, 60);
    expect(goes(store, 1)).toEqual(['a']);
  });
});
