import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../store/errors.js';
import { isDigest, type Layout } from '../store/layout.js';
import { isUnreadable, readPlainText, type UnreadableError } from '../store/plain-file.js';
import { decodeRecord, type ResultRecord } from '../store/record.js';

/** A record's file as it lies in the store. */
export interface StoredRecord {
  readonly key: string;
  /** Undefined when the file is damaged. */
  readonly record: ResultRecord | undefined;
  /** It may be whole, but cannot be read by this user. */
  readonly hidden?: true;
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modified: number;
}

/** A named file of a sharded folder. */
export interface ShardedFile {
  /** What its path spells: a digest or key when nothing is wrong. */
  readonly name: string;
  readonly path: string;
}

/** The record of a key, complete or not; undefined when there is none or it is damaged. */
export function recordOf(layout: Layout, key: string): ResultRecord | undefined {
  if (!isDigest(key)) return undefined;
  try {
    return decodeRecord(readPlainText(layout.record(key)).text, key);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && !isUnreadable(error)) throw error;
    return undefined;
  }
}

/** Every record of the store, by key; or the first so many. */
export function allRecords(layout: Layout, most = Infinity): StoredRecord[] {
  const found: StoredRecord[] = [];
  for (const stored of eachRecord(layout)) {
    if (found.length >= most) break;
    found.push(stored);
  }
  return found;
}

/** The same one after the other: of a large store they are a lot to keep. */
export function* eachRecord(layout: Layout): Generator<StoredRecord> {
  for (const { name, path } of shardedFiles(join(layout.root, 'res'), '.json')) {
    if (!isDigest(name)) continue;
    const stored = readStored(name, path);
    if (stored !== undefined) yield stored;
  }
}

function readStored(key: string, path: string): StoredRecord | undefined {
  try {
    const { text, stat } = readPlainText(path);
    return { key, record: decodeRecord(text, key), bytes: stat.size, modified: stat.mtimeMs };
  } catch (error) {
    if (isUnreadable(error)) return unreadable(key, path, error);
    // Somebody else may clean up at the same time.
    if (errorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

function unreadable(key: string, path: string, { foreign }: UnreadableError): StoredRecord | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const stored = { key, record: undefined, bytes: foreign ? 0 : stat.size, modified: stat.mtimeMs };
  return foreign ? stored : { ...stored, hidden: true };
}

/** The files two levels below a folder, sorted; `ending` is taken off their names. */
export function shardedFiles(folder: string, ending = ''): ShardedFile[] {
  const files: ShardedFile[] = [];
  for (const shard of namesIn(folder))
    for (const rest of namesIn(join(folder, shard))) {
      const name = rest.endsWith(ending) ? shard + rest.slice(0, rest.length - ending.length) : shard + rest;
      files.push({ name, path: join(folder, shard, rest) });
    }
  return files;
}

/** Sorted; nothing when the folder is not there or is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw error;
  }
}
