import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoints } from '../pipeline/stage.js';
import { ensureFolder, writeDurably } from '../store/durable.js';
import { inWords } from '../store/errors.js';
import { failpoint } from '../store/failpoints.js';
import { removeIfAllowed } from '../store/staging.js';
import type { Clock } from './clock.js';

const kept = 2;
const everyMs = 60_000;
/** Saving may take one part in so many of the time. */
const shareOfTime = 100;
const magic = Buffer.from('TLCKPT1\n');
const trailerBytes = magic.length + 32;

export interface CheckpointOptions {
  /** The folder of this key's unfinished work. */
  readonly folder: string;
  readonly key: string;
  readonly clock: Clock;
  /** Seconds between two of them, and how many are kept; a minute and two as a rule. */
  readonly every?: number | undefined;
  readonly keep?: number | undefined;
  /** A checkpoint is an aid: that one cannot be written is told, once, and the work goes on. */
  readonly warn: (message: string) => void;
}

/**
 * States of an unfinished computation, so that a new try of the same key goes on where the last one stood. A file is the
 * payload and a trailer (magic, sha256 over key, generation and payload): one that was cut short is never taken.
 */
export class FileCheckpoints implements Checkpoints {
  readonly #options: CheckpointOptions;
  readonly #folder: string;
  #savedAt: number;
  #costMs = 0;
  #warned = false;
  /** True when `latest` gave something back. */
  resumed = false;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#folder = join(options.folder, 'ckpt');
    this.#savedAt = options.clock.monotonic();
  }

  latest(): Uint8Array | undefined {
    for (const { name, generation } of listed(this.#folder).reverse()) {
      const payload = unseal(readFileSync(join(this.#folder, name)), this.#options.key, generation);
      if (payload) {
        this.resumed = true;
        return payload;
      }
    }
    return undefined;
  }

  due(): boolean {
    const { every } = this.#options;
    const pause = Math.max(every === undefined ? everyMs : every * 1000, this.#costMs * shareOfTime);
    return this.#options.clock.monotonic() - this.#savedAt >= pause;
  }

  save(generation: number, bytes: Uint8Array): void {
    if (!Number.isSafeInteger(generation) || generation < 0)
      throw new RangeError(`checkpoint: ${generation} is not a generation`);
    const { clock, key, warn } = this.#options;
    const start = clock.monotonic();
    try {
      this.#write(fileName(generation), seal(bytes, key, generation));
    } catch (error) {
      const words = inWords(error, this.#folder, bytes.byteLength);
      if (!this.#warned)
        warn(`no checkpoint could be saved: ${words instanceof Error ? words.message : String(words)}`);
      this.#warned = true;
    }
    this.#savedAt = clock.monotonic();
    this.#costMs = this.#savedAt - start;
  }

  /** The computation is finished: nobody will ask for them again. */
  remove(): void {
    // What a colleague left there, in a shared store, may be the colleague's alone.
    removeIfAllowed(this.#options.folder);
    failpoint('checkpoint.removed');
  }

  #write(name: string, bytes: Uint8Array): void {
    ensureFolder(this.#folder);
    const temporary = join(this.#folder, `${name}.${process.pid}.tmp`);
    rmSync(temporary, { force: true });
    writeDurably(temporary, bytes, 0o644);
    failpoint('checkpoint.written');
    renameSync(temporary, join(this.#folder, name));
    failpoint('checkpoint.named');
    for (const old of listed(this.#folder).slice(0, -(this.#options.keep ?? kept)))
      rmSync(join(this.#folder, old.name), { force: true });
  }
}

const fileName = (generation: number): string => `${String(generation).padStart(6, '0')}.bin`;

/** Ascending by generation. */
function listed(folder: string): { name: string; generation: number }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d{6,}\.bin$/.test(name))
    .map((name) => ({ name, generation: Number.parseInt(name, 10) }))
    .sort((a, b) => a.generation - b.generation);
}

function seal(payload: Uint8Array, key: string, generation: number): Uint8Array {
  return Buffer.concat([payload, magic, digest(payload, key, generation)]);
}

function unseal(file: Buffer, key: string, generation: number): Uint8Array | undefined {
  const end = file.length - trailerBytes;
  if (end < 0 || !file.subarray(end, end + magic.length).equals(magic)) return undefined;
  const payload = file.subarray(0, end);
  if (!file.subarray(end + magic.length).equals(digest(payload, key, generation))) return undefined;
  // A copy: whoever lays typed arrays over it needs it to start at an aligned place.
  return Uint8Array.from(payload);
}

function digest(payload: Uint8Array, key: string, generation: number): Buffer {
  return createHash('sha256').update(`${key}\0${generation}\0`).update(payload).digest();
}
