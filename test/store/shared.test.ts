import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Leases } from '../../src/store/leases.js';
import { openStore } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let root: string;
let before: number;
beforeEach(() => {
  root = join(temporaryFolder(), 'store');
  mkdirSync(root);
});
afterEach(() => {
  process.umask(before);
  rmSync(join(root, '..'), { recursive: true, force: true });
});

const modesBelow = (folder: string): Record<'folders' | 'files', Set<string>> => {
  const modes = { folders: new Set<string>(), files: new Set<string>() };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const mode = (statSync(join(entry.parentPath, entry.name)).mode & 0o7777).toString(8);
    modes[entry.isDirectory() ? 'folders' : 'files'].add(mode);
  }
  return modes;
};

function fill(): void {
  const store = openStore(root);
  store.publish(publication('a', { out: 'text', more: new Map([['x', 'in a tree']]) }));
  store.makeFolder(store.layout.run('r'));
  new Leases({ layout: store.layout, run: 'r', monotonic: () => 0 }).take(sha256('b'), 'b');
}

/** vitest runs tests on threads, which may not change the umask: then there is nothing to compare. */
const mayChangeUmask = ((): boolean => {
  try {
    before = process.umask();
    process.umask(before);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!mayChangeUmask)('a store whose folder', () => {
  test('a group may write is written so that the whole group can go on with it, whatever the umask', () => {
    before = process.umask(0o077);
    chmodSync(root, 0o2770);
    fill();
    const { folders, files } = modesBelow(root);
    expect([...folders]).toEqual(['2770']);
    expect([...files].sort()).toEqual(['440', '640']);
  });

  test.each([
    ['is private', 0o700],
    ['a group may only read', 0o2750],
    ['everybody writes and only owners remove', 0o1777],
  ])('%s stays as private as the umask says', (_, mode) => {
    before = process.umask(0o077);
    chmodSync(root, mode);
    fill();
    const { folders, files } = modesBelow(root);
    // Below a folder that hands on its group the system itself says so.
    expect([...folders]).toEqual([mode === 0o2750 ? '2700' : '700']);
    expect([...files].sort()).toEqual(['400', '600']);
  });
});
