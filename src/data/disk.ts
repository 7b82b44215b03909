import { mkdir } from 'node:fs/promises';
import { UserError } from '../base/result.js';

/** Says in the user's words why the cache cannot be written. */
export function diskError(error: unknown, folder: string): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `there is no space left (${code}). Free some and run again: what has arrived is kept`
      : `${message}. Make the folder writable, or choose another cache folder, and run again`;
  return new UserError(`Cannot write the download cache ${folder}: ${reason}.`);
}

export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
}
