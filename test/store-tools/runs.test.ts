import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.js';
import { keysOfRun, listRuns, paramsOfRun, readEndings } from '../../src/store-tools/runs.js';
import { sha256 } from '../rig/publication.js';
import { addRun, day, freshStore, now } from './store-rig.js';

const logOf = (store: Store, id: string): string => join(store.layout.run(id), 'events.jsonl');

test('runs are listed by when they began, the newest first; what is none is passed over', () => {
  const store = freshStore();
  addRun(store, 'b', { days: 2, used: [] });
  addRun(store, 'a', { days: 3, used: [] });
  addRun(store, 'c', { days: 2, used: [], pipeline: 'q', variant: 'laptop' });
  utimesSync(logOf(store, 'a'), new Date(now), new Date(now));
  for (const name of ['empty', 'torn', 'other']) mkdirSync(store.layout.run(name));
  writeFileSync(logOf(store, 'torn'), readFileSync(logOf(store, 'a'), 'utf8').slice(0, 30));
  writeFileSync(logOf(store, 'other'), '{"v":1,"seq":0,"t":0,"type":"warn","message":"x"}\n');
  writeFileSync(join(store.layout.root, 'runs', 'notes.txt'), '');
  expect(listRuns(store.layout)).toEqual([
    { id: 'c', pipeline: 'q', variant: 'laptop', started: now - 2 * day, touched: now - 2 * day },
    { id: 'b', pipeline: 'p', variant: 'default', started: now - 2 * day, touched: now - 2 * day },
    { id: 'a', pipeline: 'p', variant: 'default', started: now - 3 * day, touched: now },
  ]);
});

test('a run has used the keys of what ended and of what only began; how they ended is told by address', () => {
  const store = freshStore();
  addRun(store, 'a', { days: 1, used: ['x', 'y'] });
  const more = [
    { type: 'inst.start', inst: 'z', definition: 'z', key: sha256('z'), worker: 0 },
    { type: 'inst.end', inst: 'w', definition: 'w', how: 'failed', message: 'no' },
  ].map((event, at) => JSON.stringify({ v: 1, seq: 3 + at, t: now, ...event }));
  writeFileSync(logOf(store, 'a'), `${readFileSync(logOf(store, 'a'), 'utf8')}${more.join('\n')}\n{"torn`);
  expect([...keysOfRun(store.layout, 'a')].sort()).toEqual(
    ['x', 'y', 'z'].map((name) => sha256(name)).sort(),
  );
  expect([...readEndings(store.layout, 'a')]).toEqual([
    ['x', { how: 'ran', key: sha256('x'), message: undefined }],
    ['y', { how: 'ran', key: sha256('y'), message: undefined }],
    ['w', { how: 'failed', key: undefined, message: 'no' }],
  ]);
  expect([keysOfRun(store.layout, 'none').size, readEndings(store.layout, 'none').size]).toEqual([0, 0]);
  expect(paramsOfRun(store.layout, 'a')).toEqual({});
});
