import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, guarded } from './errors.js';

const chunkBytes = 1 << 20;

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Writes a new file that survives a power cut once this returns (its directory entry does not yet).
 * Leaves nothing behind when it fails.
 *
 * @returns the sha256 of what was handed to the operating system, taken while writing.
 */
export function writeDurably(path: string, bytes: Uint8Array, mode = 0o444): string {
  return guarded(path, bytes.byteLength, () => {
    const hash = createHash('sha256');
    const file = openSync(path, 'wx', mode);
    try {
      for (let at = 0; at < bytes.byteLength;) {
        const written = writeSync(file, bytes, at, Math.min(chunkBytes, bytes.byteLength - at));
        hash.update(bytes.subarray(at, at + written));
        at += written;
      }
      fsyncSync(file);
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
export function ensureFolder(path: string, touched: Set<string>): void {
  const first = guarded(path, 4096, () => mkdirSync(path, { recursive: true }));
  if (first === undefined) return;
  for (let folder = path; ; folder = dirname(folder)) {
    touched.add(dirname(folder));
    if (folder === first || folder === dirname(folder)) return;
  }
}

/** Replaces a small file in one step: readers see the old bytes or the new ones. Not synced: for what can be lost. */
export function replaceFile(path: string, bytes: Uint8Array | string): void {
  const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  guarded(path, data.byteLength, () => {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    const file = openSync(temporary, 'w', 0o644);
    try {
      for (let at = 0; at < data.byteLength;) at += writeSync(file, data, at);
      closeSync(file);
      renameSync(temporary, path);
    } catch (error) {
      try {
        closeSync(file);
      } catch {
        // Closed already: the rename failed.
      }
      unlinkSync(temporary);
      throw error;
    }
  });
}
