import { open, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, UserError, type Result } from '../base/result.js';
import { diskError } from './disk.js';

export interface TransferRequest {
  readonly url: string;
  /** File that the bytes are written to. */
  readonly path: string;
  /** Bytes that are there already: the transfer asks for what follows them. */
  readonly offset: number;
  /** Entity tag of the bytes that are there, where the server gave one. */
  readonly etag: string | undefined;
  /** No more than this is accepted, whatever the server sends. */
  readonly maxBytes: number;
  /** Milliseconds without a byte after which the transfer is given up. */
  readonly stallMs: number;
  readonly fetch: typeof globalThis.fetch;
  /** Called with the bytes that are there and the size of the file, where the server tells it. */
  readonly onBytes: (done: number, total: number | undefined) => void;
}

export interface TransferFailure {
  readonly reason: string;
  /** Whether the same server may answer better another time. */
  readonly retry: boolean;
  readonly etag: string | undefined;
}

/**
 * One HTTP request for the rest of a file. A server that does not go on where asked (it ignores `Range`, or the
 * file has changed) sends the whole file, which then replaces what is there.
 *
 * @throws UserError when the disk is full or cannot be written.
 */
export async function transfer(request: TransferRequest): Promise<Result<void, TransferFailure>> {
  const controller = new AbortController();
  const stall = setTimeout(() => controller.abort(), request.stallMs);
  let etag = request.etag;
  const fail = (reason: string, retry: boolean) => err({ reason, retry, etag });
  try {
    const response = await request.fetch(request.url, {
      headers: rangeHeaders(request),
      signal: controller.signal,
    });
    const refusal = refusalOf(response, request);
    if (refusal !== undefined) {
      await response.body?.cancel();
      return fail(refusal, await mayImprove(response.status, request));
    }
    etag = response.headers.get('etag') ?? undefined;
    const received = await save(response, request, () => stall.refresh());
    return received === undefined ? ok(undefined) : fail(received, true);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (controller.signal.aborted) return fail(`nothing came for ${request.stallMs / 1000} s`, true);
    const code = codeOf(error);
    return fail(`connection failed (${code})`, passing.has(code));
  } finally {
    clearTimeout(stall);
  }
}

/** Failures of a connection that had been made: worth another try at once, unlike an unknown host. */
const passing = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function rangeHeaders({ offset, etag }: TransferRequest): Record<string, string> {
  // The archive itself is wanted, byte for byte: no server may pack or unpack it on the way.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (offset > 0) {
    headers['range'] = `bytes=${offset}-`;
    // A weak tag promises less than equal bytes and is not allowed here (RFC 9110, 13.1.5).
    if (etag !== undefined && !etag.startsWith('W/')) headers['if-range'] = etag;
  }
  return headers;
}

function refusalOf(response: Response, request: TransferRequest): string | undefined {
  if (response.status !== 200 && response.status !== 206) {
    return `HTTP ${response.status} ${response.statusText}`.trimEnd();
  }
  if (response.status === 206 && startOf(response) !== request.offset) {
    return `asked for bytes from ${request.offset} on, got "${response.headers.get('content-range') ?? ''}"`;
  }
  const encoding = response.headers.get('content-encoding') ?? 'identity';
  return encoding === 'identity' ? undefined : `the server changes the file on the way (${encoding})`;
}

/** Whether another try may fare better. */
async function mayImprove(status: number, { path, offset }: TransferRequest): Promise<boolean> {
  if ((status === 416 || status === 206) && offset > 0) {
    // The server cannot go on from here: what is there may be something else. The next try starts anew.
    await guarded(path, () => truncate(path));
    return true;
  }
  return status >= 500 || status === 408 || status === 429;
}

/** Writes the body; returns what went wrong, or undefined when all of it is there. */
async function save(
  response: Response,
  request: TransferRequest,
  alive: () => void,
): Promise<string | undefined> {
  let done = response.status === 206 ? request.offset : 0;
  const length = response.headers.get('content-length');
  const total = length === null ? undefined : done + Number(length);
  if (total !== undefined && total > request.maxBytes) {
    await response.body?.cancel();
    return `the file has ${total} bytes, more than the ${request.maxBytes} that are plausible`;
  }
  const file = await guarded(request.path, () => open(request.path, done > 0 ? 'a' : 'w'));
  try {
    for await (const chunk of bodyOf(response)) {
      alive();
      done += chunk.length;
      if (done > request.maxBytes) return `more than the ${request.maxBytes} bytes that are plausible`;
      await append(file, chunk, request.path);
      request.onBytes(done, total);
    }
  } finally {
    await file.close();
  }
  return total !== undefined && done < total ? `cut short after ${done} of ${total} bytes` : undefined;
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  for await (const chunk of response.body) yield chunk as Uint8Array;
}

async function append(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  // writeFile, not write: it goes on until all bytes are written or the disk says no.
  await guarded(path, () => file.writeFile(chunk));
}

async function guarded<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw diskError(error, dirname(path));
  }
}

function startOf(response: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return match === null ? undefined : Number(match[1]);
}

function codeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: unknown }; message: string };
  return typeof cause?.code === 'string' ? cause.code : message;
}
