import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const commitPattern = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/**
 * The commit that a folder's repository is at, read from its files: starting git would cost more than a run with nothing
 * to do. Null outside a repository, before its first commit, or where its files look otherwise than expected.
 */
export function gitCommit(folder: string): string | null {
  try {
    const own = gitFolder(folder);
    if (own === undefined) return null;
    const head = text(join(own, 'HEAD'));
    const ref = /^ref: (refs\/[^\0]+)$/.exec(head)?.[1];
    const commit = ref === undefined ? head : (loose(own, ref) ?? packed(common(own), ref) ?? '');
    return commitPattern.test(commit) ? commit : null;
  } catch {
    return null;
  }
}

/** The nearest `.git` above; that of a linked work tree is a file that names the folder. */
function gitFolder(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const path = join(folder, '.git');
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return path;
    if (found) return resolve(folder, text(path).replace(/^gitdir: /, ''));
    if (folder === dirname(folder)) return undefined;
  }
}

/** Linked work trees keep their branches with the main one. */
function common(own: string): string {
  const pointer = join(own, 'commondir');
  return statSync(pointer, { throwIfNoEntry: false }) ? resolve(own, text(pointer)) : own;
}

function loose(own: string, ref: string): string | undefined {
  const path = [own, common(own)].map((home) => join(home, ref));
  const found = path.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  return found === undefined ? undefined : text(found);
}

function packed(home: string, ref: string): string | undefined {
  const lines = text(join(home, 'packed-refs')).split('\n');
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
}

const text = (path: string): string => readFileSync(path, 'utf8').trim();
