import { createHash, hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode, guarded } from './errors.js';
import { failpoint, type Failpoint } from './failpoints.js';
import { makeFolders } from './make-folders.js';

const chunkBytes = 1 << 20;
/** What only its owner writes. */
const ownFile = 0o644;

export function sha256Hex(bytes: Uint8Array | string): string {
  return hash('sha256', bytes);
}

/** The same of a file of any size, without having it in memory. */
export function sha256OfFile(path: string): string {
  const digest = createHash('sha256');
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      digest.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return digest.digest('hex');
}

/**
 * Writes a new file that survives a power cut once this returns (its directory entry does not yet).
 * Leaves nothing behind when it fails.
 *
 * @returns the sha256 of what was handed to the operating system, taken while writing.
 */
export function writeDurably(path: string, bytes: Uint8Array, mode = 0o444): string {
  return writeNew(path, bytes, { mode, sync: true });
}

/** The same for what a power cut may take: leases, memos, descriptions of runs. */
export function createFile(path: string, bytes: Uint8Array, mode = ownFile): void {
  writeNew(path, bytes, { mode, sync: false });
}

function writeNew(
  path: string,
  bytes: Uint8Array,
  { mode, sync }: { readonly mode: number; readonly sync: boolean },
): string {
  return guarded(path, bytes.byteLength, () => {
    const hash = createHash('sha256');
    const file = openSync(path, 'wx', mode);
    try {
      shareFile(file, path, mode);
      for (let at = 0; at < bytes.byteLength;) {
        const written = writeSync(file, bytes, at, Math.min(chunkBytes, bytes.byteLength - at));
        if (sync) hash.update(bytes.subarray(at, at + written));
        at += written;
      }
      if (sync) fsyncSync(file);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    return hash.digest('hex');
  });
}

/**
 * Gives a finished temporary file its name unless the name is taken: exactly one of several writers wins.
 *
 * @returns false when somebody else was first.
 */
export function linkFirst(temporary: string, target: string): boolean {
  try {
    linkSync(temporary, target);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // A network file system may lose the answer to a link that it made: two names mean that we won.
    return statSync(temporary).nlink === 2;
  }
}

/** Lists a folder, after which a network file system tells of files in it what the server knows. */
export function relist(folder: string): void {
  try {
    readdirSync(folder);
  } catch {
    // Not there yet.
  }
}

/** Makes directory entries survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    // Some file systems have no such operation; there is nothing more to be done there.
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(errorCode(error))) throw error;
  } finally {
    closeSync(folder);
  }
}

/** Makes a folder; `touched` collects the parents whose entries are new. */
export function ensureFolder(path: string, touched?: Set<string>): void {
  const first = guarded(path, 4096, () => makeFolders(path));
  if (first === undefined) return;
  const made: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    made.push(folder);
    touched?.add(dirname(folder));
    if (folder === first || folder === dirname(folder)) break;
  }
  for (const folder of made.reverse()) shareFolder(folder);
}

/**
 * What the members of a group share must be writable for them all, whatever the umask of the one who makes it: a
 * folder that a group may write hands that, and its group, on to what is made in it. Not one like /tmp, where
 * everybody writes and only owners remove.
 */
function groupBits(folder: string): number {
  const { mode } = statSync(folder);
  const shared = (mode & 0o020) !== 0 && (mode & 0o1000) === 0;
  return shared ? mode & 0o2070 : 0;
}

function shareFolder(folder: string): void {
  const wanted = groupBits(dirname(folder));
  if (wanted === 0) return;
  const { mode } = statSync(folder);
  if ((mode & wanted) !== wanted) chmodSync(folder, (mode & 0o7777) | wanted);
}

function shareFile(file: number, path: string, mode: number): void {
  const bits = groupBits(dirname(path)) & mode & 0o060;
  if (bits !== 0) fchmodSync(file, (mode & ~0o077) | bits | (mode & 0o004 & ~process.umask()));
}

/** Opens a file to append to it; one that is new can be read by the group that its folder is shared with. */
export function openToAppend(path: string, flags: 'a' | 'ax'): number {
  return guarded(path, 0, () => {
    const file = openSync(path, flags, ownFile);
    shareFile(file, path, ownFile);
    return file;
  });
}

/** Replaces a small file in one step: readers see the old bytes or the new ones. Not synced: for what can be lost. @param stop the place before the new bytes get the name. */
export function replaceFile(path: string, bytes: Uint8Array | string, stop?: Failpoint): void {
  ensureFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  createFile(temporary, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  if (stop) failpoint(stop);
  try {
    guarded(path, bytes.length, () => renameSync(temporary, path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * The same for a file that people look at: while it is written it lies in another folder, so that a client that is
 * killed over it leaves nothing half-written beside it. On another file system that cannot be had.
 */
export function replaceFileFrom(folder: string, path: string, bytes: Uint8Array): void {
  const temporary = join(folder, `${basename(path)}.${process.pid}.tmp`);
  ensureFolder(dirname(path));
  try {
    ensureFolder(folder);
    rmSync(temporary, { force: true });
    createFile(temporary, bytes);
    renameSync(temporary, path);
    sweepTemporaries(folder, '');
  } catch {
    // Whatever it is, if it happens again it is told of the file's own folder.
    discard(temporary);
    replaceFile(path, bytes);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is not there: its folder is none.
  }
}

const dayMs = 24 * 3600 * 1000;

/** Removes half-written files of clients that died over them. */
export function sweepTemporaries(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - written > dayMs) rmSync(path, { force: true });
  }
}
