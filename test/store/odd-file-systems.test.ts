import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ObjectLostError } from '../../src/store/errors.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

/** What the file system does beside what it is asked for. */
const odd = vi.hoisted(() => ({
  listed: (_: string): void => undefined,
  opened: (_: string): void => undefined,
  linking: (): void => undefined,
  linked: (): void => undefined,
  written: (_: Uint8Array): void => undefined,
}));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    readdirSync: (path: string, ...rest: []) => {
      odd.listed(path);
      return fs.readdirSync(path, ...rest);
    },
    openSync: (path: string, ...rest: [string, number?]) => {
      odd.opened(path);
      return fs.openSync(path, ...rest);
    },
    linkSync: (from: string, to: string) => {
      odd.linking();
      fs.linkSync(from, to);
      odd.linked();
    },
    writeSync: (file: number, bytes: Uint8Array, ...rest: [number, number]) => {
      const written = fs.writeSync(file, bytes, ...rest);
      odd.written(bytes);
      return written;
    },
  };
});

let folder: string;
const usual = { ...odd };
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => {
  Object.assign(odd, usual);
  rmSync(folder, { recursive: true, force: true });
});

const key = sha256('a');
const open = (): Store => openStore(join(folder, 'store'));
const fail = (code: string): never => {
  throw Object.assign(new Error(`${code}: as the system says it`), { code });
};

describe('a network file system that tells of a file only when its folder is listed', () => {
  /** As if another machine had just made it. */
  function hidden(path: string): void {
    const aside = join(folder, 'aside');
    mkdirSync(aside, { recursive: true });
    renameSync(path, join(aside, sha256(path)));
    odd.listed = (listed) => {
      if (listed === dirname(path) && !existsSync(path)) renameSync(join(aside, sha256(path)), path);
    };
  }

  test.each(['text', 'in a tree'])('has the object of "%s" found, and read', (text) => {
    const outputs = { out: 'text', more: new Map([['x', 'in a tree']]) };
    const { object } = open().layout;
    open().publish(publication('a', outputs));
    hidden(object(sha256(text)));
    expect(open().lookup(key).hit).toBe(true);
    hidden(object(sha256(text)));
    expect(Buffer.from(open().objects.read(sha256(text))).toString()).toBe(text);
  });

  test('has the file of a tree found that was seen before', () => {
    const store = open();
    const { record } = store.publish(publication('a', { out: new Map([['x', 'in a tree']]) }));
    const tree = record.outputs['out']!;
    expect(store.objects.tree(tree.sha256)).toHaveLength(1);
    hidden(store.layout.object(sha256('in a tree')));
    expect(store.objects.problemAfterListing(tree)).toBeUndefined();
  });

  test('has a result found after a look for it anew', () => {
    const store = open();
    store.publish(publication('a', { out: 'text' }));
    hidden(store.layout.record(key));
    expect(open().find(key).hit).toBe(false);
    store.refresh(key);
    expect(open().find(key).hit).toBe(true);
    expect(() => store.refresh(sha256('whose folder is not there'))).not.toThrow();
  });
});

describe('a file system', () => {
  test('that loses the answer to a link has made it: the result is the first of its key', () => {
    odd.linked = () => fail('EEXIST');
    const { outcome } = open().publish(publication('a', { out: 'text' }));
    expect(outcome).toBe('first');
    expect(open().lookup(key).hit).toBe(true);
  });

  test('that has no hard links is told of, and gets no result', () => {
    const store = open();
    store.prepare();
    odd.linking = () => fail('ENOTSUP');
    const path = store.layout.object(sha256('text'));
    expect(() => store.publish(publication('a', { out: 'text' }))).toThrow(
      `The file system of ${path} cannot make hard links (ENOTSUP): put the store on another one with --store.`,
    );
    expect(existsSync(path)).toBe(false);
  });

  test('that cannot be read at the moment has lost nothing', () => {
    open().publish(publication('a', { out: 'text' }));
    const store = open();
    const path = store.layout.object(sha256('text'));
    odd.opened = (opened) => opened === path && fail('EMFILE');
    let thrown: unknown;
    try {
      store.objects.read(sha256('text'));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).not.toBeInstanceOf(ObjectLostError);
    expect(String(thrown)).toContain('EMFILE');
    odd.opened = usual.opened;
    expect(readdirSync(store.layout.root)).not.toContain('quarantine');
    expect(Buffer.from(store.objects.read(sha256('text'))).toString()).toBe('text');
  });
});

test('bytes that a stage changes while they are written are no result', () => {
  const bytes = Buffer.from('text');
  odd.written = (written) => {
    if (written === bytes) bytes[0]!++;
  };
  expect(() => open().publish(publication('a', { out: bytes }))).toThrow(
    'the bytes of an output changed while they were written',
  );
  expect(open().lookup(key).hit).toBe(false);
  expect(readdirSync(open().layout.temporary)).toEqual([]);
});
