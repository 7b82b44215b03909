import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { replaceFile, sweepTemporaries } from './durable.js';
import { failpoint } from './failpoints.js';
import { packed, unpacked, type KnownResult, type PackedResults } from './packed-results.js';
import type { Outputs } from './record.js';

/** The store that an index is of. */
export interface IndexedStore {
  readonly id: string;
  /** A word that changes whenever the store replaces a record by a different one. */
  readonly epoch: () => string;
  /** Whether the file is to lie in memory that other threads can be given. */
  readonly shared?: boolean;
}

/**
 * A project's own copy of what its plans need of the store's records, in one file: a run in which everything is there
 * already reads it instead of a file for each instance. Disposable: what it does not have is looked up in the store and
 * added. Results are immutable, so it cannot be out of date but for objects that are gone, which is looked at anyway, and
 * for results that came out differently when they were made again, for which the store has its epoch.
 */
export class PackedIndex {
  readonly #path: string;
  readonly #of: IndexedStore;
  readonly #added = new Map<string, Omit<KnownResult, 'key'>>();
  /** Keys whose results in `#results` count no more. */
  readonly #dropped = new Set<string>();
  #results: PackedResults | undefined;
  /** 1 for each of `#results` whose objects were found there. */
  #sound: Uint8Array = new Uint8Array();
  /** The same, as another thread finds them. */
  #alsoSound: Uint8Array = new Uint8Array();
  #loaded = false;
  #epoch = '';

  constructor(path: string, of: IndexedStore) {
    this.#path = path;
    this.#of = of;
  }

  /** Whether they are the index of one store in one project. */
  isOf(other: PackedIndex): boolean {
    return other.#path === this.#path;
  }

  get(key: string): KnownResult | undefined {
    this.#load();
    const added = this.#added.size === 0 ? undefined : this.#added.get(key);
    if (added) return { key, ...added };
    const entry = this.#results?.entryOf(key);
    if (this.#results === undefined || entry === undefined || this.#dropped.has(key)) return undefined;
    return new PackedResult(this.#results, entry);
  }

  add(key: string, { outputs, seconds }: Omit<KnownResult, 'key'>): void {
    this.#load();
    this.#added.set(key, { outputs, seconds });
  }

  /** Its objects are gone. */
  drop(key: string): void {
    this.#load();
    this.#dropped.add(key);
    this.#added.delete(key);
  }

  /** Whether the objects of a result were found there before. */
  isSound(result: KnownResult): boolean {
    if (!(result instanceof PackedResult)) return false;
    const { entry } = result;
    if (this.#sound[entry] === 1) return true;
    return entry < this.#alsoSound.length && Atomics.load(this.#alsoSound, entry) === 1;
  }

  /** Keys of all results that it has. */
  *keys(): Generator<string> {
    this.#load();
    for (const key of this.#added.keys()) yield key;
    for (let entry = 0; entry < (this.#results?.count ?? 0); entry++) {
      const key = this.#results!.keyAt(entry);
      if (!this.#added.has(key) && !this.#dropped.has(key)) yield key;
    }
  }

  /** The results as they lie in the file; undefined when there are none. */
  packed(): PackedResults | undefined {
    this.#load();
    return this.#results;
  }

  /** @param found shared with a thread that puts a 1 for each of `packed()` whose objects it has found. */
  alsoSound(found: Uint8Array): void {
    this.#alsoSound = found;
  }

  /** Notes that they are. */
  markSound(result: KnownResult): void {
    if (result instanceof PackedResult) this.#sound[result.entry] = 1;
  }

  /** The objects of all results that are noted so, as `listObjects` writes them. */
  soundObjects(): Buffer {
    return this.#results?.objectsOf((entry) => this.#sound[entry] === 1) ?? Buffer.alloc(0);
  }

  /** Writes the file anew if anything was learned. That it cannot be written costs the next run time, no more. */
  save(): void {
    if (this.#added.size === 0 && this.#dropped.size === 0) return;
    try {
      replaceFile(this.#path, this.#encoded(), 'index.written');
      failpoint('index.named');
      sweepTemporaries(dirname(this.#path), `${basename(this.#path)}.`);
    } catch {
      // The next run learns it again.
    }
  }

  /** A file that is torn, damaged or of another store is as good as none. */
  #load(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    this.#epoch = this.#of.epoch();
    let file: Buffer;
    try {
      file = this.#of.shared === true ? readShared(this.#path) : readFileSync(this.#path);
    } catch {
      return;
    }
    const results = unpacked(file);
    if (results?.header.store !== this.#of.id || results.header.epoch !== this.#epoch) return;
    this.#results = results;
    this.#sound = new Uint8Array(results.count);
  }

  #encoded(): Buffer {
    const from = this.#results;
    const kept = Array.from({ length: from?.count ?? 0 }, (_, entry) => entry).filter((entry) => {
      const key = from!.keyAt(entry);
      return !this.#added.has(key) && !this.#dropped.has(key);
    });
    return packed({ store: this.#of.id, epoch: this.#epoch }, this.#added, { from, entries: kept });
  }
}

function readShared(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.from(new SharedArrayBuffer(fstatSync(file).size));
    let read = 0;
    for (let more = 1; more > 0 && read < bytes.length; read += more)
      more = readSync(file, bytes, read, bytes.length - read, null);
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

/** A result in the index: read out when it is asked for, since most of what is known of a plan is not needed at once. */
class PackedResult implements KnownResult {
  readonly #results: PackedResults;
  readonly entry: number;

  constructor(results: PackedResults, entry: number) {
    this.#results = results;
    this.entry = entry;
  }

  get key(): string {
    return this.#results.keyAt(this.entry);
  }

  get outputs(): Outputs {
    return this.#results.outputsAt(this.entry);
  }

  get seconds(): number {
    return this.#results.secondsAt(this.entry);
  }
}
