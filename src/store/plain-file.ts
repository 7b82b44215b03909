import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats } from 'node:fs';
import { errorCode } from './errors.js';

/** A pipe in the place of a file is not waited for. */
const atOnce = constants.O_RDONLY | constants.O_NONBLOCK;

/** What is no file. */
const foreignCodes = new Set(['EISDIR', 'ELOOP', 'ENXIO', 'ENODEV', 'EAGAIN']);
/** What makes one file unusable and says nothing of the others. */
const ownCodes = new Set([...foreignCodes, 'EACCES', 'EPERM', 'EIO']);

/** Something lies in the place of a file that cannot be read as one. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  /** `is no file`, `cannot be read (EACCES)`. */
  readonly why: string;
  /** It is no file at all: nothing that was ever written there. */
  readonly foreign: boolean;
  constructor(path: string, why: string, { foreign, cause }: { foreign: boolean; cause?: unknown }) {
    super(`${path} ${why}`, { cause });
    this.why = why;
    this.foreign = foreign;
  }
}

export const isUnreadable = (error: unknown): error is UnreadableError => error instanceof UnreadableError;

/**
 * Opens a file to read it.
 *
 * @throws UnreadableError for what is no file, and for what may not be read; else the error of the system.
 */
export function openPlain(path: string): { readonly file: number; readonly stat: Stats } {
  const file = inPlace(path, () => openSync(path, atOnce));
  const stat = fstatSync(file);
  if (stat.isFile()) return { file, stat };
  closeSync(file);
  throw new UnreadableError(path, 'is no file', { foreign: true });
}

/** The bytes of a file. @throws as `openPlain` does. */
export function readPlain(path: string): Buffer {
  const { file } = openPlain(path);
  try {
    return inPlace(path, () => readFileSync(file));
  } finally {
    closeSync(file);
  }
}

let buffer = Buffer.alloc(64 * 1024);

/** The text of a small file, its size and when it was written, in as few calls as can be. @throws as `openPlain` does. */
export function readPlainText(path: string): { readonly text: string; readonly stat: Stats } {
  const { file, stat } = openPlain(path);
  try {
    if (stat.size > buffer.length) buffer = Buffer.alloc(2 * stat.size);
    const got = inPlace(path, () => readSync(file, buffer, 0, stat.size, 0));
    return { text: buffer.toString('utf8', 0, got), stat };
  } finally {
    closeSync(file);
  }
}

function inPlace<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = errorCode(error);
    if (!ownCodes.has(code)) throw error;
    const foreign = foreignCodes.has(code);
    throw new UnreadableError(path, foreign ? 'is no file' : `cannot be read (${code})`, {
      foreign,
      cause: error,
    });
  }
}
