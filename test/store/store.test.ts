import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from '../properties.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson, type Json } from '../../src/base/json.js';
import { ownIdentity } from '../../src/store/process-identity.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { changeLater, noTinyDisk, temporaryFolder, tinyDisk } from '../rig/temporary.js';

let folder: string;
let root: string;
beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder, 'store');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = sha256('a');
const tree = (files: Record<string, string>): Map<string, string> => new Map(Object.entries(files));
const reasonOf = (store: Store): string => {
  const found = store.lookup(key);
  return found.hit ? 'hit' : found.reason;
};
const short = (digest: string): string => `object ${digest.slice(0, 12)}…`;

/** Overwrites a read-only object. */
function damage(path: string, text: string): void {
  chmodSync(path, 0o644);
  changeLater(path, () => writeFileSync(path, text));
}

function everyFile(at: string): string[] {
  return existsSync(at)
    ? readdirSync(at, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
}

describe('the layout', () => {
  test('is made at the first publication, not before', () => {
    const store = openStore(root);
    expect(reasonOf(store)).toBe('no result with this key');
    expect(existsSync(root)).toBe(false);
    store.publish(publication('a', { out: 'text' }));
    expect(readdirSync(root).sort()).toEqual(['STORE.json', 'cas', 'res', 'tmp']);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
    const mark = JSON.parse(readFileSync(join(root, 'STORE.json'), 'utf8')) as Json;
    expect(mark).toMatchObject({ format: 'ticketlab-store', version: 1, hash: 'sha256' });
  });

  test('names objects by their sha256, and nobody may write them', () => {
    openStore(root).publish(publication('a', { out: 'text' }));
    const digest = sha256('text');
    const path = join(root, 'cas', digest.slice(0, 2), digest.slice(2));
    expect(readFileSync(path, 'utf8')).toBe('text');
    expect(statSync(path).mode & 0o777).toBe(0o444 & ~process.umask());
    expect(statSync(path).nlink).toBe(1);
  });

  test('lets nothing but digests become paths', () => {
    expect(() => openStore(root).lookup('../../etc/passwd')).toThrow('not a sha256');
  });
});

describe('a result', () => {
  test('is found again with its outputs, what it was made of and a right sum', () => {
    openStore(root).publish(publication('a', { one: 'text', more: tree({ 'b/c.txt': 'c', 'a.txt': 'a' }) }));
    const found = openStore(root).lookup(key);
    if (!found.hit) throw new Error(found.reason);
    const { sum, ...body } = found.record;
    expect(sum).toBe(sha256(canonicalJson(body as unknown as Json)));
    expect(found.record.K).toEqual({ type: 'held', name: 'a' });
    expect(found.record.outputs['one']).toEqual({
      type: 'file',
      kind: 'blob',
      bytes: 4,
      sha256: sha256('text'),
    });
    const entries = openStore(root).objects.tree(found.record.outputs['more'].sha256);
    expect(entries).toEqual([
      { path: 'a.txt', mode: 'f', sha256: sha256('a'), bytes: 1 },
      { path: 'b/c.txt', mode: 'f', sha256: sha256('c'), bytes: 1 },
    ]);
    expect(found.record.outputs['more'].sha256).toBe(sha256(canonicalJson(entries as unknown as Json)));
  });

  test('is stored whatever the bytes are, equal bytes once', () => {
    const store = openStore(root);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.uint8Array({ maxLength: 300 })),
        (outputs) => {
          const name = JSON.stringify(Object.entries(outputs).map(([n, b]) => [n, [...b]]));
          const { record } = store.publish(publication(name, outputs));
          for (const [output, bytes] of Object.entries(outputs))
            expect(Buffer.from(store.objects.read(record.outputs[output].sha256))).toEqual(
              Buffer.from(bytes),
            );
        },
      ),
      { numRuns: 30 },
    );
  });

  test('of an earlier publication stays; that another one differs is told', () => {
    const store = openStore(root);
    expect(store.publish(publication('a', { out: 'one', same: 's' }))).toMatchObject({
      outcome: 'first',
      differing: [],
    });
    expect(store.publish(publication('a', { out: 'one', same: 's' }))).toMatchObject({
      outcome: 'known',
      differing: [],
    });
    const third = store.publish(publication('a', { out: 'two', same: 's' }));
    expect(third).toMatchObject({ outcome: 'known', differing: ['out'] });
    expect(third.record.outputs['out'].sha256).toBe(sha256('one'));
  });

  test.each([
    ['cut short', (path: string) => truncateSync(path, 2), 'has 2 bytes instead of 4'],
    ['emptied', (path: string) => truncateSync(path, 0), 'has 0 bytes instead of 4'],
    ['deleted', (path: string) => rmSync(path), 'is missing'],
  ])('whose object was %s is none, until it is published again', (_, spoil, problem) => {
    openStore(root).publish(publication('a', { out: 'text' }));
    const path = openStore(root).layout.object(sha256('text'));
    chmodSync(path, 0o644);
    spoil(path);
    const store = openStore(root);
    expect(reasonOf(store)).toBe(`object lost: of output "out" ${short(sha256('text'))} ${problem}`);
    store.publish(publication('a', { out: 'text' }));
    expect(reasonOf(store)).toBe('hit');
    expect(readFileSync(path, 'utf8')).toBe('text');
  });

  test('whose tree lost a file is none', () => {
    openStore(root).publish(publication('a', { out: tree({ x: 'in the tree', y: 'y' }) }));
    rmSync(openStore(root).layout.object(sha256('in the tree')));
    expect(reasonOf(openStore(root))).toBe(
      `object lost: of output "out" ${short(sha256('in the tree'))} is missing`,
    );
  });

  test('whose record was changed in one place is none, and is replaced', () => {
    openStore(root).publish(publication('a', { out: 'text' }));
    const path = openStore(root).layout.record(key);
    damage(path, readFileSync(path, 'utf8').replace('"bytes":4', '"bytes":5'));
    expect(reasonOf(openStore(root))).toBe('its record is damaged');
    expect(openStore(root).publish(publication('a', { out: 'text' })).outcome).toBe('replaced');
    expect(reasonOf(openStore(root))).toBe('hit');
  });

  test('that lost its objects gives way to one that came out differently, and that is told', () => {
    openStore(root).publish(publication('a', { out: 'one' }));
    rmSync(openStore(root).layout.object(sha256('one')));
    const second = openStore(root).publish(publication('a', { out: 'two' }));
    expect(second).toMatchObject({ outcome: 'replaced', differing: ['out'] });
    const found = openStore(root).lookup(key);
    expect(found.hit && found.record.outputs['out'].sha256).toBe(sha256('two'));
  });
});

describe('reading an object', () => {
  test('finds one flipped bit, moves the object out of the way and says so', () => {
    openStore(root).publish(publication('a', { out: 'text' }));
    const store = openStore(root);
    const path = store.layout.object(sha256('text'));
    damage(path, 'tixt');
    expect(reasonOf(store)).toBe('hit');
    expect(() => store.objects.read(sha256('text'))).toThrow(
      `${short(sha256('text'))} is lost: its bytes do not have its digest`,
    );
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(join(root, 'quarantine'))).toHaveLength(1);
    expect(reasonOf(store)).toMatch(/is missing$/);
  });

  test('that has been damaged since it was read last is noticed', () => {
    const store = openStore(root);
    store.publish(publication('a', { out: 'text' }));
    expect(Buffer.from(store.objects.read(sha256('text'))).toString()).toBe('text');
    damage(store.layout.object(sha256('text')), 'tixt');
    expect(() => store.objects.read(sha256('text'))).toThrow('is lost');
  });

  test('publishing the same bytes mends a damaged object of the right size', () => {
    const store = openStore(root);
    store.publish(publication('a', { out: 'text' }));
    damage(store.layout.object(sha256('text')), 'tixt');
    store.publish(publication('b', { out: 'text' }));
    expect(Buffer.from(openStore(root).objects.read(sha256('text'))).toString()).toBe('text');
  });
});

describe('a tree refuses', () => {
  test.each([
    [['/etc/passwd'], '"/etc/passwd" is not a relative path of plain names'],
    [['a/../b'], '"a/../b" is not a relative path of plain names'],
    [['a\\b'], '"a\\\\b" is not a relative path of plain names'],
    [[''], '"" is not a relative path of plain names'],
    [['Read.me', 'read.me'], '"read.me" and "Read.me" differ only in case'],
    [['a', 'a/b'], '"a" is a file and a folder'],
  ])('%j', (paths, message) => {
    const files = new Map(paths.map((path) => [path, 'x']));
    expect(() => openStore(root).publish(publication('a', { out: files }))).toThrow(message);
    expect(everyFile(join(root, 'cas'))).toEqual([]);
    expect(everyFile(join(root, 'tmp'))).toEqual([]);
  });
});

describe('a place', () => {
  test('below a file cannot hold a store', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openStore(join(folder, 'file', 'store'))).toThrow(
      `The store cannot be at ${folder}/file/store: ${folder}/file is a file, not a folder. Take another place with --store.`,
    );
    expect(() => openStore(join(folder, 'file'))).toThrow('is a file, not a folder');
  });

  test('that holds other things is left alone', () => {
    writeFileSync(join(folder, 'thesis.tex'), '');
    expect(() => openStore(folder)).toThrow(
      `${folder} is not a ticketlab store and not empty (${folder}/thesis.tex). Take another place with --store.`,
    );
  });

  test('of a newer format is left alone', () => {
    mkdirSync(root);
    writeFileSync(join(root, 'STORE.json'), '{"format":"ticketlab-store","version":2}');
    expect(() => openStore(root)).toThrow(
      `The store at ${root} has format 2; this ticketlab knows format 1. Update ticketlab, or take another place with --store.`,
    );
  });
});

describe('what a dead process left half done', () => {
  test('is removed; what belongs to the living or to another machine stays for a day', () => {
    const store = openStore(root);
    store.prepare();
    const { host, machine, start } = ownIdentity();
    const names = [
      `${host}.${machine}.4194304.${start}.aa`,
      `${host}.${machine}.${process.pid}.${start}.bb`,
      'elsewhere.1.cc',
    ];
    for (const name of names) mkdirSync(join(root, 'tmp', name), { recursive: true });
    const now = statSync(join(root, 'tmp', names[2])).mtimeMs;
    store.reap(now);
    expect(readdirSync(join(root, 'tmp')).sort()).toEqual([names[1], names[2]].sort());
    store.reap(now + 25 * 3600 * 1000);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });
});

describe.skipIf(noTinyDisk)(`a full disk ${noTinyDisk ?? ''}`, () => {
  test('is reported with how much and where, and leaves nothing half-written', () => {
    const disk = tinyDisk(128)!;
    try {
      const store = openStore(join(disk.path, 'store'));
      store.publish(publication('small', { out: 'text' }));
      const before = everyFile(disk.path);
      let message = '';
      try {
        store.publish(publication('a', { first: 'a little', out: new Uint8Array(1 << 20) }));
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(
        /^The disk is full \(ENOSPC\): could not write 1,048,576 bytes to .*\/store\/tmp\/.*\. [\d,]+ bytes of 131,072 bytes are free there\. Free some space, or take another place with --store, and run again: what is finished is kept\.$/,
      );
      expect(everyFile(disk.path)).toEqual(before);
      expect(reasonOf(store)).toBe('no result with this key');
    } finally {
      disk.remove();
    }
  });
});
