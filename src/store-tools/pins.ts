import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/result.js';
import { replaceFile } from '../store/durable.js';
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
  if (pin?.v !== 1 || !Array.isArray(pin.keys) || !pin.keys.every(isDigest) || !Array.isArray(pin.runs))
    throw new UserError(
      `The pin ${path} cannot be read, so it is not known what it protects. Pin it again under the same name, or remove the file.`,
    );
  return pin;
}

function parsed(path: string): Pin | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Pin | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function pinExists(layout: Layout, name: string): boolean {
  return namesIn(folderOf(layout)).includes(`${name}.json`);
}

/** Writes or replaces a pin. */
export function writePin(layout: Layout, pin: Pin): void {
  checkPinName(pin.name);
  replaceFile(pathOf(layout, pin.name), `${JSON.stringify(pin)}\n`);
}

/** @returns false when there is no such pin. */
export function removePin(layout: Layout, name: string): boolean {
  if (!nameShape.test(name) || !pinExists(layout, name)) return false;
  rmSync(pathOf(layout, name), { force: true });
  return true;
}
