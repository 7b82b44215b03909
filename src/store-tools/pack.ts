import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { OutputBytes } from '../pipeline/stage.js';
import { giveName } from '../store/new-file.js';
import { differingOutputs, encodeRecord, type ObjectRef, type ResultRecord } from '../store/record.js';
import type { Publication } from '../store/publish.js';
import type { Store } from '../store/store.js';
import { decodeTree } from '../store/tree.js';
import { archiveTitle, checkArchive, openArchive, type EntryKind } from './archive.js';

export interface Packed {
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Writes results with all their objects to one file, a step each; it appears when it is complete, and is gone when the
 * steps are broken off.
 *
 * @throws ObjectLostError when the store has lost something of them; the system's errors when the file cannot be written.
 */
export function* packResults(
  store: Store,
  records: readonly ResultRecord[],
  path: string,
): Generator<void, Packed> {
  const temporary = `${path}.${process.pid}.tmp`;
  const hash = createHash('sha256');
  let bytes = 0;
  const file = openSync(temporary, 'wx', 0o644);
  const put = (data: Uint8Array): void => {
    hash.update(data);
    for (let at = 0; at < data.byteLength;) at += writeSync(file, data, at);
    bytes += data.byteLength;
  };
  const entry = (kind: EntryKind, name: string, data: Uint8Array): void => {
    put(Buffer.from(`${JSON.stringify({ kind, name, bytes: data.byteLength })}\n`));
    put(data);
  };
  try {
    put(archiveTitle);
    const objects = new Set<string>();
    function* object(sha256: string): Generator<void> {
      if (objects.has(sha256)) return;
      objects.add(sha256);
      entry('object', sha256, store.objects.read(sha256));
      yield;
    }
    for (const record of records) {
      for (const { sha256, kind } of Object.values(record.outputs)) {
        yield* object(sha256);
        if (kind === 'tree') for (const inside of store.objects.tree(sha256)) yield* object(inside.sha256);
      }
      entry('record', record.key, encodeRecord(record));
    }
    entry('end', '', hash.copy().digest());
    giveName(temporary, path);
    return { records: records.length, objects: objects.size, bytes };
  } finally {
    closeSync(file);
    rmSync(temporary, { force: true });
  }
}

export interface Unpacked {
  /** Results that the store did not have. */
  readonly added: number;
  /** Results that it had. */
  readonly known: number;
  /** Addresses of results that the store has with other bytes: those of the store stay. */
  readonly differing: readonly string[];
}

/**
 * Publishes the results of an archive. Everything is checked before anything is written: digests of objects, sums and
 * keys of records, and that every object is there that a record names.
 *
 * @throws UserError that says what is wrong with the archive.
 */
export function unpackResults(store: Store, path: string): Unpacked {
  const file = openArchive(path);
  try {
    const archive = checkArchive(file, path);
    let added = 0;
    const differing: string[] = [];
    for (const record of archive.records) {
      const there = store.lookup(record.key);
      // A stage's own result replaces one with other outputs; what somebody sent never does.
      if (there.hit && differingOutputs(there.record.outputs, record.outputs).length > 0) {
        differing.push(record.made.instance);
        continue;
      }
      const outputs: Record<string, Publication['outputs'][string]> = {};
      for (const [name, ref] of Object.entries(record.outputs))
        outputs[name] = { type: ref.type, content: contentOf(ref, archive.object) };
      const published = store.publish({ key: record.key, K: record.K, outputs, made: record.made });
      if (published.outcome !== 'known') added++;
      if (published.differing.length > 0) differing.push(record.made.instance);
    }
    return { added, known: archive.records.length - added, differing };
  } finally {
    closeSync(file);
  }
}

function contentOf({ sha256, kind }: ObjectRef, object: (sha256: string) => Uint8Array): OutputBytes {
  if (kind === 'blob') return object(sha256);
  return new Map(decodeTree(object(sha256)).map((file) => [file.path, object(file.sha256)]));
}
