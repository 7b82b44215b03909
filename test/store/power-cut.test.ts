import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStore } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

/** What the system was asked for, in order: `sync` of a file or folder, and the names that were given. */
interface Step {
  readonly what: 'sync' | 'name';
  readonly path: string;
  /** The temporary name of what was given a name. */
  readonly from?: string;
}

const steps = vi.hoisted((): Step[] => []);

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const open = new Map<number, string>();
  return {
    ...fs,
    openSync: (path: string, ...rest: [string, number?]) => {
      const file = fs.openSync(path, ...rest);
      open.set(file, path);
      return file;
    },
    fsyncSync: (file: number) => {
      fs.fsyncSync(file);
      steps.push({ what: 'sync', path: open.get(file)! });
    },
    linkSync: (from: string, path: string) => {
      fs.linkSync(from, path);
      steps.push({ what: 'name', path, from });
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  steps.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Where something was synced, counted in steps; -1 for never. */
const syncedAt = (path: string, from = 0): number =>
  steps.findIndex((step, at) => at >= from && step.what === 'sync' && step.path === path);

/** Folders of the store that hold the name of something, up to the store's own. */
function foldersAbove(path: string, root: string): string[] {
  const above: string[] = [];
  for (let at = dirname(path); !relative(root, at).startsWith('..'); at = dirname(at)) above.push(at);
  return above;
}

test('what says that a folder is a store is on the disk, with its name, before anything else is written', () => {
  const root = join(folder, 'new', 'store');
  openStore(root).prepare();
  const named = steps.findIndex(({ what, path }) => what === 'name' && path === join(root, 'STORE.json'));
  const own = syncedAt(steps[named]!.from!);
  expect(own >= 0 && own < named).toBe(true);
  for (const above of [root, dirname(root), folder])
    expect(syncedAt(above, named), `${above} is synced after that`).toBeGreaterThan(0);
});

test('of a result everything is on the disk before the record has its name, and that too before it is told', () => {
  const root = join(folder, 'store');
  mkdirSync(root);
  const store = openStore(root);
  store.publish(publication('a', { out: 'text', more: new Map([['b/c', 'in a tree']]) }));
  const { layout } = store;
  const names = steps.flatMap((step, at) => (step.what === 'name' ? [{ ...step, at }] : []));
  const record = names.find(({ path }) => path === layout.record(sha256('a')))!;
  const objects = names.filter(({ path }) => path.startsWith(join(root, 'cas')));
  expect(objects).toHaveLength(3);
  expect(names.at(-1)).toBe(record);
  for (const { path, from, at } of names) {
    const own = syncedAt(from!);
    expect(own >= 0 && own < at, `the bytes of ${path} are synced before it has its name`).toBe(true);
  }
  for (const { path, at } of objects)
    for (const above of foldersAbove(path, root)) {
      const entry = syncedAt(above, at);
      expect(entry >= 0 && entry < record.at, `${above} is synced before the record has its name`).toBe(true);
    }
  for (const above of foldersAbove(record.path, root))
    expect(syncedAt(above, record.at), `${above} is synced after that`).toBeGreaterThan(0);
});
