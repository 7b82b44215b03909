import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Json } from '../base/json.js';
import { ensureFolder, linkFirst, syncFolder, writeDurably } from './durable.js';
import { errorCode, guarded, StoreError } from './errors.js';
import { layoutOf, type Layout } from './layout.js';
import { Objects } from './objects.js';
import { publish, type Publication, type Published } from './publish.js';
import { decodeRecord, type ResultRecord } from './record.js';
import { reapStale } from './staging.js';

const format = 'ticketlab-store';
const formatVersion = 1;

/** `record` when the key's result is complete; else why it is not. */
export type Lookup =
  { readonly hit: true; readonly record: ResultRecord } | { readonly hit: false; readonly reason: string };

/**
 * Results by key and bytes by digest, in a folder. Several processes may use one at the same time without locks:
 * objects never change and are named by their content.
 */
export class Store {
  readonly layout: Layout;
  readonly objects: Objects;
  #prepared = false;

  constructor(layout: Layout) {
    this.layout = layout;
    this.objects = new Objects(layout);
  }

  /** Cheap and synchronous: one small file, and one `stat` for each object not seen before. Writes nothing. */
  lookup(key: string): Lookup {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(this.layout.record(key));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return { hit: false, reason: 'no result with this key' };
    }
    const record = decodeRecord(bytes, key);
    if (!record) return { hit: false, reason: 'its record is damaged' };
    for (const [name, ref] of Object.entries(record.outputs)) {
      const problem = this.objects.problem(ref);
      if (problem !== undefined) return { hit: false, reason: `object lost: of output "${name}" ${problem}` };
    }
    return { hit: true, record };
  }

  /** @throws StoreError when the disk is full or not writable; nothing half-written stays. */
  publish(publication: Publication): Published {
    this.prepare();
    return publish(this.layout, this.objects, publication);
  }

  /** Makes the store's folder on first use, so that looking never writes. */
  prepare(): void {
    if (this.#prepared) return;
    const { root, marker } = this.layout;
    const touched = new Set<string>();
    ensureFolder(root, touched);
    if (!statSync(marker, { throwIfNoEntry: false })) {
      const temporary = `${marker}.${process.pid}.${randomBytes(4).toString('hex')}`;
      const text = JSON.stringify({
        format,
        version: formatVersion,
        id: randomBytes(8).toString('hex'),
        hash: 'sha256',
      });
      writeDurably(temporary, Buffer.from(`${text}\n`));
      guarded(marker, text.length, () => linkFirst(temporary, marker));
      rmSync(temporary);
      touched.add(root);
      for (const folder of touched) guarded(folder, 0, () => syncFolder(folder));
    }
    this.#prepared = true;
  }

  /** Removes what dead processes left half done. @param now Unix milliseconds. */
  reap(now: number): void {
    reapStale(this.layout, now);
  }

  /** Makes a folder for the files of a run. */
  makeFolder(path: string): void {
    this.prepare();
    guarded(path, 4096, () => mkdirSync(path, { recursive: true }));
  }
}

/**
 * Opens a store without writing anything: a fresh folder becomes one at the first publication or run.
 *
 * @throws StoreError `unusable` when there cannot be a store at that place.
 */
export function openStore(folder: string): Store {
  const root = resolve(folder);
  checkPlace(root);
  const layout = layoutOf(root);
  checkMarker(layout);
  return new Store(layout);
}

function checkPlace(root: string): void {
  for (let folder = root; ; folder = dirname(folder)) {
    const kind = kindOf(folder);
    if (kind === 'none' && folder !== dirname(folder)) continue;
    if (kind === 'file')
      throw new StoreError(
        'unusable',
        `The store cannot be at ${root}: ${folder} is a file, not a folder. Take another place with --store.`,
      );
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new StoreError(
        'unusable',
        `The store cannot be at ${root}: ${folder} is not writable (${errorCode(error)}). Take another place with --store.`,
      );
    }
    return;
  }
}

function kindOf(path: string): 'folder' | 'file' | 'none' {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? 'none' : stat.isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return 'none';
    throw new StoreError('unusable', `The store cannot be reached: ${path} (${errorCode(error)}).`);
  }
}

function checkMarker({ root, marker }: Layout): void {
  let text: string;
  try {
    text = readFileSync(marker, 'utf8');
  } catch {
    return checkFresh(root);
  }
  let parsed: Json = null;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    // Reported below like any other file that is not ours.
  }
  const { format: name, version } = (parsed ?? {}) as Readonly<Record<string, Json>>;
  if (name !== format)
    throw new StoreError(
      'unusable',
      `${marker} is not the mark of a ticketlab store. Take another place with --store.`,
    );
  if (version !== formatVersion)
    throw new StoreError(
      'unusable',
      `The store at ${root} has format ${JSON.stringify(version)}; this ticketlab knows format ${formatVersion}. Update ticketlab, or take another place with --store.`,
    );
}

/** Somebody's folder of other things must not be filled with ours. */
function checkFresh(root: string): void {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return;
  }
  const foreign = names.find((name) => !name.startsWith('STORE.json.') && name !== 'lost+found');
  if (foreign !== undefined)
    throw new StoreError(
      'unusable',
      `${root} is not a ticketlab store and not empty (${join(root, foreign)}). Take another place with --store.`,
    );
}
