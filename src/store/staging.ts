import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode, guarded } from './errors.js';
import type { Layout } from './layout.js';

const dayMs = 24 * 3600 * 1000;

/** A folder of one publication, on the file system of the objects: everything is born here. */
export interface Staging {
  /** A fresh name in the folder. */
  next(): string;
  /** Removes the folder with what is left in it. */
  remove(): void;
}

export function openStaging(layout: Layout): Staging {
  const name = `${hostname()}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const folder = join(layout.temporary, name);
  guarded(folder, 4096, () => mkdirSync(folder, { recursive: true }));
  let count = 0;
  return {
    next: () => join(folder, String(count++)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Removes what dead processes left behind: at once when they ran on this machine, else after a day (a publication
 * takes seconds).
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
    const owner = /^(.+)\.(\d+)\.[0-9a-f]+$/.exec(name);
    const path = join(layout.temporary, name);
    const dead = owner !== null && owner[1] === hostname() && !isAlive(Number(owner[2]));
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (dead || now - modified > dayMs) rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
