import { renameSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { byCodeUnit, type Json } from '../base/json.js';
import type { ArtefactType, OutputBytes } from '../pipeline/stage.js';
import { ensureFolder, linkFirst, sha256Hex, syncFolder, writeDurably } from './durable.js';
import { outdateIndexes } from './epoch.js';
import { errorCode, guarded, ObjectLostError } from './errors.js';
import { failpoint } from './failpoints.js';
import type { Layout } from './layout.js';
import type { Objects } from './objects.js';
import { isUnreadable, readPlainText } from './plain-file.js';
import { clearFolder } from './quarantine.js';
import {
  decodeRecord,
  differingOutputs,
  encodeRecord,
  sealRecord,
  type Made,
  type ObjectRef,
  type Outputs,
  type ResultRecord,
} from './record.js';
import { openStaging, type Staging } from './staging.js';
import { checkPaths, encodeTree, type TreeEntry } from './tree.js';

export interface Publication {
  readonly key: string;
  /** Everything that the key is made of. */
  readonly K: Json;
  readonly outputs: Readonly<Record<string, { readonly type: ArtefactType; readonly content: OutputBytes }>>;
  readonly made: Made;
}

export interface Published {
  /** What the store holds under the key from now on. */
  readonly record: ResultRecord;
  /** `first`: ours. `known`: somebody's complete result was there and stays. `replaced`: what was there was lost or damaged. */
  readonly outcome: 'first' | 'known' | 'replaced';
  /** Outputs whose bytes differ from those of the earlier result of this key: the stage is not deterministic. */
  readonly differing: readonly string[];
}

interface Workplace {
  readonly layout: Layout;
  readonly objects: Objects;
  readonly staging: Staging;
  /** Written and synced, but without their names yet: digest -> size and temporary file. */
  readonly staged: Map<string, { readonly bytes: number; readonly temporary: string }>;
}

/**
 * Everything is written under temporary names first, so that a disk that fills up leaves nothing new. Then objects get
 * their names, then the record that names them: whoever dies in between leaves objects that nobody asks for, never a
 * record without its objects.
 *
 * @throws StoreError when the disk is full; nothing half-written stays.
 */
export function publish(layout: Layout, objects: Objects, publication: Publication): Published {
  const staging = openStaging(layout);
  try {
    const place: Workplace = { layout, objects, staging, staged: new Map() };
    const outputs = putAll(place, publication.outputs);
    const { key, K, made } = publication;
    const record = sealRecord({ key, K, outputs, made });
    const data = encodeRecord(record);
    const temporary = staging.next();
    writeDurably(temporary, data);
    failpoint('publish.record-staged');
    nameObjects(place);
    return guarded(layout.record(key), data.byteLength, () => nameRecord(place, record, temporary));
  } finally {
    staging.remove();
  }
}

function putAll(place: Workplace, outputs: Publication['outputs']): Outputs {
  const refs: Record<string, ObjectRef> = {};
  for (const name of Object.keys(outputs).sort(byCodeUnit)) {
    const { type, content } = outputs[name]!;
    refs[name] = { type, ...putOutput(place, content) };
  }
  return refs;
}

function putOutput(place: Workplace, content: OutputBytes): Omit<ObjectRef, 'type'> {
  if (typeof content === 'string' || content instanceof Uint8Array)
    return { ...putBlob(place, content), kind: 'blob' };
  checkPaths([...content.keys()]);
  const entries: TreeEntry[] = [];
  for (const [path, bytes] of content) entries.push({ path, mode: 'f', ...putBlob(place, bytes) });
  return { ...putBlob(place, encodeTree(entries)), kind: 'tree' };
}

function putBlob(place: Workplace, content: Uint8Array | string): { sha256: string; bytes: number } {
  const data = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const ref = { sha256: sha256Hex(data), bytes: data.byteLength };
  const target = place.layout.object(ref.sha256);
  if (place.staged.has(ref.sha256)) return ref;
  if (place.objects.intact(ref.sha256, ref.bytes)) {
    touch(target);
    return ref;
  }
  const temporary = place.staging.next();
  const written = writeDurably(temporary, data);
  if (written !== ref.sha256) throw new Error('the bytes of an output changed while they were written');
  place.staged.set(ref.sha256, { bytes: ref.bytes, temporary });
  failpoint('publish.staged');
  return ref;
}

function nameObjects({ layout, objects, staged }: Workplace): void {
  const touched = new Set<string>();
  for (const [sha256, { bytes, temporary }] of staged) {
    const target = layout.object(sha256);
    guarded(target, bytes, () => {
      ensureFolder(dirname(target), touched);
      // A file of that name whose bytes are wrong must not block the right ones.
      if (linkFirst(temporary, target) || objects.intact(sha256, bytes)) return;
      clearFolder(layout, target);
      renameSync(temporary, target);
    });
    touched.add(dirname(target));
    objects.forget(sha256);
    failpoint('publish.object-named');
  }
  for (const folder of touched) guarded(folder, 0, () => syncFolder(folder));
  failpoint('publish.objects-synced');
}

function nameRecord(place: Workplace, record: ResultRecord, temporary: string): Published {
  for (const ref of Object.values(record.outputs)) {
    // Somebody may have cleaned up meanwhile.
    if (place.objects.problem(ref) !== undefined)
      throw new ObjectLostError(ref.sha256, 'it vanished while its record was written');
  }
  const path = place.layout.record(record.key);
  const touched = new Set([dirname(path)]);
  ensureFolder(dirname(path), touched);
  const published = linkFirst(temporary, path)
    ? ({ record, outcome: 'first', differing: [] } as const)
    : meetExisting(place, record, temporary);
  failpoint('publish.record-named');
  for (const folder of touched) syncFolder(folder);
  failpoint('publish.record-synced');
  return published;
}

/** Two computations of one key: the first complete result stays; one that lost its objects, or is of another stage, gives way. */
function meetExisting(place: Workplace, record: ResultRecord, temporary: string): Published {
  const path = place.layout.record(record.key);
  const existing = readExisting(path, record.key);
  const alike = existing === undefined || isAlike(existing.outputs, record.outputs);
  const differing = existing && alike ? differingOutputs(existing.outputs, record.outputs) : [];
  const isThere = (ref: ObjectRef): boolean => place.objects.problem(ref) === undefined;
  if (existing && alike && Object.values(existing.outputs).every(isThere))
    return { record: existing, outcome: 'known', differing };
  // Before the new record is there: nobody may remember the old one under the new epoch.
  if (existing === undefined || !alike || differing.length > 0) outdateIndexes(place.layout);
  for (const ref of Object.values(existing?.outputs ?? {})) place.objects.clearAway(ref);
  clearFolder(place.layout, path);
  renameSync(temporary, path);
  return { record, outcome: 'replaced', differing };
}

/** Whether outputs have the same names and types, as all results of a stage do: a record with others is damaged. */
function isAlike(a: Outputs, b: Outputs): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name]?.type === b[name]?.type);
}

/** Undefined for what is damaged, or cannot be read: it gives way. */
function readExisting(path: string, key: string): ResultRecord | undefined {
  try {
    return decodeRecord(readPlainText(path).text, key);
  } catch (error) {
    // Cleaned away at this very moment, or a link to nothing.
    if (isUnreadable(error) || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Tells a clean-up that the object is wanted. */
function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch (error) {
    // Of a colleague's file in a shared store only the owner may change the times.
    if (!['EPERM', 'EACCES', 'EROFS', 'ENOENT'].includes(errorCode(error))) throw error;
  }
}
