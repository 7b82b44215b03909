import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../store/errors.js';
import { isDigest, type Layout } from '../store/layout.js';
import type { ResultRecord } from '../store/record.js';
import { decodeTree } from '../store/tree.js';
import { allRecords, namesIn, shardedFiles, type StoredRecord } from './records.js';

export interface StoredObject {
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modified: number;
}

/** A folder that belongs to a key or a run, with all that is in it. */
export interface StoredFolder extends StoredObject {
  readonly name: string;
}

/** What lies in a store, by name, size and time. No bytes of objects are read but those of trees. */
export interface Inventory {
  readonly records: readonly StoredRecord[];
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Checkpoints of unfinished work, by key. */
  readonly attempts: readonly StoredFolder[];
  readonly runs: readonly StoredFolder[];
  readonly quarantine: readonly StoredFolder[];
  readonly trash: readonly StoredFolder[];
}

export function takeInventory(layout: Layout): Inventory {
  const objects = new Map<string, StoredObject>();
  for (const { name, path } of shardedFiles(join(layout.root, 'cas'))) {
    const stat = isDigest(name) ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (stat) objects.set(name, { bytes: stat.size, modified: stat.mtimeMs });
  }
  return {
    records: allRecords(layout),
    objects,
    attempts: folders(join(layout.root, 'attempt')),
    runs: folders(join(layout.root, 'runs')),
    quarantine: folders(layout.quarantine),
    trash: folders(join(layout.root, 'trash')),
  };
}

function folders(home: string): StoredFolder[] {
  return namesIn(home).flatMap((name) => {
    const total = measure(join(home, name));
    return total === undefined ? [] : [{ name, ...total }];
  });
}

/** Size of everything below a path, and when the newest of it was written. */
function measure(path: string): StoredObject | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  let { size: bytes, mtimeMs: modified } = stat;
  if (!stat.isDirectory()) return { bytes, modified };
  bytes = 0;
  for (const name of namesIn(path)) {
    const inside = measure(join(path, name));
    if (!inside) continue;
    bytes += inside.bytes;
    modified = Math.max(modified, inside.modified);
  }
  return { bytes, modified };
}

/** Finds the objects of records; trees are read once. */
export class References {
  readonly #layout: Layout;
  readonly #trees = new Map<string, readonly string[]>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Digests of all objects that a result needs, the files of its trees included. */
  of(record: ResultRecord): string[] {
    return Object.values(record.outputs).flatMap(({ sha256, kind }) =>
      kind === 'tree' ? [sha256, ...this.#filesOf(sha256)] : [sha256],
    );
  }

  /** A tree that is missing or damaged has no files: its record is a miss already. */
  #filesOf(sha256: string): readonly string[] {
    let files = this.#trees.get(sha256);
    if (files === undefined) this.#trees.set(sha256, (files = this.#read(sha256)));
    return files;
  }

  #read(sha256: string): readonly string[] {
    try {
      return decodeTree(readFileSync(this.#layout.object(sha256))).map((entry) => entry.sha256);
    } catch (error) {
      if (['EACCES', 'EIO', 'EMFILE'].includes(errorCode(error))) throw error;
      return [];
    }
  }
}

export const totalBytes = (list: Iterable<{ readonly bytes: number }>): number => {
  let sum = 0;
  for (const { bytes } of list) sum += bytes;
  return sum;
};
