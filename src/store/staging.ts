import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from './durable.js';
import { errorCode } from './errors.js';
import { isDigest, type Layout } from './layout.js';
import { readHolder } from './lease-file.js';
import { isAlive, ownIdentity } from './process-identity.js';

const dayMs = 24 * 3600 * 1000;

/** A folder of one publication, on the file system of the objects: everything is born here. */
export interface Staging {
  /** A fresh name in the folder. */
  next(): string;
  /** Removes the folder with what is left in it. */
  remove(): void;
}

export function openStaging(layout: Layout): Staging {
  const { host, machine, pid, start } = ownIdentity();
  const name = [host, machine, pid, start, randomBytes(6).toString('hex')].join('.');
  const folder = join(layout.temporary, name);
  ensureFolder(folder, new Set());
  let count = 0;
  return {
    next: () => join(folder, String(count++)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Removes what dead processes left behind: at once when they ran on this machine, else after a day (a publication
 * takes seconds). What a colleague owns in a shared store stays for the colleague.
 *
 * @param now Unix milliseconds.
 */
export function reapStale(layout: Layout, now: number): void {
  for (const name of namesIn(layout.temporary)) {
    const path = join(layout.temporary, name);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (!ownerIsGone(name) && now - modified <= dayMs) continue;
    removeIfAllowed(path);
  }
}

/**
 * Removes leases and checkpoints of what is finished, and leases of the dead that nobody has taken over in a day: the
 * pipeline was changed since.
 *
 * @param now Unix milliseconds.
 */
export function reapAttempts(layout: Layout, now: number): void {
  for (const key of namesIn(join(layout.root, 'lease'))) {
    if (!isDigest(key)) continue;
    const path = layout.lease(key);
    const holder = readHolder(path);
    if (!holder || isAlive(holder) !== false) continue;
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (existsSync(layout.record(key)) || now - modified > dayMs) removeIfAllowed(path);
  }
  for (const key of namesIn(join(layout.root, 'attempt')))
    if (isDigest(key) && existsSync(layout.record(key)) && !existsSync(layout.lease(key)))
      removeIfAllowed(layout.attempt(key));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // Nor is anything removed where a colleague keeps others out.
    if (['ENOENT', 'EACCES'].includes(errorCode(error))) return [];
    throw error;
  }
}

/** Removes a folder as far as it is ours: in a shared store not everything is. */
export function removeIfAllowed(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes(errorCode(error))) throw error;
  }
}

function ownerIsGone(name: string): boolean {
  const owner = /^(.+)\.([0-9a-f]{8}-[0-9a-f]{8})\.(\d+)\.(\d*)\.[0-9a-f]+$/.exec(name);
  if (owner === null) return false;
  const [, host, machine, pid, start] = owner;
  return isAlive({ host: host!, machine: machine!, pid: Number(pid), start: start! }) === false;
}
