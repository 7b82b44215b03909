import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ensureFolder } from './durable.js';
import { errorCode } from './errors.js';
import type { Layout } from './layout.js';
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
  const { machine, pid } = ownIdentity();
  const folder = join(layout.temporary, `${hostname()}.${machine}.${pid}.${randomBytes(6).toString('hex')}`);
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
  let names: string[];
  try {
    names = readdirSync(layout.temporary);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  for (const name of names) {
    const path = join(layout.temporary, name);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (!ownerIsGone(name) && now - modified <= dayMs) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes(errorCode(error))) throw error;
    }
  }
}

function ownerIsGone(name: string): boolean {
  const owner = /^(.+)\.([0-9a-f]{8}-[0-9a-f]{8})\.(\d+)\.[0-9a-f]+$/.exec(name);
  if (owner === null) return false;
  const [, host, machine, pid] = owner;
  return isAlive({ host: host!, machine: machine!, pid: Number(pid), start: '' }) === false;
}
