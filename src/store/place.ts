import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '../base/json.js';
import { errorCode, StoreError } from './errors.js';
import type { Layout } from './layout.js';

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

/** The id of the store that is there; undefined when none is yet. */
export function readMarker({ root, marker }: Layout): string | undefined {
  let text: string;
  try {
    text = readFileSync(marker, 'utf8');
  } catch {
    checkFresh(root);
    return undefined;
  }
  let parsed: Json = null;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    // Reported below like any other file that is not ours.
  }
  const { format: name, version, id } = (parsed ?? {}) as Readonly<Record<string, Json>>;
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
  // It becomes part of a file name.
  return typeof id === 'string' && /^[0-9a-f]{1,64}$/.test(id) ? id : undefined;
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
