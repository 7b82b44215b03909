import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../base/result.js';
import { createFile, ensureFolder, linkFirst } from '../store/durable.js';
import { isDigest, type Layout } from '../store/layout.js';
import { namesIn } from './records.js';

/** Results that are never cleaned away, under a name that a person gave. */
export interface Pin {
  readonly v: 1;
  readonly name: string;
  /** What was pinned, as it was said: an address or a run. */
  readonly what: string;
  readonly pipeline: string;
  readonly variant: string;
  /** ISO 8601, UTC. */
  readonly made: string;
  readonly keys: readonly string[];
  /** Runs whose logs are kept too. */
  readonly runs: readonly string[];
}

const nameShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const folderOf = (layout: Layout): string => join(layout.root, 'roots');
const pathOf = (layout: Layout, name: string): string => join(folderOf(layout), `${name}.json`);

/** @throws UserError when the name cannot be a file's name everywhere. */
export function checkPinName(name: string): void {
  if (!nameShape.test(name))
    throw new UserError(
      `"${name}" cannot be the name of a pin: letters, digits, dots, dashes and underscores, at most 64, the first a letter or digit.`,
    );
}

/** All pins, by name. @throws UserError when one cannot be read: what it protects is not known then. */
export function listPins(layout: Layout): Pin[] {
  return namesIn(folderOf(layout))
    .filter((file) => file.endsWith('.json'))
    .map((file) => readPin(join(folderOf(layout), file)));
}

function readPin(path: string): Pin {
  const pin = parsed(path);
  if (!isPin(pin))
    throw new UserError(
      `The pin ${path} cannot be read, so it is not known what it protects. Take it away with  ticketlab unpin ${basename(path, '.json')}  and pin it again.`,
    );
  return pin;
}

const texts = ['name', 'what', 'pipeline', 'variant', 'made'] as const;

/** Anybody may have written it by hand. */
function isPin(pin: Partial<Pin> | undefined): pin is Pin {
  return (
    pin?.v === 1 &&
    texts.every((name) => typeof pin[name] === 'string') &&
    Array.isArray(pin.keys) &&
    pin.keys.every(isDigest) &&
    Array.isArray(pin.runs) &&
    pin.runs.every((run) => typeof run === 'string')
  );
}

function parsed(path: string): Partial<Pin> | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Partial<Pin> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function pinExists(layout: Layout, name: string): boolean {
  return namesIn(folderOf(layout)).includes(`${name}.json`);
}

/** Writes a pin. @returns false when there is one of that name: it stays as it is. */
export function writePin(layout: Layout, pin: Pin): boolean {
  checkPinName(pin.name);
  const path = pathOf(layout, pin.name);
  const temporary = `${path}.${process.pid}.tmp`;
  ensureFolder(folderOf(layout));
  rmSync(temporary, { force: true });
  createFile(temporary, Buffer.from(`${JSON.stringify(pin)}\n`));
  try {
    return linkFirst(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @param name of any file among the pins, also one that nobody could have been given. @returns false when there is no such pin. */
export function removePin(layout: Layout, name: string): boolean {
  if (!pinExists(layout, name)) return false;
  rmSync(pathOf(layout, name), { force: true });
  return true;
}
