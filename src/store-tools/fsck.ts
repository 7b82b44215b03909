import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../store/durable.js';
import { errorCode } from '../store/errors.js';
import { isDigest, type Layout } from '../store/layout.js';
import { hasLostItsMark } from '../store/place.js';
import { readPlain } from '../store/plain-file.js';
import { decodeRecord, type ObjectRef, type ResultRecord } from '../store/record.js';
import { decodeTree } from '../store/tree.js';
import { keyOfParts } from './key.js';
import { shardedFiles } from './records.js';

export type ProblemKind =
  | 'damaged object'
  | 'missing object'
  | 'wrong size'
  | 'damaged tree'
  | 'damaged record'
  | 'missing record'
  | 'missing mark'
  | 'wrong key'
  | 'stray file'
  | 'unreadable file';

export interface Problem {
  readonly kind: ProblemKind;
  /** Path in the store, or digest. */
  readonly name: string;
  /** Addresses of the results that are concerned. */
  readonly instances: readonly string[];
}

export interface Checked {
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

/**
 * Reads everything in a store and says what is not as it must be: every object has its digest, every record its sum and
 * its key, and all objects that it names. Changes nothing: a run heals what it needs.
 *
 * @param remembered keys of records that somebody has seen there.
 */
export function checkStore(layout: Layout, remembered: Iterable<string> = []): Checked {
  const problems: Problem[] = [];
  if (hasLostItsMark(layout)) problems.push({ kind: 'missing mark', name: layout.marker, instances: [] });
  const objects = checkObjects(layout, problems);
  let records = 0;
  for (const { name, path, bytes } of eachFile(join(layout.root, 'res'), problems, '.json')) {
    records++;
    if (bytes === undefined) continue;
    const record = decodeRecord(bytes, name);
    if (record === undefined) problems.push({ kind: 'damaged record', name: path, instances: [] });
    else problems.push(...recordProblems(record, layout, objects));
  }
  for (const key of remembered)
    if (!isThere(layout.record(key)))
      problems.push({ kind: 'missing record', name: layout.record(key), instances: [] });
  const bytes = [...objects.values()].reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return { records, objects: objects.size, bytes, problems: folded(problems) };
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** Problems of records that are not noticed where a result is remembered: its record is not read again. */
export const concernsRecords = ({ kind }: Problem): boolean =>
  ['damaged record', 'missing record', 'wrong key', 'unreadable file'].includes(kind);

/** Sizes of the objects that are there; undefined of one that cannot be read. */
type Sizes = ReadonlyMap<string, number | undefined>;

function checkObjects(layout: Layout, problems: Problem[]): Sizes {
  const sizes = new Map<string, number | undefined>();
  for (const { name, bytes } of eachFile(join(layout.root, 'cas'), problems)) {
    sizes.set(name, bytes?.byteLength);
    if (bytes !== undefined && sha256Hex(bytes) !== name)
      problems.push({ kind: 'damaged object', name, instances: [] });
  }
  return sizes;
}

/** The files of a sharded folder with what is in them: nothing where that cannot be read. What is none of them is reported. */
function* eachFile(
  folder: string,
  problems: Problem[],
  ending = '',
): Generator<{ readonly name: string; readonly path: string; readonly bytes: Uint8Array | undefined }> {
  const stray = (name: string): void => void problems.push({ kind: 'stray file', name, instances: [] });
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) stray(folder);
  for (const { name, path } of shardedFiles(folder, ending)) {
    if (!isDigest(name)) {
      stray(path);
      continue;
    }
    let bytes: Uint8Array | undefined;
    try {
      bytes = readPlain(path);
    } catch (error) {
      // Somebody may clean up at the same time.
      if (errorCode(error) === 'ENOENT' && !isLink(path)) continue;
      problems.push({ kind: 'unreadable file', name: path, instances: [] });
    }
    yield { name, path, bytes };
  }
}

function recordProblems(record: ResultRecord, layout: Layout, sizes: Sizes): Problem[] {
  const instances = [record.made.instance];
  const problems: Problem[] = [];
  if (keyOfParts(record.K) !== record.key) problems.push({ kind: 'wrong key', name: record.key, instances });
  const check = (sha256: string, bytes: number): void => {
    const size = sizes.get(sha256);
    if (!sizes.has(sha256)) problems.push({ kind: 'missing object', name: sha256, instances });
    else if (size === undefined)
      problems.push({ kind: 'unreadable file', name: layout.object(sha256), instances });
    else if (size !== bytes) problems.push({ kind: 'wrong size', name: sha256, instances });
  };
  for (const ref of Object.values(record.outputs)) {
    check(ref.sha256, ref.bytes);
    if (ref.kind !== 'tree' || sizes.get(ref.sha256) === undefined) continue;
    const files = treeFiles(ref, layout);
    if (files === undefined) problems.push({ kind: 'damaged tree', name: ref.sha256, instances });
    for (const { sha256, bytes } of files ?? []) check(sha256, bytes);
  }
  return problems;
}

function treeFiles({ sha256 }: ObjectRef, layout: Layout): ReturnType<typeof decodeTree> | undefined {
  try {
    return decodeTree(readPlain(layout.object(sha256)));
  } catch {
    return undefined;
  }
}

/** Each problem once, with all the results that it concerns. */
function folded(problems: readonly Problem[]): Problem[] {
  const groups = new Map<string, Problem>();
  for (const problem of problems) {
    const label = `${problem.kind} ${problem.name}`;
    const known = groups.get(label);
    const instances = [...(known?.instances ?? []), ...problem.instances];
    groups.set(label, { ...problem, instances: [...new Set(instances)] });
  }
  return [...groups.values()];
}
