import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '../base/json.js';
import { errorCode, StoreError } from './errors.js';
import type { Layout } from './layout.js';
import { isUnreadable, readPlainText } from './plain-file.js';

const format = 'ticketlab-store';
const formatVersion = 1;

/** What says that a folder is a store. */
export const newMarker = (id: string): string =>
  JSON.stringify({ format, version: formatVersion, id, hash: 'sha256' });

/** @throws StoreError `unusable` when there cannot be a store at that place. */
export function checkPlace(root: string, writable: boolean): void {
  for (let folder = root; ; folder = dirname(folder)) {
    const kind = kindOf(folder);
    if (kind === 'none' && folder !== dirname(folder)) continue;
    if (kind === 'file')
      throw new StoreError(
        'unusable',
        `The store cannot be at ${root}: ${folder} is a file, not a folder. Take another place with --store.`,
      );
    try {
      accessSync(folder, (writable ? constants.W_OK : constants.R_OK) | constants.X_OK);
    } catch (error) {
      throw new StoreError(
        'unusable',
        `The store cannot be at ${root}: ${folder} is not ${writable ? 'writable' : 'readable'} (${errorCode(error)}). Take another place with --store.`,
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

/**
 * The id of the store that is there; undefined when none is yet, or when it has lost its mark and nothing else: whoever
 * writes to it gives it a new one.
 */
export function readMarker(layout: Layout): string | undefined {
  const { root, marker } = layout;
  const mark = markIn(layout);
  if (mark === undefined) {
    if (holdsResults(root)) return undefined;
    if (existsSync(marker)) throw foreignMark(marker);
    checkFresh(root);
    return undefined;
  }
  const { format: name, version, id } = (mark ?? {}) as Readonly<Record<string, Json>>;
  if (name !== format) throw foreignMark(marker);
  if (version !== formatVersion)
    throw new StoreError(
      'unusable',
      `The store at ${root} has format ${JSON.stringify(version)}; this ticketlab knows format ${formatVersion}. Update ticketlab, or take another place with --store.`,
    );
  // It becomes part of a file name.
  return typeof id === 'string' && /^[0-9a-f]{1,64}$/.test(id) ? id : undefined;
}

/** Whether a folder has the mark of a store, whatever that says. */
export const isMarked = (layout: Layout): boolean => markIn(layout) !== undefined;

/** Whether there is a store whose mark is gone or damaged. */
export const hasLostItsMark = (layout: Layout): boolean => !isMarked(layout) && holdsResults(layout.root);

/** What the mark says; undefined when it is not there, or torn. */
function markIn({ marker }: Layout): Json | undefined {
  let text: string;
  try {
    ({ text } = readPlainText(marker));
  } catch (error) {
    if (isUnreadable(error))
      throw new StoreError('unusable', `${error.message}. Take another place with --store.`);
    return undefined;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const foreignMark = (marker: string): StoreError =>
  new StoreError(
    'unusable',
    `${marker} is not the mark of a ticketlab store. Take another place with --store.`,
  );

/** First words of the names that a store has at its top. */
const ownNames = new Set(
  'STORE cas res lease attempt runs tmp quarantine cache epoch roots trash cap lost+found'.split(' '),
);

/** Whether a folder holds what a store with results does, and nothing else. */
function holdsResults(root: string): boolean {
  const names = namesIn(root);
  return (
    ['cas', 'res'].every((name) => names.includes(name)) &&
    names.every((name) => name.startsWith('.') || ownNames.has(name.split('.', 1)[0]!))
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Somebody's folder of other things must not be filled with ours. */
function checkFresh(root: string): void {
  const foreign = namesIn(root).find((name) => !name.startsWith('STORE.json.') && name !== 'lost+found');
  if (foreign !== undefined)
    throw new StoreError(
      'unusable',
      `${root} is not a ticketlab store and not empty (${join(root, foreign)}). Take another place with --store.`,
    );
}
