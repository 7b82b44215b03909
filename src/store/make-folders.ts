import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './errors.js';

/**
 * Makes a folder, and those above it that are missing. Node's own way (`recursive`) never ends on a file system that says of
 * a new folder in a folder that is there that there is no such folder, as /proc does.
 *
 * @returns the first that was made; undefined when all were there.
 * @throws the error of the system.
 */
export function makeFolders(path: string): string | undefined {
  // Most of the time it is there, and an exception costs more than a look.
  if (isFolder(path)) return undefined;
  try {
    return made(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const above = makeFolders(dirname(path));
  const own = made(path);
  return above ?? own;
}

function made(path: string): string | undefined {
  try {
    mkdirSync(path);
    return path;
  } catch (error) {
    // Somebody else was faster.
    if (errorCode(error) === 'EEXIST' && isFolder(path)) return undefined;
    throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Removes a folder and those above it up to a last one that stays, as long as nothing is in them. */
export function removeEmpty(folder: string, last: string): void {
  try {
    for (let at = folder; at !== last && at !== dirname(at); at = dirname(at)) rmdirSync(at);
  } catch {
    // Somebody has put something there.
  }
}
