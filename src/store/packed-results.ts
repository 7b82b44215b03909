import { createHash } from 'node:crypto';
import { digestAt, listedBytes, putObject, sizeAt } from './object-list.js';
import type { ObjectRef, Outputs } from './record.js';

/** What is needed of a record to use its result. */
export interface KnownResult {
  readonly key: string;
  readonly outputs: Outputs;
  /** What it took to make. */
  readonly seconds: number;
}

/*
 * The file: magic, sha256 of what follows, length of the header (u32), the header (JSON), then for each result
 *   key (32 bytes), seconds (f64), number of outputs (u16), and for each output
 *     shape (u16, position in the header's list of [name, type, kind]), size and digest as in a list of objects.
 * Little-endian.
 */
const magic = Buffer.from('TLINDEX1');
const preamble = magic.length + 32 + 4;
const keyBytes = 32;
const resultBytes = keyBytes + 8 + 2;
const outputBytes = 2 + listedBytes;

type Shape = readonly [name: string, type: string, kind: string];

/** Whose results they are. */
export interface PackedOf {
  readonly store: string;
  readonly epoch: string;
}

export interface PackedHeader extends PackedOf {
  readonly count: number;
  readonly shapes: readonly Shape[];
}

/** Many results in some bytes, found by their keys and read out when they are asked for. */
export class PackedResults {
  readonly header: PackedHeader;
  /** What the header and the results lie in. */
  readonly body: Buffer;
  /** Where each result begins. */
  readonly #places: Uint32Array;
  /** A hash table with open addressing: 1 + position in `#places`, 0 where nothing is. Its length is a power of two. */
  readonly #slots: Uint32Array;

  constructor(header: PackedHeader, body: Buffer) {
    const { count } = header;
    this.header = header;
    this.body = body;
    this.#places = new Uint32Array(count);
    this.#slots = new Uint32Array(1 << Math.ceil(Math.log2(2 * count + 1)));
    const mask = this.#slots.length - 1;
    let at = startOf(body);
    for (let entry = 0; entry < count; entry++) {
      this.#places[entry] = at;
      let slot = body.readUInt32BE(at) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
      at = endOf(body, at);
    }
  }

  get count(): number {
    return this.#places.length;
  }

  /** Keys are digests, so their first bytes are as good as any hash. */
  entryOf(key: string): number | undefined {
    const slots = this.#slots;
    for (let slot = Number.parseInt(key.slice(0, 8), 16); ; slot++) {
      const entry = slots[slot & (slots.length - 1)]!;
      if (entry === 0) return undefined;
      if (this.keyAt(entry - 1) === key) return entry - 1;
    }
  }

  keyAt(entry: number): string {
    const place = this.#places[entry]!;
    return this.body.toString('hex', place, place + keyBytes);
  }

  secondsAt(entry: number): number {
    return this.body.readDoubleLE(this.#places[entry]! + keyBytes);
  }

  outputsAt(entry: number): Outputs {
    const body = this.body;
    const outputs: Record<string, ObjectRef> = {};
    const place = this.#places[entry]!;
    for (let at = place + resultBytes, end = endOf(body, place); at < end; at += outputBytes) {
      const [name, type, kind] = this.header.shapes[body.readUInt16LE(at)]!;
      const [sha256, bytes] = [digestAt(body, at + 2), sizeAt(body, at + 2)];
      outputs[name] = { type, sha256, bytes, kind } as ObjectRef;
    }
    return outputs;
  }

  /** A result as it lies here. */
  bytesAt(entry: number): Buffer {
    const place = this.#places[entry]!;
    return this.body.subarray(place, endOf(this.body, place));
  }

  /** Lists the objects of the results that are chosen, as `listObjects` does. */
  objectsOf(chosen: (entry: number) => boolean): Buffer {
    const body = this.body;
    let bytes = 0;
    this.#places.forEach((place, entry) => {
      if (chosen(entry)) bytes += body.readUInt16LE(place + keyBytes + 8) * listedBytes;
    });
    const list = Buffer.allocUnsafe(bytes);
    let to = 0;
    this.#places.forEach((place, entry) => {
      if (!chosen(entry)) return;
      for (let at = place + resultBytes, end = endOf(body, place); at < end; at += outputBytes)
        // Byte by byte: for so few of them a call that copies takes longer.
        for (let byte = at + 2; byte < at + outputBytes; byte++) list[to++] = body[byte]!;
    });
    return list;
  }
}

const startOf = (body: Buffer): number => 4 + body.readUInt32LE(0);

const endOf = (body: Buffer, place: number): number =>
  place + resultBytes + body.readUInt16LE(place + keyBytes + 8) * outputBytes;

/** What `packed` wrote; undefined for what is torn or damaged. */
export function unpacked(file: Buffer): PackedResults | undefined {
  if (file.length < preamble || !file.subarray(0, magic.length).equals(magic)) return undefined;
  const body = file.subarray(magic.length + 32);
  if (!digest(body).equals(file.subarray(magic.length, magic.length + 32))) return undefined;
  return new PackedResults(JSON.parse(body.toString('utf8', 4, startOf(body))) as PackedHeader, body);
}

/**
 * The bytes of an index.
 *
 * @param results by key.
 * @param before results that stay as they are; of `from` those entries.
 */
export function packed(
  of: PackedOf,
  results: ReadonlyMap<string, Omit<KnownResult, 'key'>>,
  before: { readonly from: PackedResults | undefined; readonly entries: readonly number[] },
): Buffer {
  const shapes = new Map((before.from?.header.shapes ?? []).map((shape, at) => [JSON.stringify(shape), at]));
  const parts = [...results].map(([key, result]) => encodeResult(key, result, shapes));
  for (const entry of before.entries) parts.push(before.from!.bytesAt(entry));
  const header: PackedHeader = {
    ...of,
    count: parts.length,
    shapes: [...shapes.keys()].map((shape) => JSON.parse(shape) as Shape),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const file = Buffer.concat([magic, Buffer.alloc(32), length, text, ...parts]);
  digest(file.subarray(magic.length + 32)).copy(file, magic.length);
  return file;
}

function encodeResult(
  key: string,
  { outputs, seconds }: Omit<KnownResult, 'key'>,
  shapes: Map<string, number>,
): Buffer {
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
    putObject(bytes, at + 2, [ref.sha256, ref.bytes]);
  });
  return bytes;
}

const digest = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest();
