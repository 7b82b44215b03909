import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import fc from '../properties.js';
import { findAll } from '../../src/store/look-ahead-thread.js';
import { lookAhead, type LookAheadTask } from '../../src/store/look-ahead.js';
import { PackedIndex } from '../../src/store/packed-index.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
let project: string;
const names = ['a', 'b', 'c', 'd', 'e'];
const keyOf = sha256;

const open = (): Store => openStore(join(folder, 'store'), { indexFolder: project });

/** A store whose project's index knows a result of two objects under each name, and a tree. */
beforeEach(() => {
  folder = temporaryFolder();
  project = join(folder, 'project');
  const store = open();
  for (const name of names) store.publish(publication(name, { one: `${name} 1`, two: `${name} 2` }));
  store.publish(publication('tree', { files: new Map([['x.txt', 'in the tree']]) }));
  for (const name of [...names, 'tree']) store.find(keyOf(name));
  store.saveIndex();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the thread would be given. */
function taskOf(): { task: LookAheadTask; index: PackedIndex; found: () => string[] } {
  const thread = join(folder, 'thread.cjs');
  writeFileSync(thread, '');
  const { index, root } = lookAhead(join(folder, 'store'), project, { thread, fewest: 1 })!;
  const { header, body, count } = index.packed()!;
  const task = { root, header, body, found: new Uint8Array(count), stop: new Int32Array(1) };
  index.alsoSound(task.found);
  const found = (): string[] => [...names, 'tree'].filter((name) => index.isSound(index.get(keyOf(name))!));
  return { task, index, found };
}

describe('the look ahead', () => {
  test('finds exactly the results whose objects are all there with their sizes; trees are left to others', () => {
    const damage = fc.constantFrom('nothing', 'deleted', 'cut short', 'longer');
    const path = (name: string): string => open().layout.object(sha256(`${name} 2`));
    fc.assert(
      fc.property(fc.array(damage, { minLength: names.length, maxLength: names.length }), (damages) => {
        const { task, found } = taskOf();
        names.forEach((name, at) => {
          rmSync(path(name), { force: true });
          if (damages[at] === 'deleted') return;
          writeFileSync(path(name), `${name} 2${damages[at] === 'longer' ? '!' : ''}`);
          if (damages[at] === 'cut short') truncateSync(path(name), 1);
        });
        findAll(task);
        expect(found()).toEqual(names.filter((_, at) => damages[at] === 'nothing'));
      }),
      { numRuns: 20 },
    );
  });

  test('looks no further when it is told to stop', () => {
    const { task, found } = taskOf();
    task.stop[0] = 1;
    findAll(task);
    expect(found()).toEqual([]);
  });

  test('spares a store the look at what was found, until something is doubted', () => {
    const { task, index } = taskOf();
    findAll(task);
    const store = open();
    store.use({ root: task.root, index });
    for (const name of ['a', 'b']) rmSync(store.layout.object(sha256(`${name} 1`)));
    expect(store.find(keyOf('a')).hit).toBe(true);
    store.objects.forget(sha256('a 1'));
    expect(store.find(keyOf('a'))).toMatchObject({ hit: false, lost: true });
    expect(store.find(keyOf('b'))).toMatchObject({ hit: false, lost: true });
  });

  test('leaves the list of what was looked at as it is without it, and none after a doubt', () => {
    const seen = (store: Store): string[] => {
      const hex = Buffer.concat(store.seen()!).toString('hex');
      return [...new Set(hex.match(/.{76}/g))].sort();
    };
    const { task, index } = taskOf();
    findAll(task);
    const [ahead, alone] = [open(), open()];
    ahead.use({ root: task.root, index });
    for (const store of [ahead, alone]) for (const name of ['a', 'c', 'tree']) store.find(keyOf(name));
    expect(seen(ahead)).toEqual(seen(alone));
    // Four objects, the tree and its file.
    expect(seen(ahead)).toHaveLength(6);
    ahead.objects.forget(sha256('c 1'));
    expect(ahead.seen()).toBeUndefined();
  });

  test('that cannot be had is done without', async () => {
    const ahead = lookAhead(join(folder, 'store'), project, { thread: join(folder, 'none.cjs'), fewest: 1 })!;
    await ahead.ended;
    const store = open();
    store.use(ahead);
    rmSync(store.layout.object(sha256('a 1')));
    expect(names.map((name) => store.find(keyOf(name)).hit)).toEqual([false, true, true, true, true]);
  });

  test('is not begun for few results, nor where there is no store', () => {
    const thread = join(folder, 'none.cjs');
    expect(lookAhead(join(folder, 'store'), project, { thread })).toBeUndefined();
    expect(lookAhead(join(folder, 'elsewhere'), project, { thread, fewest: 0 })).toBeUndefined();
  });
});
