import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode } from './errors.js';

/**
 * Writes a file that is not there yet; it appears when it is complete, and of several writers one wins.
 *
 * @throws the error of the system: EEXIST when it is there.
 */
export function writeNewFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    giveName(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Gives a finished temporary file its name. What has appeared under it meanwhile is not replaced, where the file system
 * has links and can say so.
 */
export function giveName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw error;
    renameSync(temporary, path);
  }
}
