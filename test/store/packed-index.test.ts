import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from '../properties.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PackedIndex } from '../../src/store/packed-index.js';
import type { KnownResult } from '../../src/store/packed-results.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
let project: string;
beforeEach(() => {
  folder = temporaryFolder();
  project = join(folder, 'project');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): Store => openStore(join(folder, 'store'), { indexFolder: project });
const key = sha256('a');

/** A store with one result, which the project's index knows. */
function indexed(): void {
  const store = open();
  store.publish(publication('a', { out: 'text' }));
  expect(store.find(key)).toMatchObject({ hit: true, result: { seconds: 1 } });
  store.saveIndex();
}

const indexPath = (): string => join(project, readdirSync(project)[0]);

/** A result is read out of the index when it is asked for. */
const readOut = ({ key, outputs, seconds }: KnownResult) => ({ key, outputs, seconds });

describe('the index', () => {
  test('gives back what was put in, over any number of savings', () => {
    const digest = fc.string({ maxLength: 5 }).map(sha256);
    const ref = fc.record({
      type: fc.constantFrom('weights', 'file'),
      sha256: digest,
      bytes: fc.integer({ min: 0, max: 2 ** 47 }),
      kind: fc.constantFrom('blob', 'tree'),
    });
    const result = fc.record({
      outputs: fc.dictionary(
        fc.string({ minLength: 1, maxLength: 9 }).filter((name) => name !== '__proto__'),
        ref,
      ),
      seconds: fc.double({ noNaN: true }),
    });
    const generations = fc.array(fc.array(fc.tuple(digest, result), { maxLength: 5 }), { maxLength: 4 });
    let run = 0;
    fc.assert(
      fc.property(generations, (rounds) => {
        const path = join(folder, `index-${run++}`);
        const model = new Map<string, unknown>();
        for (const round of rounds) {
          const index = new PackedIndex(path, { id: 'store', epoch: () => '' });
          for (const [name, value] of round) {
            index.add(name, value as KnownResult);
            model.set(name, value);
          }
          index.save();
        }
        const index = new PackedIndex(path, { id: 'store', epoch: () => '' });
        for (const [name, value] of model)
          expect(readOut(index.get(name)!)).toEqual({ key: name, ...(value as object) });
        expect(index.get(sha256('never put in'))).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  test('spares reading the record', () => {
    indexed();
    rmSync(open().layout.record(key));
    expect(open().find(key)).toMatchObject({ hit: true });
    expect(open().lookup(key)).toMatchObject({ hit: false });
  });

  test('does not vouch for objects that are gone', () => {
    indexed();
    rmSync(open().layout.object(sha256('text')));
    const store = open();
    expect(store.find(key)).toMatchObject({ hit: false, lost: true });
    store.saveIndex();
    expect(readFileSync(indexPath()).includes(Buffer.from(key, 'hex'))).toBe(false);
  });

  test('has the objects of a result looked at once, and again when something was doubted', () => {
    indexed();
    const store = open();
    expect(store.find(key).hit).toBe(true);
    rmSync(store.layout.object(sha256('text')));
    expect(store.find(key).hit).toBe(true);
    store.objects.forget(sha256('something else'));
    expect(store.find(key)).toMatchObject({ hit: false, lost: true });
  });

  test('gives way to a record that was replaced', () => {
    indexed();
    rmSync(open().layout.object(sha256('text')));
    open().publish(publication('a', { out: 'other' }));
    expect(open().find(key)).toMatchObject({
      hit: true,
      result: { outputs: { out: { sha256: sha256('other') } } },
    });
  });

  test('forgets all when a result came out differently, even when its old bytes are back', () => {
    indexed();
    rmSync(open().layout.object(sha256('text')));
    open().publish(publication('a', { out: 'other' }));
    open().publish(publication('b', { out: 'text' }));
    expect(open().find(key)).toMatchObject({
      hit: true,
      result: { outputs: { out: { sha256: sha256('other') } } },
    });
  });

  test.each([
    ['cut short', (path: string) => truncateSync(path, 60)],
    ['emptied', (path: string) => truncateSync(path, 0)],
    [
      'damaged in one bit',
      (path: string) =>
        writeFileSync(
          path,
          readFileSync(path).map((byte, at) => (at === 90 ? byte ^ 1 : byte)),
        ),
    ],
    ['deleted', (path: string) => rmSync(path)],
  ])('that was %s is made anew from the records', (_, spoil) => {
    indexed();
    const whole = readFileSync(indexPath());
    const path = indexPath();
    spoil(path);
    const store = open();
    expect(store.find(key).hit).toBe(true);
    store.saveIndex();
    expect(readFileSync(path)).toEqual(whole);
  });

  test('of another store is not believed', () => {
    indexed();
    const bytes = readFileSync(indexPath());
    rmSync(join(folder, 'store'), { recursive: true });
    rmSync(project, { recursive: true });
    const fresh = open();
    fresh.publish(publication('b', { out: 'text' }));
    fresh.find(sha256('b'));
    fresh.saveIndex();
    writeFileSync(indexPath(), bytes);
    expect(open().find(key).hit).toBe(false);
  });

  test('is written only when there is something new', () => {
    indexed();
    const path = indexPath();
    rmSync(path);
    const store = open();
    store.find(sha256('unknown'));
    store.saveIndex();
    expect(readdirSync(project)).toEqual([]);
  });
});
