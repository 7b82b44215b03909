import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ensureFolder, linkFirst, relist, syncFolder, writeDurably } from './durable.js';
import { errorCode, guarded } from './errors.js';
import { layoutOf, type Layout } from './layout.js';
import { listObjects } from './object-list.js';
import { Objects } from './objects.js';
import type { PackedIndex } from './packed-index.js';
import type { KnownResult } from './packed-results.js';
import { checkPlace, isMarked, newMarker, readMarker } from './place.js';
import { isUnreadable, readPlainText } from './plain-file.js';
import { indexIn } from './project-index.js';
import { publish, type Publication, type Published } from './publish.js';
import { decodeRecord, type Outputs, type ResultRecord } from './record.js';
import { reapAttempts, reapStale } from './staging.js';

/** `record` when the key's result is complete; else why it is not. */
export type Lookup = { readonly hit: true; readonly record: ResultRecord } | Miss;

export interface Miss {
  readonly hit: false;
  readonly reason: string;
  /** There was a result, but something of it is gone or damaged. */
  readonly lost: boolean;
}

/** The same as far as it is needed to use the result. */
export type Found = { readonly hit: true; readonly result: KnownResult } | Miss;

export interface StoreOptions {
  /** Where this project keeps its copy of what it needs of the records; without it every look-up reads a file. */
  readonly indexFolder?: string;
  /** Nothing will be written: a store that may only be read will do. */
  readonly readOnly?: boolean;
}

/**
 * Results by key and bytes by digest, in a folder. Several processes may use one at the same time without locks:
 * objects never change and are named by their content.
 */
export class Store {
  readonly layout: Layout;
  readonly objects: Objects;
  readonly #options: StoreOptions;
  #index: PackedIndex | undefined;
  #prepared = false;

  /** @param id of an existing store. */
  constructor(layout: Layout, id: string | undefined, options: StoreOptions) {
    this.layout = layout;
    this.objects = new Objects(layout);
    this.#options = options;
    if (id !== undefined) this.#openIndex(id);
  }

  /** Whether there is a complete result: from the index, or else from its record. Writes nothing. */
  find(key: string): Found {
    const known = this.#index?.get(key);
    if (known && this.#isThere(known)) return { hit: true, result: known };
    if (known) this.#index?.drop(key);
    const found = this.lookup(key);
    if (!found.hit) return found;
    const { outputs, made } = found.record;
    const result = { key, outputs, seconds: Number.isFinite(made.wall_s) ? made.wall_s : 0 };
    this.#index?.add(key, result);
    return { hit: true, result };
  }

  /**
   * To be called before `find` when another machine may have published a moment ago: a network file system remembers
   * for a while that a file was not there, unless one lists its folder.
   */
  refresh(key: string): void {
    relist(dirname(this.layout.record(key)));
  }

  /** Adds what was just published to the index. */
  remember(result: KnownResult): void {
    this.#index?.add(result.key, result);
  }

  /** Keys of the results that this project remembers, whatever became of them. */
  remembered(): Iterable<string> {
    return this.#index?.keys() ?? [];
  }

  /** Keeps what was learned for the next run of this project. */
  saveIndex(): void {
    this.#index?.save();
  }

  /** Reads the record itself: one small file, and one `stat` for each object not seen before. Writes nothing. */
  lookup(key: string): Lookup {
    let text: string;
    try {
      // As text: bytes that are none do not have the right sum then.
      ({ text } = readPlainText(this.layout.record(key)));
    } catch (error) {
      if (isUnreadable(error)) return { hit: false, lost: true, reason: `its record ${error.why}` };
      if (errorCode(error) !== 'ENOENT') throw error;
      return { hit: false, lost: false, reason: 'no result with this key' };
    }
    const record = decodeRecord(text, key);
    if (!record) return { hit: false, lost: true, reason: 'its record is damaged' };
    const lost = this.#lost(record.outputs);
    return lost === undefined ? { hit: true, record } : { hit: false, lost: true, reason: lost };
  }

  /** Whether all objects of a result in the index are there: looked at once, and again after doubts. */
  #isThere(known: KnownResult): boolean {
    if (this.objects.doubts === 0 && this.#index?.isSound(known) === true) {
      this.#index.markSound(known);
      return true;
    }
    const { outputs } = known;
    for (const name in outputs)
      if (!this.objects.isThere(outputs[name]!) && this.#lost(outputs) !== undefined) return false;
    this.#index?.markSound(known);
    return true;
  }

  /**
   * The objects that were looked at and found, in lists as `listObjects` writes them; undefined when something that was seen was
   * to be believed no more since.
   */
  seen(): readonly Buffer[] | undefined {
    if (this.objects.doubts > 0) return undefined;
    const indexed = this.#index?.soundObjects() ?? Buffer.alloc(0);
    return [listObjects([...this.objects.seen()]), indexed];
  }

  #lost(outputs: Outputs): string | undefined {
    for (const name in outputs) {
      const problem =
        this.objects.problem(outputs[name]!) && this.objects.problemAfterListing(outputs[name]!);
      if (problem !== undefined) return `object lost: of output "${name}" ${problem}`;
    }
    return undefined;
  }

  #openIndex(id: string): void {
    const { indexFolder } = this.#options;
    if (indexFolder !== undefined) this.#index = indexIn(indexFolder, this.layout, { id });
  }

  /** Goes on with what was begun before the store was opened. */
  use({ root, index }: { readonly root: string; readonly index: PackedIndex }): void {
    if (root === this.layout.root && this.#index?.isOf(index) === true) this.#index = index;
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
    if (!isMarked(this.layout)) {
      const temporary = `${marker}.${process.pid}.${randomBytes(4).toString('hex')}`;
      const text = newMarker(randomBytes(8).toString('hex'));
      writeDurably(temporary, Buffer.from(`${text}\n`));
      guarded(marker, text.length, () =>
        // A mark that is there is damaged.
        existsSync(marker) ? renameSync(temporary, marker) : linkFirst(temporary, marker),
      );
      rmSync(temporary, { force: true });
      touched.add(root);
      const id = readMarker(this.layout);
      if (id !== undefined) this.#openIndex(id);
      for (const folder of touched) guarded(folder, 0, () => syncFolder(folder));
    }
    this.#prepared = true;
  }

  /** Removes what dead processes left half done. @param now Unix milliseconds. */
  reap(now: number): void {
    reapStale(this.layout, now);
    reapAttempts(this.layout, now);
  }

  /** Makes a folder for the files of a run. */
  makeFolder(path: string): void {
    this.prepare();
    ensureFolder(path);
  }
}

/**
 * Opens a store without writing anything: a fresh folder becomes one at the first publication or run.
 *
 * @throws StoreError `unusable` when there cannot be a store at that place.
 */
export function openStore(folder: string, options: StoreOptions = {}): Store {
  const root = resolve(folder);
  checkPlace(root, options.readOnly !== true);
  const layout = layoutOf(root);
  return new Store(layout, readMarker(layout), options);
}
