import { join, resolve, sep } from 'node:path';
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
  EBUSY: 'it is in use',
  ESTALE: 'the network file system has lost sight of it; try again',
  ETIMEDOUT: 'the network file system does not answer',
  ENOTSUP: 'its file system cannot do that',
  ENFILE: 'too many files are open on this machine',
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
    throw inWords(path, error);
  }
}

/** The same for work that also reads: an error that names a file elsewhere stays what it is. */
export function cannotBeWritten(path: string, error: unknown): unknown {
  const { path: about, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === 'read') return error;
  return about === undefined || concerns(about, resolve(path)) ? inWords(path, error) : error;
}

/** Whether a path is that of something to be written, of its temporary name, or of a folder above it. */
const concerns = (about: string, target: string): boolean =>
  resolve(about).startsWith(target) || target.startsWith(join(resolve(about), sep));

function inWords(path: string, error: unknown): unknown {
  const why =
    refusal(error) ??
    (errorCode(error) === 'ENOENT' ? '(ENOENT): its file system takes no new files' : undefined);
  return why === undefined ? error : new UserError(`${path} cannot be written ${why}. Name another place.`);
}
