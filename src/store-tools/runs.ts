import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../base/json.js';
import type { Ending, LoggedEvent } from '../events/event.js';
import { decodeEvent, decodeEvents } from '../events/ndjson.js';
import { errorCode } from '../store/errors.js';
import type { Layout } from '../store/layout.js';
import { readDescription } from '../store/run-folder.js';
import { namesIn } from './records.js';

/** What the first line of a run's event log says. */
export interface RunHead {
  readonly id: string;
  readonly pipeline: string;
  /** `default`, a preset, or either with `+` and 8 hex digits. */
  readonly variant: string;
  /** Unix milliseconds. */
  readonly started: number;
  /** When its log was last written; a run that goes on writes it. Unix milliseconds. */
  readonly touched: number;
}

/** How an instance ended in a run. */
export interface RunEnding {
  readonly how: Ending;
  readonly key: string | undefined;
  readonly message: string | undefined;
}

/** A first line longer than this is not ours. */
const headBytes = 64 * 1024;

const logOf = (layout: Layout, id: string): string => join(layout.run(id), 'events.jsonl');

/** All runs whose log can be read, the newest first. */
export function listRuns(layout: Layout): RunHead[] {
  return namesIn(join(layout.root, 'runs'))
    .flatMap((id) => headOf(layout, id) ?? [])
    .sort((a, b) => b.started - a.started || (a.id < b.id ? 1 : -1));
}

function headOf(layout: Layout, id: string): RunHead | undefined {
  try {
    const path = logOf(layout, id);
    const event = decodeEvent(firstLine(path));
    if (event?.type !== 'run.start') return undefined;
    const { pipeline, variant, t } = event;
    return { id, pipeline, variant, started: t, touched: statSync(path).mtimeMs };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

function firstLine(path: string): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(headBytes);
    const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, headBytes, 0));
    return text.slice(0, Math.max(0, text.indexOf('\n')));
  } finally {
    closeSync(file);
  }
}

/** How the instances of a run ended, by address; those that did not end are not there. */
export function readEndings(layout: Layout, id: string): Map<string, RunEnding> {
  const endings = new Map<string, RunEnding>();
  for (const event of readEvents(layout, id))
    if (event.type === 'inst.end')
      endings.set(event.inst, { how: event.how, key: event.key, message: event.message });
  return endings;
}

/** The keys of everything that a run used, made or began. */
export function keysOfRun(layout: Layout, id: string): Set<string> {
  const keys = new Set<string>();
  for (const event of readEvents(layout, id))
    if ((event.type === 'inst.end' || event.type === 'inst.start') && event.key !== undefined)
      keys.add(event.key);
  return keys;
}

/** The parameters of the pipeline in a run, as far as it wrote them down. */
export function paramsOfRun(layout: Layout, id: string): Record<string, Json> {
  const params = Object.entries(readDescription(layout.run(id))?.params ?? {});
  return Object.fromEntries(params.map(([name, { value }]) => [name, value]));
}

function readEvents(layout: Layout, id: string): LoggedEvent[] {
  try {
    return decodeEvents(readFileSync(logOf(layout, id), 'utf8'));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw error;
  }
}
