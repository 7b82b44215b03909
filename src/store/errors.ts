import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../base/result.js';

/** `unusable`: the place cannot hold a store. `full`: no space or quota is left. */
export type StoreProblem = 'unusable' | 'full';

/** The store cannot do its work; the message says where, why and what to do. */
export class StoreError extends UserError {
  readonly problem: StoreProblem;
  constructor(problem: StoreProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** An object that a record names is not there, or its bytes are not what its name says. */
export class ObjectLostError extends Error {
  override readonly name = 'ObjectLostError';
  readonly sha256: string;
  constructor(sha256: string, why: string) {
    super(`object ${sha256.slice(0, 12)}… is lost: ${why}`);
    this.sha256 = sha256;
  }
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const linkCodes = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV']);
const placeCodes = new Set(['ENOTDIR', 'EEXIST', 'EISDIR']);
const accessCodes = new Set(['EACCES', 'EPERM', 'EROFS']);

export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

export function isFull(error: unknown): boolean {
  return fullCodes.has(errorCode(error)) || (error instanceof StoreError && error.problem === 'full');
}

/**
 * Runs file-system work on behalf of a user: an error that the world caused becomes a `StoreError` in words.
 *
 * @param where the file or folder that is being written.
 * @param bytes how much was to be written, for the message.
 */
export function guarded<T>(where: string, bytes: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inWords(error, where, bytes);
  }
}

/** The same error in words for the user when the file system is to blame; else the error itself. */
export function inWords(error: unknown, where: string, bytes: number): unknown {
  const code = errorCode(error);
  if (fullCodes.has(code)) return new StoreError('full', fullMessage(code, where, bytes));
  if (accessCodes.has(code))
    return new StoreError('unusable', `Cannot write ${where} (${code}): take another place with --store.`);
  if (code === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'mkdir')
    return new StoreError(
      'unusable',
      `Cannot write ${where} (${code}): its file system takes no new folders. Take another place with --store.`,
    );
  if (placeCodes.has(code))
    return new StoreError(
      'unusable',
      `Cannot write ${where} (${code}): a file is in the way where a folder is needed. Take another place with --store.`,
    );
  if (linkCodes.has(code))
    return new StoreError(
      'unusable',
      `The file system of ${where} cannot make hard links (${code}): put the store on another one with --store.`,
    );
  return error;
}

function fullMessage(code: string, where: string, bytes: number): string {
  if (code === 'EFBIG')
    return `${where} may not be as large as ${count(bytes)} (EFBIG): raise the limit with ulimit -f, and run again: what is finished is kept.`;
  const what = code === 'EDQUOT' ? 'The disk quota is used up' : 'The disk is full';
  return (
    `${what} (${code}): could not write ${count(bytes)} to ${where}.${spaceLeft(where)} ` +
    'Free some space, or take another place with --store, and run again: what is finished is kept.'
  );
}

function spaceLeft(where: string): string {
  for (let folder = dirname(where); ; folder = dirname(folder)) {
    try {
      const { bavail, blocks, bsize } = statfsSync(folder);
      return ` ${count(bavail * bsize)} of ${count(blocks * bsize)} are free there.`;
    } catch {
      if (folder === dirname(folder)) return '';
    }
  }
}

const count = (bytes: number): string => `${bytes.toLocaleString('en-US')} ${bytes === 1 ? 'byte' : 'bytes'}`;
