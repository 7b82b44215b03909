import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCap } from '../../src/store-tools/cap.js';
import { listPins, removePin, writePin } from '../../src/store-tools/pins.js';
import { recordOf } from '../../src/store-tools/records.js';
import { sha256 } from '../rig/publication.js';
import { addResult, damage, freshStore } from './store-rig.js';

const pin = (name: string) =>
  ({ v: 1, name, what: 'a', pipeline: 'p', variant: 'default', made: '', keys: [], runs: [] }) as const;

test('a pin is taken away by its name, and nothing else is', () => {
  const { layout } = freshStore();
  writeCap(layout, 5000);
  for (const name of ['one', 'other']) writePin(layout, pin(name));
  for (const name of ['../cap', 'none', '', 'one.json']) expect(removePin(layout, name)).toBe(false);
  expect(existsSync(join(layout.root, 'cap.json'))).toBe(true);
  expect(removePin(layout, 'one')).toBe(true);
  expect(removePin(layout, 'one')).toBe(false);
  expect(listPins(layout).map(({ name }) => name)).toEqual(['other']);
});

test.each(['torn', 'two words'])('a pin that cannot be read can be taken away: %s', (name) => {
  const { layout } = freshStore();
  writePin(layout, pin('one'));
  writeFileSync(join(layout.root, 'roots', `${name}.json`), '{');
  writeFileSync(join(layout.root, 'roots', 'one.json.1.tmp'), '{');
  expect(() => listPins(layout)).toThrow(`ticketlab unpin ${name} `);
  expect(removePin(layout, name)).toBe(true);
  expect(listPins(layout)).toHaveLength(1);
});

test.each(['../one', '.one', 'a b', '', 'x'.repeat(65)])('a pin cannot be called %j', (name) => {
  const { layout } = freshStore();
  expect(() => writePin(layout, pin(name))).toThrow(`"${name}" cannot be the name of a pin`);
  expect(readdirSync(layout.root)).toEqual(['STORE.json']);
});

test('the record of a key is there, damaged or not there', () => {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'text' } });
  addResult(store, 'b', { outputs: { x: 'text' } });
  damage(store.layout.record(sha256('b')), '{');
  expect(recordOf(store.layout, sha256('a'))).toMatchObject({ key: sha256('a') });
  for (const key of [sha256('b'), sha256('c'), '../../etc/passwd'])
    expect(recordOf(store.layout, key)).toBeUndefined();
});
