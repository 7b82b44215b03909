import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../store/errors.js';
import { isDigest, type Layout } from '../store/layout.js';
import { isUnreadable, readPlain } from '../store/plain-file.js';
import type { ResultRecord } from '../store/record.js';
import { decodeTree } from '../store/tree.js';
import { eachRecord, namesIn, shardedFiles } from './records.js';

export interface StoredObject {
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modified: number;
}

/** A folder that belongs to a key or a run, with all that is in it. */
export interface StoredFolder extends StoredObject {
  readonly name: string;
}

/** What is kept of a record: of a large store all of them are a lot. */
export interface StoredResult {
  readonly key: string;
  /** Undefined when its file is damaged. */
  readonly record: SlimRecord | undefined;
  /** It may be whole, but cannot be read by this user. */
  readonly hidden?: true;
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modified: number;
}

export interface SlimRecord {
  readonly outputs: ResultRecord['outputs'];
  readonly made: Pick<ResultRecord['made'], 'instance' | 'wall_s'>;
}

/** What lies in a store, by name, size and time. No bytes of objects are read but those of trees. */
export interface Inventory {
  readonly records: readonly StoredResult[];
  readonly objects: StoredObjects;
  /** Checkpoints of unfinished work, by key. */
  readonly attempts: readonly StoredFolder[];
  readonly runs: readonly StoredFolder[];
  readonly quarantine: readonly StoredFolder[];
  readonly trash: readonly StoredFolder[];
}

/** Nobody has looked yet. */
const notKnown = -1;

/** The objects of a store. Their files are looked at when somebody asks: most are as large as the results say. */
export class StoredObjects {
  readonly #layout: Layout;
  /** Digest -> bytes. */
  readonly #sizes = new Map<string, number>();

  constructor(layout: Layout) {
    this.#layout = layout;
    for (const { name } of shardedFiles(join(layout.root, 'cas')))
      if (isDigest(name)) this.#sizes.set(name, notKnown);
  }

  get names(): Iterable<string> {
    return this.#sizes.keys();
  }

  /** Takes the size of an object as a result tells it. */
  believe(sha256: string, bytes: number): void {
    if (this.#sizes.get(sha256) === notKnown) this.#sizes.set(sha256, bytes);
  }

  /** Bytes of an object; 0 when it is not there. */
  bytes(sha256: string): number {
    const known = this.#sizes.get(sha256);
    if (known !== notKnown) return known ?? 0;
    const bytes = this.look(sha256)?.bytes ?? 0;
    this.#sizes.set(sha256, bytes);
    return bytes;
  }

  /** Size and time of an object's file; undefined when it is gone. */
  look(sha256: string): StoredObject | undefined {
    const stat = statSync(this.#layout.object(sha256), { throwIfNoEntry: false });
    return stat && { bytes: stat.size, modified: stat.mtimeMs };
  }

  /** Bytes of all of them. */
  get total(): number {
    let sum = 0;
    for (const [name, size] of this.#sizes) sum += size === notKnown ? this.bytes(name) : size;
    return sum;
  }
}

export function takeInventory(layout: Layout): Inventory {
  const objects = new StoredObjects(layout);
  const records: StoredResult[] = [];
  for (const { record, ...file } of eachRecord(layout)) {
    records.push({ ...file, record: record && slim(record) });
    for (const { sha256, bytes } of Object.values(record?.outputs ?? {})) objects.believe(sha256, bytes);
  }
  return {
    records,
    objects,
    attempts: folders(join(layout.root, 'attempt')),
    runs: folders(join(layout.root, 'runs')),
    quarantine: folders(layout.quarantine),
    trash: folders(join(layout.root, 'trash')),
  };
}

function slim({ outputs, made: { instance, wall_s } }: ResultRecord): SlimRecord {
  return { outputs, made: { instance, wall_s } };
}

function folders(home: string): StoredFolder[] {
  return namesIn(home).flatMap((name) => {
    const total = measure(join(home, name));
    return total === undefined ? [] : [{ name, ...total }];
  });
}

/** Size of everything below a path, and when the newest of it was written. */
function measure(path: string): StoredObject | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  let { size: bytes, mtimeMs: modified } = stat;
  if (!stat.isDirectory()) return { bytes, modified };
  bytes = 0;
  for (const name of visibleNames(path)) {
    const inside = measure(join(path, name));
    if (!inside) continue;
    bytes += inside.bytes;
    modified = Math.max(modified, inside.modified);
  }
  return { bytes, modified };
}

/** What a colleague's program keeps to itself while it works is not counted. */
function visibleNames(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    if (errorCode(error) === 'EACCES') return [];
    throw error;
  }
}

/** Finds the objects of records; trees are read once. */
export class References {
  readonly #layout: Layout;
  readonly #trees = new Map<string, readonly string[]>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Digests of all objects that a result needs, the files of its trees included. */
  of(record: Pick<ResultRecord, 'outputs'>): string[] {
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
      return decodeTree(readPlain(this.#layout.object(sha256))).map((entry) => entry.sha256);
    } catch (error) {
      if (isUnreadable(error) ? !error.foreign : errorCode(error) === 'EMFILE') throw error;
      return [];
    }
  }
}

export const totalBytes = (list: Iterable<{ readonly bytes: number }>): number => {
  let sum = 0;
  for (const { bytes } of list) sum += bytes;
  return sum;
};
