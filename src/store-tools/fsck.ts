import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../store/durable.js';
import { errorCode } from '../store/errors.js';
import { isDigest, type Layout } from '../store/layout.js';
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
 */
export function checkStore(layout: Layout): Checked {
  const problems: Problem[] = [];
  const sizes = checkObjects(layout, problems);
  let records = 0;
  for (const { name, path } of shardedFiles(join(layout.root, 'res'), '.json')) {
    if (!isDigest(name)) {
      problems.push({ kind: 'stray file', name: path, instances: [] });
      continue;
    }
    const bytes = readIfThere(path);
    if (bytes === undefined) continue;
    records++;
    const record = decodeRecord(bytes, name);
    if (record === undefined) problems.push({ kind: 'damaged record', name: path, instances: [] });
    else problems.push(...recordProblems(record, layout, sizes));
  }
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { records, objects: sizes.size, bytes, problems: folded(problems) };
}

/** Sizes of the objects that are right. */
function checkObjects(layout: Layout, problems: Problem[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, path } of shardedFiles(join(layout.root, 'cas'))) {
    if (!isDigest(name)) {
      problems.push({ kind: 'stray file', name: path, instances: [] });
      continue;
    }
    try {
      const bytes = readIfThere(path);
      if (bytes === undefined) continue;
      sizes.set(name, bytes.byteLength);
      if (sha256Hex(bytes) !== name) problems.push({ kind: 'damaged object', name, instances: [] });
    } catch {
      problems.push({ kind: 'unreadable file', name: path, instances: [] });
    }
  }
  return sizes;
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    // Somebody may clean up at the same time.
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function recordProblems(record: ResultRecord, layout: Layout, sizes: ReadonlyMap<string, number>): Problem[] {
  const instances = [record.made.instance];
  const problems: Problem[] = [];
  if (keyOfParts(record.K) !== record.key) problems.push({ kind: 'wrong key', name: record.key, instances });
  const check = (sha256: string, bytes: number): void => {
    const size = sizes.get(sha256);
    if (size === undefined) problems.push({ kind: 'missing object', name: sha256, instances });
    else if (size !== bytes) problems.push({ kind: 'wrong size', name: sha256, instances });
  };
  for (const ref of Object.values(record.outputs)) {
    check(ref.sha256, ref.bytes);
    if (ref.kind !== 'tree' || !sizes.has(ref.sha256)) continue;
    const files = treeFiles(ref, layout);
    if (files === undefined) problems.push({ kind: 'damaged tree', name: ref.sha256, instances });
    for (const { sha256, bytes } of files ?? []) check(sha256, bytes);
  }
  return problems;
}

function treeFiles({ sha256 }: ObjectRef, layout: Layout): ReturnType<typeof decodeTree> | undefined {
  try {
    return decodeTree(readFileSync(layout.object(sha256)));
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
