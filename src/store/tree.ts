import { byCodeUnit, canonicalJson, type Json } from '../base/json.js';
import { isDigest } from './layout.js';

/** One file of a tree: `f` a plain file, `x` an executable one. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: 'f' | 'x';
  readonly sha256: string;
  readonly bytes: number;
}

/** The bytes of a tree object: canonical JSON, sorted by path, so that equal trees have equal digests. */
export function encodeTree(entries: readonly TreeEntry[]): Uint8Array {
  checkPaths(entries.map((entry) => entry.path));
  const sorted = [...entries].sort((a, b) => byCodeUnit(a.path, b.path));
  return Buffer.from(
    canonicalJson(sorted.map(({ path, mode, sha256, bytes }) => ({ path, mode, sha256, bytes }))),
  );
}

/** @throws Error when the bytes are no tree: no such object was ever published. */
export function decodeTree(bytes: Uint8Array): readonly TreeEntry[] {
  const parsed = JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  if (!Array.isArray(parsed)) throw new Error('a tree is a list of files');
  const entries = (parsed as readonly Json[]).map(entryOf);
  checkPaths(entries.map((entry) => entry.path));
  return entries;
}

function entryOf(value: Json): TreeEntry {
  const { path, mode, sha256, bytes } = (value ?? {}) as Readonly<Record<string, Json>>;
  if (typeof path !== 'string' || (mode !== 'f' && mode !== 'x') || !isDigest(sha256))
    throw new Error(`not a file of a tree: ${JSON.stringify(value)}`);
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0)
    throw new Error(`not a file of a tree: ${JSON.stringify(value)}`);
  return { path, mode, sha256, bytes };
}

/**
 * Refuses what would not mean the same everywhere: absolute paths and `..`, names that differ only in case, and a
 * file that is also a folder.
 *
 * @throws Error naming the path.
 */
export function checkPaths(paths: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split('/');
    if (/[\\\u0000-\u001f]/.test(path) || parts.some((part) => part === '' || part === '.' || part === '..'))
      throw new Error(`${JSON.stringify(path)} is not a relative path of plain names`);
    const folded = path.toLowerCase();
    const other = taken.get(folded);
    if (other !== undefined)
      throw new Error(`${JSON.stringify(path)} and ${JSON.stringify(other)} differ only in case`);
    taken.set(folded, path);
  }
  for (const path of taken.keys())
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      if (taken.has(path.slice(0, at)))
        throw new Error(`${JSON.stringify(taken.get(path.slice(0, at)))} is a file and a folder`);
}
