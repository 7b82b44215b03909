import { randomBytes } from 'node:crypto';
import { lstatSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ensureFolder } from './durable.js';
import type { Layout } from './layout.js';

/** Moves what lies in the place of an object or record out of the way. */
export function quarantine(layout: Layout, path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) return;
  const name = basename(dirname(path)) + basename(path);
  try {
    ensureFolder(layout.quarantine);
    renameSync(path, join(layout.quarantine, `${name}.${randomBytes(4).toString('hex')}`));
  } catch {
    // Moved by somebody else, or no room for another folder: what matters is that the name is free.
    rmSync(path, { force: true });
  }
}

/** No file takes the place of a folder by being renamed to it. */
export function clearFolder(layout: Layout, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) quarantine(layout, path);
}
