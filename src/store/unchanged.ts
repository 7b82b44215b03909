import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './durable.js';
import { layoutOf, type Layout } from './layout.js';
import { digestAt, listedBytes, sizeAt } from './object-list.js';

/** What decides, together with files, what a command does. Two that are equal ask for the same. */
export interface Asked {
  /** Version of Node and class of machine. */
  readonly runtime: string;
  readonly words: readonly string[];
  readonly variables: Readonly<Record<string, string | null>>;
}

/** What a run that found everything done has found. */
export interface Done {
  /** Root of the store. */
  readonly store: string;
  readonly run: string;
  readonly pipeline: string;
  readonly variant: string;
  readonly hits: number;
  /** It was asked to print nothing. */
  readonly quiet: boolean;
  /** Files that it left in the project, relative to that. */
  readonly results: readonly string[];
}

export interface Looked extends Done {
  readonly asked: Asked;
  /** Absolute paths of all files outside the store whose bytes it depended on, the results among them. */
  readonly files: readonly string[];
  /** Objects of the store that had to be there, with their sizes, in lists as `listObjects` writes them. */
  readonly objects: readonly Buffer[];
}

/*
 * The file: sha256 of what follows (32 bytes), length of the header (u32, little-endian), the header (JSON), then the
 * list of objects.
 */
const preamble = 32 + 4;

interface Header extends Done {
  readonly v: 2;
  readonly asked: string;
  readonly epoch: string;
  readonly files: readonly (readonly [path: string, stamp: string])[];
}

/** A file that was changed so recently may change again without a new time stamp. */
const freshMs = 2000;

const nameOf = (project: string): string => join(project, '.ticketlab', 'unchanged');

/**
 * Keeps what a run looked at when it found everything done, so that the next one with the same words only has to see
 * that all of it is as it was. Disposable, and one for a project: the last one. Not kept, or not kept in time, it costs
 * the next run some time.
 *
 * @param started when the run began to look, in Unix milliseconds: what was changed since, or shortly before, may not be
 * what it saw.
 */
export function keepUnchanged(project: string, looked: Looked, started: number): void {
  const files: [string, string][] = [];
  for (const path of looked.files) {
    const stamp = stampOf(path, started - freshMs);
    if (stamp === undefined) return;
    files.push([path, stamp]);
  }
  const { asked, store, run, pipeline, variant, hits, quiet, results } = looked;
  const header: Header = {
    v: 2,
    ...{ store, run, pipeline, variant, hits, quiet, results, files },
    asked: JSON.stringify(asked),
    epoch: textOf(layoutOf(store).epoch),
  };
  try {
    replaceFile(nameOf(project), sealed(header, looked.objects));
  } catch {
    // The next run looks at everything anew.
  }
}

/**
 * What the last run found, when the same is asked again and nothing that it looked at has changed: no file by size and
 * times, no object by size, no record replaced. The run counts as used again, so that nothing of it is cleaned away.
 *
 * @returns undefined when anything is different, or nobody knows.
 */
export function stillDone(project: string, asked: Asked): Done | undefined {
  const file = opened(nameOf(project));
  if (file === undefined || file.header.asked !== JSON.stringify(asked)) return undefined;
  const { header, objects } = file;
  const layout = layoutOf(header.store);
  if (textOf(layout.epoch) !== header.epoch) return undefined;
  if (header.files.some(([path, stamp]) => stampOf(path, Infinity) !== stamp)) return undefined;
  if (!allThere(objects, layout)) return undefined;
  try {
    const now = new Date();
    utimesSync(join(layout.run(header.run), 'events.jsonl'), now, now);
  } catch {
    return undefined;
  }
  return header;
}

/** Size, times and identity of a file, or undefined when there is none or it was changed after `before`. */
function stampOf(path: string, before: number): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || Math.max(found.mtimeMs, found.ctimeMs) > before) return undefined;
  return [found.size, found.mtimeMs, found.ctimeMs, found.ino].join(':');
}

function allThere(objects: Buffer, layout: Layout): boolean {
  for (let at = 0; at < objects.length; at += listedBytes) {
    const path = layout.object(digestAt(objects, at));
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size !== sizeAt(objects, at)) return false;
  }
  return true;
}

const digest = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest();

function sealed(header: Header, objects: readonly Buffer[]): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const file = Buffer.concat([Buffer.alloc(32), length, text, ...objects]);
  digest(file.subarray(32)).copy(file);
  return file;
}

function opened(path: string): { readonly header: Header; readonly objects: Buffer } | undefined {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return undefined;
  }
  const body = file.subarray(32);
  if (file.length < preamble || !digest(body).equals(file.subarray(0, 32))) return undefined;
  const end = 4 + body.readUInt32LE(0);
  const header = JSON.parse(body.toString('utf8', 4, end)) as Header;
  return header.v === 2 ? { header, objects: body.subarray(end) } : undefined;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
