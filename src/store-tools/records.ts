import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../store/errors.js';
import { isDigest, type Layout } from '../store/layout.js';
import { decodeRecord, type ResultRecord } from '../store/record.js';

/** A record's file as it lies in the store. */
export interface StoredRecord {
  readonly key: string;
  /** Undefined when the file is damaged. */
  readonly record: ResultRecord | undefined;
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
    return decodeRecord(readFileSync(layout.record(key)), key);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
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
    const read = readTextFile(path);
    // Somebody else may clean up at the same time.
    if (read === undefined) continue;
    const { text, bytes, modified } = read;
    yield { key: name, record: decodeRecord(text, name), bytes, modified };
  }
}

let buffer = Buffer.alloc(64 * 1024);

/** What is in a small file, its size and when it was written, in as few calls as can be; undefined when it is gone. */
function readTextFile(path: string): { text: string; bytes: number; modified: number } | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
  try {
    const { size: bytes, mtimeMs: modified } = fstatSync(file);
    if (bytes > buffer.length) buffer = Buffer.alloc(2 * bytes);
    const got = readSync(file, buffer, 0, bytes, 0);
    return { text: buffer.toString('utf8', 0, got), bytes, modified };
  } finally {
    closeSync(file);
  }
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
