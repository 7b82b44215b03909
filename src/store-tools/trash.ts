import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, lstatSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ensureFolder } from '../store/durable.js';
import { outdateIndexes } from '../store/epoch.js';
import { errorCode, guarded } from '../store/errors.js';
import type { Layout } from '../store/layout.js';
import type { GcPlan } from './gc.js';
import { namesIn } from './records.js';
import { openStaging } from '../store/staging.js';
import { dayMs } from './roots.js';

/** Batches older than this are deleted by the next clean-up. */
const keptDays = 7;
/** `20250131-235959-3f9a1c` */
const batchShape = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{6}$/;

const trashOf = (layout: Layout): string => join(layout.root, 'trash');

export interface Swept {
  readonly batch: string;
  readonly moved: number;
  /** Things that somebody wanted at the last moment, and that stayed. */
  readonly spared: number;
}

/**
 * Moves what a plan names to the trash, a step each, by one rename: records before the objects that they need, so that a
 * clean-up that ends after any step leaves no record without its objects.
 *
 * @param now Unix milliseconds.
 */
export function* sweep(layout: Layout, plan: GcPlan, now: number): Generator<void, Swept> {
  const batch = `${stamp(now)}-${randomBytes(3).toString('hex')}`;
  const home = join(trashOf(layout), batch);
  let moved = 0;
  let spared = 0;
  function* away(path: string, modified: number): Generator<void> {
    const outcome = moveAway(path, join(home, relative(layout.root, path)), modified);
    if (outcome === 'moved') moved++;
    if (outcome === 'spared') spared++;
    yield;
  }
  // Projects' copies of what the store has are out of date: those of now even if this dies, those made meanwhile too.
  const outdate = (): void => {
    if (plan.records.length > 0) outdateIndexes(layout);
  };
  outdate();
  try {
    for (const { key, modified } of plan.records) yield* away(layout.record(key), modified);
  } finally {
    outdate();
  }
  for (const { sha256, modified } of plan.objects) yield* away(layout.object(sha256), modified);
  for (const { name, modified } of plan.attempts) yield* away(layout.attempt(name), modified);
  for (const { name, modified } of plan.runs) yield* away(layout.run(name), modified);
  for (const { name, modified } of plan.quarantine) yield* away(join(layout.quarantine, name), modified);
  // Somebody else's clean-up was faster: a batch of nothing would be what `--undo` brings back.
  if (moved === 0) rmSync(home, { recursive: true, force: true });
  return { batch, moved, spared };
}

type Moved = 'moved' | 'spared' | 'gone';

function moveAway(from: string, to: string, modified: number): Moved {
  return guarded(to, 0, () => {
    ensureFolder(dirname(to));
    try {
      renameSync(from, to);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return 'gone';
      throw error;
    }
    // Who publishes touches the objects that it finds: one that was touched since it was looked at is wanted.
    const stat = lstatSync(to);
    if (stat.isDirectory() || stat.mtimeMs <= modified) return 'moved';
    putBack(to, from);
    return 'spared';
  });
}

/** Gives a file or folder its old name, unless somebody has made it anew. */
function putBack(from: string, to: string): void {
  ensureFolder(dirname(to));
  if (statSync(from).isDirectory()) {
    if (statSync(to, { throwIfNoEntry: false })) rmSync(from, { recursive: true });
    else renameSync(from, to);
    return;
  }
  try {
    linkSync(from, to);
  } catch (error) {
    // As a rule only the owner may give a file that nobody writes a second name: a colleague moves it.
    if (errorCode(error) === 'EPERM' && !existsSync(to)) return renameSync(from, to);
    if (!['EEXIST', 'EPERM'].includes(errorCode(error))) throw error;
  }
  unlinkSync(from);
}

/** @returns false when somebody else has brought it back at the same time. */
function broughtBack(from: string, to: string): boolean {
  try {
    putBack(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return false;
  }
}

/** The batches of the trash, the newest first. */
export function listBatches(layout: Layout): string[] {
  return namesIn(trashOf(layout))
    .filter((name) => batchShape.test(name))
    .reverse();
}

/** Brings everything of a batch back, a step each, objects before records. Can be broken off and repeated. @returns how many things. */
export function* restore(layout: Layout, batch: string): Generator<void, number> {
  const home = join(trashOf(layout), batch);
  let count = 0;
  function* back(path: string): Generator<void> {
    if (broughtBack(path, join(layout.root, relative(home, path)))) count++;
    yield;
  }
  for (const kind of ['cas', 'quarantine', 'attempt', 'runs', 'res'])
    for (const name of namesIn(join(home, kind))) {
      const path = join(home, kind, name);
      if (kind === 'cas' || kind === 'res') for (const file of namesIn(path)) yield* back(join(path, file));
      else yield* back(path);
    }
  rmSync(home, { recursive: true, force: true });
  return count;
}

/** Batches that are to be deleted for good. */
export function expiredBatches(layout: Layout, now: number): string[] {
  return listBatches(layout).filter((batch) => now - timeOf(batch) > keptDays * dayMs);
}

/** Deletes a batch for good. One that is deleted only in part is no longer in the trash, where it could be brought back. */
export function deleteBatch(layout: Layout, batch: string): void {
  const staging = openStaging(layout);
  try {
    renameSync(join(trashOf(layout), batch), staging.next());
  } catch (error) {
    // Somebody else cleans up at the same time.
    if (errorCode(error) !== 'ENOENT') throw error;
  } finally {
    staging.remove();
  }
}

function timeOf(batch: string): number {
  const [, year, month, day, hour, minute, second] = (batchShape.exec(batch) ?? []).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

const stamp = (now: number): string =>
  new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
