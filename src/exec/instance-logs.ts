import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createFile } from '../store/durable.js';

/** At most this much of a log is looked at for its last lines. */
const tailBytes = 16 * 1024;
const tailLines = 20;

/** A stretch of a worker's log: what was printed during one task. */
export interface LogSlice {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

export function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Its last lines, without a torn first one. */
export function lastLines(slice: LogSlice): readonly string[] {
  const text = readSlice({ ...slice, from: Math.max(slice.from, slice.to - tailBytes) }).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.slice(-tailLines);
}

/** Gives what an instance printed a file of its own. A log is an aid: that it cannot be written is no failure. */
export function keepSlice(slice: LogSlice, target: string): void {
  if (slice.to <= slice.from) return;
  try {
    // Of another try.
    rmSync(target, { force: true });
    createFile(target, readSlice(slice));
  } catch {
    // It still stands in the worker's log.
  }
}

export function instanceLogPath(folder: string, index: number, id: string): string {
  const plain = id.replace(/[^\w.=,[\]-]/g, '_').slice(0, 150);
  return join(folder, `${String(index).padStart(4, '0')}-${plain}.log`);
}

function readSlice({ path, from, to }: LogSlice): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, to - from));
    const read = readSync(file, buffer, 0, buffer.length, from);
    return buffer.subarray(0, read);
  } finally {
    closeSync(file);
  }
}
