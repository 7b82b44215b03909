import { createHash } from 'node:crypto';
import { fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import { sha256Hex } from '../store/durable.js';
import { isDigest } from '../store/layout.js';
import { decodeRecord, type ResultRecord } from '../store/record.js';
import { decodeTree } from '../store/tree.js';
import { keyOfParts } from './key.js';

/*
 * An archive: the line `ticketlab-pack 1`, then entries, each a line of JSON `{"kind","name","bytes"}` and so many bytes.
 * `object`s (name: sha256) stand before the `record`s (name: key) that need them; `end`, whose bytes are the sha256 of all
 * before its line, is last. There is no path in it.
 */
export const archiveTitle = Buffer.from('ticketlab-pack 1\n');
const kinds = ['object', 'record', 'end'] as const;
export type EntryKind = (typeof kinds)[number];
/** A line that is longer is none of ours. */
const longestLine = 256;
const chunk = 1 << 20;

interface Entry {
  readonly kind: EntryKind;
  readonly name: string;
  readonly at: number;
  readonly bytes: number;
}

/** An archive of which everything has been checked. */
export interface Archive {
  readonly records: readonly ResultRecord[];
  readonly object: (sha256: string) => Uint8Array;
}

/** @throws UserError */
export function openArchive(path: string): number {
  try {
    // What is no file, a pipe for one, may have no end, or never begin.
    if (!statSync(path).isFile()) throw new Error('it is not a regular file');
    return openSync(path, 'r');
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Reads the whole of an archive once: digests of objects, sums and keys of records, and that every object is there that a
 * record names.
 *
 * @throws UserError that says what is wrong with it.
 */
export function checkArchive(file: number, path: string): Archive {
  const bad = (why: string): UserError =>
    new UserError(`${path} is not a whole archive of results: ${why}. Nothing was unpacked.`);
  const read = (at: number, length: number): Buffer => {
    const buffer = Buffer.alloc(length);
    let got = 0;
    while (got < length) {
      const count = readSync(file, buffer, got, length - got, at + got);
      if (count === 0) throw bad('it ends too early');
      got += count;
    }
    return buffer;
  };
  const entries = readEntries(file, { read, bad });
  const objects = new Map<string, Entry>();
  const records: ResultRecord[] = [];
  for (const entry of entries) {
    const data = read(entry.at, entry.bytes);
    if (entry.kind === 'object') {
      if (sha256Hex(data) !== entry.name) throw bad(`object ${entry.name.slice(0, 12)} has other bytes`);
      objects.set(entry.name, entry);
    } else if (entry.kind === 'record') records.push(checkedRecord(data, entry, { read, objects, bad }));
  }
  const object = (sha256: string): Uint8Array => {
    const { at, bytes } = objects.get(sha256)!;
    const data = read(at, bytes);
    if (sha256Hex(data) !== sha256) throw bad('it changed while it was read');
    return data;
  };
  return { records, object };
}

interface Reader {
  readonly read: (at: number, length: number) => Buffer;
  readonly bad: (why: string) => UserError;
}

/** The entries, if the archive is whole: the sum at its end is that of all before. */
function readEntries(file: number, { read, bad }: Reader): Entry[] {
  const { size } = fstatSync(file);
  if (size < archiveTitle.length || !read(0, archiveTitle.length).equals(archiveTitle))
    throw bad('it does not begin like one');
  const entries: Entry[] = [];
  for (let at = archiveTitle.length; at < size;) {
    const window = read(at, Math.min(longestLine, size - at));
    const length = window.indexOf('\n') + 1;
    const entry = length === 0 ? undefined : entryOf(window.toString('utf8', 0, length - 1), at + length);
    if (entry === undefined) throw bad(`what stands at byte ${at} is not an entry`);
    if (entry.at + entry.bytes > size) throw bad('it ends too early');
    if (entry.kind !== 'end') entries.push(entry);
    else if (entry.at + entry.bytes !== size) throw bad('something follows its end');
    else if (!sumUpTo(at, read).equals(read(entry.at, entry.bytes)))
      throw bad('its bytes do not have its sum');
    else return entries;
    at = entry.at + entry.bytes;
  }
  throw bad('it ends too early');
}

function sumUpTo(end: number, read: Reader['read']): Buffer {
  const hash = createHash('sha256');
  for (let at = 0; at < end; at += chunk) hash.update(read(at, Math.min(chunk, end - at)));
  return hash.digest();
}

function entryOf(line: string, at: number): Entry | undefined {
  let parsed: Json;
  try {
    parsed = JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
  const { kind, name, bytes } = (parsed ?? {}) as Readonly<Record<string, Json>>;
  if (!kinds.includes(kind as EntryKind) || typeof name !== 'string' || typeof bytes !== 'number')
    return undefined;
  if (!Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  if (kind === 'end' ? name !== '' || bytes !== 32 : !isDigest(name)) return undefined;
  return { kind: kind as EntryKind, name, at, bytes };
}

function checkedRecord(
  data: Uint8Array,
  { name }: Entry,
  { read, objects, bad }: Reader & { readonly objects: ReadonlyMap<string, Entry> },
): ResultRecord {
  const record = decodeRecord(data, name);
  if (record === undefined) throw bad(`record ${name.slice(0, 12)} is damaged`);
  if (keyOfParts(record.K) !== name) throw bad(`record ${name.slice(0, 12)} has a key that is not its own`);
  if (Object.keys(record.outputs).length === 0) throw bad(`record ${name.slice(0, 12)} has no outputs`);
  const need = (sha256: string, bytes: number): Entry => {
    const entry = objects.get(sha256);
    if (entry?.bytes !== bytes)
      throw bad(`object ${sha256.slice(0, 12)} of ${record.made.instance} is missing`);
    return entry;
  };
  for (const { sha256, bytes, kind } of Object.values(record.outputs)) {
    const entry = need(sha256, bytes);
    if (kind === 'tree') for (const file of treeIn(read(entry.at, bytes), bad)) need(file.sha256, file.bytes);
  }
  return record;
}

function treeIn(bytes: Uint8Array, bad: Reader['bad']): ReturnType<typeof decodeTree> {
  try {
    return decodeTree(bytes);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
}
