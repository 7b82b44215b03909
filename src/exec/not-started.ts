import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '../base/result.js';

/**
 * Why a program could not be started, in words.
 *
 * @param path the PATH that it was looked for on.
 */
export function notStarted(error: NodeJS.ErrnoException, program: string, path = ''): UserError {
  // A folder of the PATH that may not be looked into is refused access, too: then there is no such program.
  const isThere =
    program.includes('/') || path.split(delimiter).some((dir) => existsSync(join(dir, program)));
  if (error.code === 'EACCES' && isThere) return new UserError(`${program} is not executable.`);
  if (error.code === 'EACCES' || error.code === 'ENOENT')
    return new UserError(
      `There is no program ${program}: it is neither on the PATH nor among the files under code.`,
    );
  return new UserError(`${program} could not be started: ${error.message}`);
}
