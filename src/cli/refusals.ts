import { UserError } from '../base/result.js';
import { errorCode } from '../store/errors.js';

/** What a file system may refuse to anybody, in words. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that',
  EPERM: 'this user may not do that',
  EROFS: 'the file system is read-only',
  EISDIR: 'a folder is where a file should be',
  ENOTDIR: 'a file is where a folder should be',
  EEXIST: 'it is there already',
  ENOTEMPTY: 'it is there already, and not empty',
  ELOOP: 'symbolic links lead round in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the system lets it be; ulimit -f says how large',
  EMFILE: 'too many files are open; raise the limit with ulimit -n',
  EIO: 'the disk does not answer as it should',
};

/** `(EROFS in mkdir): the file system is read-only`; undefined when the error is none of the system's. */
export function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return undefined;
  // What is above it was there a moment ago.
  if (code === 'ENOENT' && syscall === 'mkdir')
    return `(${code} in ${syscall}): its file system takes no new folders`;
  const why = Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  return why === undefined ? undefined : `(${code} in ${syscall}): ${why}`;
}

/**
 * Writes what a user asked to have at a place of the user's choice.
 *
 * @throws UserError that names the place, when the system refuses.
 */
export function writingTo<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotBeWritten(path, error);
  }
}

/** The error in words for the user when the system refused; else the error itself. */
export function cannotBeWritten(path: string, error: unknown): unknown {
  const why =
    refusal(error) ??
    (errorCode(error) === 'ENOENT' ? '(ENOENT): its file system takes no new files' : undefined);
  return why === undefined ? error : new UserError(`${path} cannot be written ${why}. Name another place.`);
}
