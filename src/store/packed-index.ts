import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { replaceFile, sweepTemporaries } from './durable.js';
import { failpoint } from './failpoints.js';
import type { ObjectRef, Outputs } from './record.js';

/** What is needed of a record to use its result. */
export interface KnownResult {
  readonly outputs: Outputs;
  /** What it took to make. */
  readonly seconds: number;
}

/*
 * The file: magic, sha256 of what follows, length of the header (u32), the header (JSON), then for each result
 *   key (32 bytes), seconds (f64), number of outputs (u16), and for each output
 *     shape (u16, position in the header's list of [name, type, kind]), bytes (u48), sha256 (32 bytes).
 * Little-endian.
 */
const magic = Buffer.from('TLINDEX1');
const preamble = magic.length + 32 + 4;
const keyBytes = 32;
const resultBytes = keyBytes + 8 + 2;
const outputBytes = 2 + 6 + 32;

/** The key that is looked up. */
const sought = Buffer.alloc(keyBytes);

type Shape = readonly [name: string, type: string, kind: string];

interface Header {
  readonly store: string;
  readonly epoch: string;
  readonly count: number;
  readonly shapes: readonly Shape[];
}

/** The store that an index is of. */
export interface IndexedStore {
  readonly id: string;
  /** A word that changes whenever the store replaces a record by a different one. */
  readonly epoch: () => string;
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
  readonly #added = new Map<string, KnownResult>();
  /** Keys whose results in `#packed` count no more. */
  readonly #dropped = new Set<string>();
  #packed: Buffer = Buffer.alloc(0);
  /** Where each result begins in `#packed`. */
  #places: Uint32Array = new Uint32Array();
  /** A hash table with open addressing: 1 + position in `#places`, 0 where nothing is. Its length is a power of two. */
  #slots: Uint32Array = new Uint32Array(1);
  #shapes: readonly Shape[] = [];
  #loaded = false;
  #epoch = '';

  constructor(path: string, of: IndexedStore) {
    this.#path = path;
    this.#of = of;
  }

  get(key: string): KnownResult | undefined {
    this.#load();
    const added = this.#added.get(key);
    if (added) return added;
    const place = this.#placeOf(key);
    return place === undefined || this.#dropped.has(key) ? undefined : this.#resultAt(place);
  }

  add(key: string, result: KnownResult): void {
    this.#load();
    this.#added.set(key, result);
  }

  /** Its objects are gone. */
  drop(key: string): void {
    this.#load();
    this.#dropped.add(key);
    this.#added.delete(key);
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
      file = readFileSync(this.#path);
    } catch {
      return;
    }
    const body = unsealed(file);
    if (!body) return;
    const header = JSON.parse(body.toString('utf8', 4, 4 + body.readUInt32LE(0))) as Header;
    if (header.store !== this.#of.id || header.epoch !== this.#epoch) return;
    this.#packed = body;
    this.#shapes = header.shapes;
    this.#places = new Uint32Array(header.count);
    this.#slots = new Uint32Array(1 << Math.ceil(Math.log2(2 * header.count + 1)));
    let at = 4 + body.readUInt32LE(0);
    for (let entry = 0; entry < header.count; entry++) {
      this.#places[entry] = at;
      let slot = body.readUInt32LE(at) & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = entry + 1;
      at += resultBytes + body.readUInt16LE(at + keyBytes + 8) * outputBytes;
    }
  }

  /** Keys are digests, so their first bytes are as good as any hash. */
  #placeOf(key: string): number | undefined {
    sought.write(key, 'hex');
    const [packed, slots] = [this.#packed, this.#slots];
    for (let slot = sought.readUInt32LE(0); ; slot++) {
      const entry = slots[slot & (slots.length - 1)]!;
      if (entry === 0) return undefined;
      const place = this.#places[entry - 1]!;
      if (packed.compare(sought, 0, keyBytes, place, place + keyBytes) === 0) return place;
    }
  }

  #resultAt(place: number): KnownResult {
    const packed = this.#packed;
    const outputs: Record<string, ObjectRef> = {};
    let at = place + resultBytes;
    for (let left = packed.readUInt16LE(place + keyBytes + 8); left > 0; left--, at += outputBytes) {
      const [name, type, kind] = this.#shapes[packed.readUInt16LE(at)]!;
      outputs[name] = {
        type,
        sha256: packed.toString('hex', at + 8, at + 8 + 32),
        bytes: packed.readUIntLE(at + 2, 6),
        kind,
      } as ObjectRef;
    }
    return { outputs, seconds: packed.readDoubleLE(place + keyBytes) };
  }

  #encoded(): Buffer {
    const shapes = new Map(this.#shapes.map((shape, at) => [JSON.stringify(shape), at]));
    const parts: Buffer[] = [];
    for (const [key, result] of this.#added) parts.push(encodeResult(key, result, shapes));
    for (const place of this.#places) {
      const key = this.#packed.toString('hex', place, place + keyBytes);
      if (this.#added.has(key) || this.#dropped.has(key)) continue;
      const count = this.#packed.readUInt16LE(place + keyBytes + 8);
      parts.push(this.#packed.subarray(place, place + resultBytes + count * outputBytes));
    }
    const header: Header = {
      store: this.#of.id,
      epoch: this.#epoch,
      count: parts.length,
      shapes: [...shapes.keys()].map((shape) => JSON.parse(shape) as Shape),
    };
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    return sealed(Buffer.concat([length, text, ...parts]));
  }
}

function encodeResult(key: string, { outputs, seconds }: KnownResult, shapes: Map<string, number>): Buffer {
  const named = Object.entries(outputs);
  const bytes = Buffer.alloc(resultBytes + named.length * outputBytes);
  bytes.write(key, 0, 'hex');
  bytes.writeDoubleLE(seconds, keyBytes);
  bytes.writeUInt16LE(named.length, keyBytes + 8);
  named.forEach(([name, ref], index) => {
    const shape = JSON.stringify([name, ref.type, ref.kind]);
    const at = resultBytes + index * outputBytes;
    bytes.writeUInt16LE(shapes.get(shape) ?? shapes.size, at);
    if (!shapes.has(shape)) shapes.set(shape, shapes.size);
    bytes.writeUIntLE(ref.bytes, at + 2, 6);
    bytes.write(ref.sha256, at + 8, 'hex');
  });
  return bytes;
}

const digest = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest();

const sealed = (body: Buffer): Buffer => Buffer.concat([magic, digest(body), body]);

function unsealed(file: Buffer): Buffer | undefined {
  if (file.length < preamble || !file.subarray(0, magic.length).equals(magic)) return undefined;
  const body = file.subarray(magic.length + 32);
  return digest(body).equals(file.subarray(magic.length, magic.length + 32)) ? body : undefined;
}
