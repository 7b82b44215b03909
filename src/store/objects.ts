import { counted } from '../base/counted.js';
import { closeSync, fstatSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { relist, sha256Hex } from './durable.js';
import { errorCode, ObjectLostError } from './errors.js';
import type { Layout } from './layout.js';
import type { SizedObject } from './object-list.js';
import { isUnreadable, openPlain } from './plain-file.js';
import { quarantine } from './quarantine.js';
import type { ObjectRef } from './record.js';
import { decodeTree, type TreeEntry } from './tree.js';

/**
 * Reads objects. What was seen once stays believed for the life of this reader, so that a plan with everything cached
 * costs one `stat` an object; bytes are checked against their digest whenever they are consumed.
 */
export class Objects {
  readonly #layout: Layout;
  readonly #sizes = new Map<string, number>();
  /** Digest -> identity of the file whose bytes were found right. */
  readonly #verified = new Map<string, string>();
  readonly #trees = new Map<string, readonly TreeEntry[]>();
  #doubts = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** How often something of what was seen was to be believed no more. */
  get doubts(): number {
    return this.#doubts;
  }

  /** Whether an object is there (of a tree: all its files too) with its size, so that nothing of it need be remembered. */
  isThere(ref: ObjectRef): boolean {
    if (ref.kind === 'tree') return this.problem(ref) === undefined;
    return this.#sizeOf(ref.sha256) === ref.bytes;
  }

  #sizeOf(sha256: string): number | undefined {
    const stat = statSync(this.#layout.object(sha256), absentIsNothing);
    return stat?.isFile() === true ? stat.size : undefined;
  }

  /** What is wrong with an object by name and size (of a tree: its files too), or undefined. Changes nothing. */
  problem(ref: ObjectRef): string | undefined {
    const own = this.#sizeProblem(ref.sha256, ref.bytes);
    if (own !== undefined || ref.kind === 'blob') return own;
    let entries: readonly TreeEntry[];
    try {
      entries = this.#entries(ref.sha256);
    } catch {
      return `${short(ref.sha256)} is damaged`;
    }
    for (const entry of entries) {
      const problem = this.#sizeProblem(entry.sha256, entry.bytes);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** The same once more, after what a network file system remembers of the folders has been asked for anew. */
  problemAfterListing(ref: ObjectRef): string | undefined {
    const files = this.#trees.get(ref.sha256) ?? [];
    this.forget(ref.sha256);
    for (const { sha256 } of [ref, ...files]) relist(dirname(this.#layout.object(sha256)));
    return this.problem(ref);
  }

  /** The objects of which it is remembered that they are there, with their sizes. */
  seen(): Iterable<SizedObject> {
    return this.#sizes;
  }

  /** True when the object is there and its bytes are right. */
  intact(sha256: string, bytes: number): boolean {
    this.forget(sha256);
    if (this.#sizeProblem(sha256, bytes) !== undefined) return false;
    try {
      this.#readVerified(sha256);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * The bytes of an object, checked. A damaged one is moved out of the way, so that the next look-up is a miss and
   * what made it runs again.
   *
   * @throws ObjectLostError when it is missing or damaged.
   */
  read(sha256: string): Uint8Array {
    try {
      return this.#readVerified(sha256);
    } catch (error) {
      this.forget(sha256);
      if (!(error instanceof ObjectLostError)) throw error;
      quarantine(this.#layout, this.#layout.object(sha256));
      throw error;
    }
  }

  /** The files of a tree, sorted by path. @throws ObjectLostError */
  tree(sha256: string): readonly TreeEntry[] {
    const known = this.#trees.get(sha256);
    if (known) return known;
    const entries = decodeTree(this.read(sha256));
    this.#trees.set(sha256, entries);
    return entries;
  }

  /** Moves what has the name of an object (of a tree: of one of its files) and not its size out of the way: it is of no use. */
  clearAway(ref: ObjectRef): void {
    for (const { sha256, bytes } of [...this.#filesOf(ref), ref]) {
      const size = this.#sizeOf(sha256);
      if (size === undefined || size === bytes) continue;
      this.forget(sha256);
      quarantine(this.#layout, this.#layout.object(sha256));
    }
  }

  /** Believes nothing any more of this object (of a tree: of its files). */
  forget(sha256: string): void {
    this.#doubts++;
    for (const entry of this.#trees.get(sha256) ?? []) this.#sizes.delete(entry.sha256);
    this.#trees.delete(sha256);
    this.#sizes.delete(sha256);
  }

  #entries(sha256: string): readonly TreeEntry[] {
    const known = this.#trees.get(sha256);
    if (known) return known;
    const entries = decodeTree(this.#readVerified(sha256));
    this.#trees.set(sha256, entries);
    return entries;
  }

  /** Of a tree that can be read. */
  #filesOf({ sha256, kind }: ObjectRef): readonly TreeEntry[] {
    try {
      return kind === 'tree' ? this.#entries(sha256) : [];
    } catch {
      return [];
    }
  }

  #sizeProblem(sha256: string, bytes: number): string | undefined {
    let size = this.#sizes.get(sha256);
    if (size === undefined) {
      size = this.#sizeOf(sha256);
      if (size === undefined) return `${short(sha256)} is missing`;
      this.#sizes.set(sha256, size);
    }
    return size === bytes ? undefined : `${short(sha256)} has ${counted(size, 'byte')} instead of ${bytes}`;
  }

  #open(sha256: string): number {
    try {
      const file = openPatiently(this.#layout.object(sha256));
      if (file !== undefined) return file;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // Who may not read it can say nothing of it.
      throw error.foreign ? new ObjectLostError(sha256, `it ${error.why}`) : error.cause;
    }
    throw new ObjectLostError(sha256, 'it is missing');
  }

  #readVerified(sha256: string): Uint8Array {
    const file = this.#open(sha256);
    try {
      const { ino, size, mtimeNs, ctimeNs } = fstatSync(file, { bigint: true });
      const identity = [ino, size, mtimeNs, ctimeNs].join(':');
      const bytes = readFileSync(file);
      if (this.#verified.get(sha256) !== identity) {
        if (sha256Hex(bytes) !== sha256)
          throw new ObjectLostError(sha256, 'its bytes do not have its digest');
        this.#verified.set(sha256, identity);
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  }
}

const absentIsNothing = { throwIfNoEntry: false } as const;

/** Of a file that seems to be missing a network file system may only not have heard yet: its folder is listed first. */
function openPatiently(path: string): number | undefined {
  for (let again = false; ; again = true) {
    try {
      return openPlain(path).file;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      if (again) return undefined;
      relist(dirname(path));
    }
  }
}

const short = (sha256: string): string => `object ${sha256.slice(0, 12)}…`;
