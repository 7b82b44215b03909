import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { instanceKey } from '../../src/pipeline/fingerprint.js';
import { onFailpoint } from '../../src/store/failpoints.js';
import { encodeRecord, sealRecord } from '../../src/store/record.js';
import type { Store } from '../../src/store/store.js';
import { checkStore } from '../../src/store-tools/fsck.js';
import { keyOfParts } from '../../src/store-tools/key.js';
import { packResults, unpackResults } from '../../src/store-tools/pack.js';
import { publication, sha256 } from '../rig/publication.js';
import { signatures } from '../rig/signatures.js';
import { finished } from './steps.js';
import { addKeyed, below, damage, freshStore } from './store-rig.js';

function filled(): { store: Store; path: string; bytes: Buffer; records: ReturnType<typeof addKeyed>[] } {
  const store = freshStore();
  const data = addKeyed(store, 'data', {
    data: new Map([
      ['a/one', 'first'],
      ['two', 'second'],
    ]),
  });
  const init = addKeyed(store, 'init', { weights: 'numbers', empty: '' });
  const train = addKeyed(
    store,
    'train[k=1]',
    { ticket: 'ticket' },
    { data: [data, 'data'], weights: [init, 'weights'] },
  );
  const records = [data, init, train];
  const path = join(store.layout.root, '..', 'all.tlpack');
  finished(packResults(store, records, path));
  return { store, path, bytes: readFileSync(path), records };
}

/** What is in a store, but for its mark. */
const contents = (store: Store) => below(store.layout.root).filter((path) => !path.endsWith('STORE.json'));

test('the key of a record is computed as keys of instances are', () => {
  const signature = signatures['held']!;
  const { key, K } = instanceKey({ signature, params: { name: 'x' }, inputs: {} });
  expect(keyOfParts(K)).toBe(key);
});

describe('an archive', () => {
  test('gives another store the same results, record for record', () => {
    const { path, records } = filled();
    const other = freshStore();
    expect(unpackResults(other, path)).toEqual({ added: 3, known: 0, differing: [] });
    for (const record of records) {
      const found = other.lookup(record.key);
      expect(found.hit && found.record).toEqual(record);
    }
    expect(checkStore(other.layout).problems).toEqual([]);
    expect(unpackResults(other, path)).toEqual({ added: 0, known: 3, differing: [] });
  });

  test('has the same bytes when it is packed from the store that it was unpacked into', () => {
    const { path, bytes, records } = filled();
    const other = freshStore();
    unpackResults(other, path);
    const again = join(other.layout.root, '..', 'again.tlpack');
    finished(packResults(other, records, again));
    expect(readFileSync(again).equals(bytes)).toBe(true);
  });

  test('heals a store that has lost objects', () => {
    const { store, path, records } = filled();
    damage(store.layout.object(sha256('ticket')), 'tick3t');
    expect(checkStore(store.layout).problems).toHaveLength(1);
    unpackResults(store, path);
    expect(checkStore(store.layout).problems).toEqual([]);
    expect(store.lookup(records[2]!.key).hit).toBe(true);
  });

  test('whose results differ from those of the store does not replace them, and says which', () => {
    const { path } = filled();
    const other = freshStore();
    addKeyed(other, 'init', { weights: 'other numbers', empty: '' });
    expect(unpackResults(other, path)).toEqual({ added: 2, known: 1, differing: ['init'] });
  });

  test('with other outputs than the result of the store does not replace it', () => {
    const { path } = filled();
    const other = freshStore();
    const mine = addKeyed(other, 'init', { weights: 'numbers' });
    expect(unpackResults(other, path)).toEqual({ added: 2, known: 1, differing: ['init'] });
    expect(other.lookup(mine.key)).toEqual({ hit: true, record: mine });
  });

  test('that changes while it is unpacked makes no result of other bytes', () => {
    const { path, bytes, records } = filled();
    const other = freshStore();
    onFailpoint(() => {
      onFailpoint(() => undefined);
      const at = bytes.lastIndexOf('}\nticket{') + 2;
      writeFileSync(
        path,
        Buffer.concat([bytes.subarray(0, at), Buffer.from('tickat'), bytes.subarray(at + 6)]),
      );
    });
    expect(() => unpackResults(other, path)).toThrow('it changed while it was read');
    expect(other.lookup(records[2]!.key).hit).toBe(false);
  });

  test('appears only when it is complete', () => {
    const { store, records } = filled();
    damage(store.layout.object(sha256('ticket')), 'tick3t');
    const path = join(store.layout.root, '..', 'half.tlpack');
    expect(() => finished(packResults(store, records, path))).toThrow('is lost');
    expect(below(join(store.layout.root, '..')).filter((name) => name.includes('half'))).toEqual([]);
  });
});

describe('an archive that is not to be trusted is refused, and nothing is written', () => {
  const { path, bytes } = filled();
  // One store for all: it stays empty.
  const store = freshStore();
  const refused = (damaged: Uint8Array): string => {
    const file = join(store.layout.root, '..', 'damaged.tlpack');
    writeFileSync(file, damaged);
    let message = '';
    try {
      unpackResults(store, file);
    } catch (error) {
      expect((error as Error).name).toBe('UserError');
      message = (error as Error).message.slice(file.length + 1);
    }
    expect(contents(store)).toEqual([]);
    return message;
  };

  test('cut short anywhere', () => {
    for (let length = 0; length < bytes.length; length += 7)
      expect(refused(bytes.subarray(0, length))).toMatch(
        /^is not a whole archive of results: .+\. Nothing was unpacked\.$/,
      );
  });

  test('with any bit flipped', () => {
    for (let at = 0; at < bytes.length; at += 11) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      expect(refused(damaged)).toMatch(/^is not a whole archive of results: /);
    }
  });

  test('with something after its end', () => {
    expect(refused(Buffer.concat([bytes, Buffer.from('x')]))).toContain('something follows its end');
  });

  test('that is no archive', () => {
    expect(refused(Buffer.from('PK\x03\x04'))).toContain('it does not begin like one');
    expect(() => unpackResults(freshStore(), `${path}.none`)).toThrow('none cannot be read: ENOENT');
  });

  /** A whole archive with right sums, made by somebody who wants something. */
  function forged(entries: readonly (readonly [string, string, Uint8Array | string])[]): Buffer {
    const parts = [Buffer.from('ticketlab-pack 1\n')];
    for (const [kind, name, content] of entries) {
      const data = Buffer.from(content);
      parts.push(Buffer.from(`${JSON.stringify({ kind, name, bytes: data.length })}\n`), data);
    }
    const sum = createHash('sha256').update(Buffer.concat(parts)).digest();
    return Buffer.concat([...parts, Buffer.from('{"kind":"end","name":"","bytes":32}\n'), sum]);
  }
  const { made } = publication('', {});
  const recordOf = (K: object, outputs: object) =>
    sealRecord({ key: keyOfParts(K as never), K: K as never, outputs: outputs as never, made });

  test('with a name that is a path', () => {
    for (const name of ['../../etc/passwd', '/etc/passwd', sha256('x').toUpperCase()])
      expect(refused(forged([['object', name, 'x']]))).toContain('is not an entry');
  });

  test('with a tree that leads out of its folder', () => {
    for (const file of ['../out', '/out', 'a/../../out', 'a\\out']) {
      const tree = JSON.stringify([{ path: file, mode: 'f', sha256: sha256('x'), bytes: 1 }]);
      const ref = { type: 'dir', sha256: sha256(tree), bytes: tree.length, kind: 'tree' };
      const record = recordOf({ type: 'held' }, { out: ref });
      const archive = forged([
        ['object', sha256('x'), 'x'],
        ['object', sha256(tree), tree],
        ['record', record.key, encodeRecord(record)],
      ]);
      expect(refused(archive)).toContain('is not a relative path of plain names');
    }
  });

  test('with a record under a key that its parts do not make', () => {
    const record = sealRecord({ ...recordOf({ type: 'held' }, {}), key: sha256('wanted') });
    expect(refused(forged([['record', record.key, encodeRecord(record)]]))).toContain(
      'has a key that is not its own',
    );
  });

  test('with a record that has no outputs', () => {
    const record = recordOf({ type: 'held' }, {});
    expect(refused(forged([['record', record.key, encodeRecord(record)]]))).toContain('has no outputs');
  });

  test('with a record whose objects are not there, or have another size', () => {
    const ref = { type: 'file', sha256: sha256('x'), bytes: 2, kind: 'blob' };
    const record = recordOf({ type: 'held' }, { out: ref });
    const entry = ['record', record.key, encodeRecord(record)] as const;
    expect(refused(forged([entry]))).toContain('of a is missing');
    expect(refused(forged([['object', sha256('x'), 'x'], entry]))).toContain('of a is missing');
  });

  test('with sizes that are none', () => {
    for (const size of ['-1', '1.5', '1e300', '"1"']) {
      const line = `{"kind":"object","name":"${sha256('x')}","bytes":${size}}\n`;
      expect(refused(Buffer.from(`ticketlab-pack 1\n${line}x`))).toMatch(/is not an entry|ends too early/);
    }
  });
});
