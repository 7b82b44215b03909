import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { err, ok, type Result } from '../base/result.js';
import { diskError, makeFolder } from './disk.js';
import { claimPartial, releasePartial, sizeOf } from './partial.js';
import { transfer } from './transfer.js';

export interface WantedFile {
  readonly name: string;
  readonly sha256: string;
  /** Addresses that end in `/`; tried in this order. */
  readonly mirrors: readonly string[];
}

export interface DownloadOptions {
  /** Where files are kept; made when missing. Several processes may use it at once. */
  readonly folder: string;
  readonly log: (line: string) => void;
  readonly onBytes?: (done: number, total: number | undefined) => void;
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds without a byte after which a transfer is given up; 30 s. */
  readonly stallMs?: number;
  /** Tries in a row without a new byte after which a mirror is given up; 4. */
  readonly tries?: number;
  /** Waits before try number n = 1, 2, …; 1 s, 2 s, 4 s. */
  readonly pause?: (n: number) => Promise<unknown>;
  /** Largest file that is accepted; 64 MiB. */
  readonly maxBytes?: number;
}

/** Why each mirror failed, in words for the user. */
export type DownloadFailure = readonly { readonly url: string; readonly reason: string }[];

/**
 * The bytes of a file with a known digest: from the cache folder, else downloaded into it. A transfer that breaks
 * off is resumed, by this call or by the next. The file appears in the folder whole and checked, or not at all.
 *
 * @throws UserError when the cache folder cannot be written.
 */
export async function download(
  file: WantedFile,
  options: DownloadOptions,
): Promise<Result<Uint8Array, DownloadFailure>> {
  const { folder, log } = options;
  await makeFolder(folder);
  const path = join(folder, file.name);
  const cached = await readChecked(path, file.sha256);
  if (cached instanceof Uint8Array) return ok(cached);
  if (cached !== 'missing') {
    log(`${path} has sha256 ${cached}, expected ${file.sha256}: deleted, downloading it again`);
    await rm(path, { force: true });
  }
  const partial = await claimPartial(folder, file.name).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  try {
    const bytes = await fromMirrors(file, partial, options);
    if (bytes.ok) await publish(partial, path);
    return bytes;
  } finally {
    await releasePartial(partial, folder, file.name);
  }
}

async function fromMirrors(
  file: WantedFile,
  partial: string,
  options: DownloadOptions,
): Promise<Result<Uint8Array, DownloadFailure>> {
  // A process that was killed just before the end may have left a whole file.
  const left = (await sizeOf(partial)) > 0 ? await readChecked(partial, file.sha256) : 'nothing';
  if (left instanceof Uint8Array) return ok(left);
  const failures: { url: string; reason: string }[] = [];
  for (const mirror of file.mirrors) {
    const url = mirror + file.name;
    options.log(`downloading ${url}`);
    const bytes = await fromMirror(url, file.sha256, partial, options);
    if (bytes.ok) return bytes;
    options.log(`${url}: ${bytes.error}`);
    failures.push({ url, reason: bytes.error });
  }
  return err(failures);
}

/** Tries one mirror until the file is there and right, or nothing new comes any more. */
async function fromMirror(
  url: string,
  sha256: string,
  partial: string,
  options: DownloadOptions,
): Promise<Result<Uint8Array, string>> {
  const { tries = 4, pause = backOff } = options;
  let furthest = await sizeOf(partial);
  let resumedInVain = false;
  let etag: string | undefined;
  for (let idle = 0; ;) {
    const offset = await sizeOf(partial);
    const end = await transfer({ ...transferDefaults(options), url, path: partial, offset, etag });
    if (end.ok) {
      const bytes = await readChecked(partial, sha256);
      if (bytes instanceof Uint8Array) return ok(bytes);
      await rm(partial, { force: true });
      // The wrong bytes may have been those that an earlier try left behind: once more from the start.
      if (offset === 0 || resumedInVain) return err(`sha256 is ${bytes}, expected ${sha256}; deleted`);
      resumedInVain = true;
      continue;
    }
    etag = end.error.etag;
    const size = await sizeOf(partial);
    idle = size > furthest ? 0 : idle + 1;
    furthest = Math.max(furthest, size);
    if (!end.error.retry || idle >= tries) return err(end.error.reason);
    options.log(`${url}: ${end.error.reason}; trying again from byte ${size}`);
    await pause(idle + 1);
  }
}

function transferDefaults(options: DownloadOptions) {
  return {
    fetch: options.fetch ?? globalThis.fetch,
    stallMs: options.stallMs ?? 30_000,
    maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
    onBytes: options.onBytes ?? (() => undefined),
  };
}

function backOff(n: number): Promise<unknown> {
  return wait(500 << n);
}

/** The bytes when they have the digest, else the digest they have, or 'missing'. */
async function readChecked(path: string, sha256: string): Promise<Uint8Array | string> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return 'missing';
  const found = createHash('sha256').update(bytes).digest('hex');
  return found === sha256 ? bytes : found;
}

async function publish(partial: string, path: string): Promise<void> {
  try {
    const file = await open(partial, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partial, path);
  } catch (error) {
    throw diskError(error, path);
  }
}
