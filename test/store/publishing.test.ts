import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ObjectLostError } from '../../src/store/errors.js';
import { onFailpoint, type Failpoint } from '../../src/store/failpoints.js';
import type { Publication } from '../../src/store/publish.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
let root: string;
beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder, 'store');
});
afterEach(() => {
  onFailpoint(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const key = sha256('a');
const open = (): Store => openStore(root);
const left = (): string[] => readdirSync(open().layout.temporary);

/** Somebody else does something, once, when this process gets to a place. */
function meanwhile(place: Failpoint, work: () => void): void {
  onFailpoint((name) => {
    if (name !== place) return;
    onFailpoint(() => undefined);
    work();
  });
}

describe('while a result is published', () => {
  test('an object that vanishes before the record has its name stops it: no record is without its objects', () => {
    meanwhile('publish.objects-synced', () => rmSync(open().layout.object(sha256('text'))));
    const publishing = (): unknown => open().publish(publication('a', { out: 'text', other: 'x' }));
    expect(publishing).toThrow(ObjectLostError);
    expect(existsSync(open().layout.record(key))).toBe(false);
    expect(left()).toEqual([]);
  });

  test('so does a file of a tree', () => {
    meanwhile('publish.objects-synced', () => rmSync(open().layout.object(sha256('inside'))));
    const files = new Map([['x', 'inside']]);
    expect(() => open().publish(publication('a', { out: files }))).toThrow(
      'it vanished while its record was written',
    );
    expect(existsSync(open().layout.record(key))).toBe(false);
  });

  test('a damaged file that somebody else puts under the name of an object gives way to the right one', () => {
    const { object } = open().layout;
    meanwhile('publish.record-staged', () => {
      open().publish(publication('b', { out: 'text' }));
      chmodSync(object(sha256('text')), 0o644);
      writeFileSync(object(sha256('text')), 'tixt');
    });
    open().publish(publication('a', { out: 'text' }));
    expect(Buffer.from(open().objects.read(sha256('text'))).toString()).toBe('text');
  });

  test('the result of somebody who is faster stays, and ours is told to differ', () => {
    meanwhile('publish.record-staged', () => open().publish(publication('a', { out: 'theirs' })));
    const { outcome, differing, record } = open().publish(publication('a', { out: 'ours' }));
    expect({ outcome, differing }).toEqual({ outcome: 'known', differing: ['out'] });
    expect(record.outputs['out']!.sha256).toBe(sha256('theirs'));
    expect(left()).toEqual([]);
  });

  test.each<[string, Publication['outputs']]>([
    ['no outputs', {}],
    ['another output', { other: { type: 'file', content: 'text' } }],
    ['an output more', { out: { type: 'file', content: 'text' }, other: { type: 'file', content: 'x' } }],
    ['an output of another type', { out: { type: 'table', content: 'text' } }],
  ])('takes the place of a record with %s, and every index begins anew', (_, outputs) => {
    const publishing = publication('a', { out: 'text' });
    open().publish({ ...publishing, outputs });
    const epoch = (): string | undefined =>
      existsSync(open().layout.epoch) ? readFileSync(open().layout.epoch, 'utf8') : undefined;
    const before = epoch();
    const { outcome, differing, record } = open().publish(publishing);
    expect({ outcome, differing }).toEqual({ outcome: 'replaced', differing: [] });
    expect(open().lookup(record.key)).toEqual({ hit: true, record });
    expect(epoch()).not.toBe(before);
    expect(left()).toEqual([]);
  });
});

describe('what is left of a lost result that came out differently', () => {
  test.each<[string, Publication['outputs']]>([
    ['an object', publication('a', { out: 'text' }).outputs],
    [
      'a file of a tree',
      publication('a', {
        out: new Map([
          ['x', 'text'],
          ['y', 'other'],
        ]),
      }).outputs,
    ],
  ])('%s that was cut short lies in the way of nobody', (_, outputs) => {
    const store = open();
    store.publish({ ...publication('a', {}), outputs });
    const cut = store.layout.object(sha256('text'));
    chmodSync(cut, 0o644);
    writeFileSync(cut, 'te');
    expect(open().publish(publication('a', { out: 'new' }))).toMatchObject({
      outcome: 'replaced',
      differing: ['out'],
    });
    expect(existsSync(cut)).toBe(false);
    expect(readdirSync(store.layout.quarantine)).toEqual([
      expect.stringMatching(`^${sha256('text')}\\.[0-9a-f]{8}$`),
    ]);
    expect(open().find(key)).toMatchObject({ hit: true });
  });
});
