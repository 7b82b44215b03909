import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../base/json.js';
import { createFile } from './durable.js';
import { failpoint } from './failpoints.js';
import type { Layout } from './layout.js';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** A parameter of the pipeline: its value, and where that came from (`preset laptop, line 23`). */
export interface OriginatedValue {
  readonly value: Json;
  readonly origin: string;
}

/** run.json: what was asked for, written before anything else happens. */
export interface RunDescription {
  readonly v: 1;
  readonly run: string;
  /** Unix milliseconds. */
  readonly start: number;
  /** `name:` of the pipeline. */
  readonly pipeline: string;
  /** As it was named on the command line, and the sha256 of its bytes; empty when the plan did not come from a file. */
  readonly file: string;
  readonly sha256: string;
  readonly variant: string;
  readonly preset: string | null;
  readonly params: Readonly<Record<string, OriginatedValue>>;
  /** Commit that the project was at; null outside a repository. */
  readonly git: string | null;
  readonly jobs: number;
  readonly ticketlab: string;
}

const descriptionName = 'run.json';
const markName = 'live';
/** A run elsewhere that has said nothing for so long is over. Generous: its marks' times are another machine's. */
const silentMs = 3600 * 1000;

export function describeRun(folder: string, description: RunDescription): void {
  createFile(join(folder, descriptionName), Buffer.from(`${JSON.stringify(description)}\n`));
  failpoint('run.described');
}

/** What a run was asked for; undefined when nobody knows any more. */
export function readDescription(folder: string): RunDescription | undefined {
  try {
    const description = JSON.parse(readFileSync(join(folder, descriptionName), 'utf8')) as Json;
    const { v } = description as Readonly<Record<string, Json>>;
    return v === 1 ? (description as unknown as RunDescription) : undefined;
  } catch {
    return undefined;
  }
}

/** Says that a run is going on, so that what it needs is not cleaned away. Advisory, like a lease. */
export class LiveMark {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, markName);
    try {
      createFile(this.#path, Buffer.from(`${JSON.stringify(ownIdentity())}\n`));
    } catch {
      // Results of the last days are safe from cleaning without it.
    }
  }

  beat(): void {
    try {
      const now = new Date();
      utimesSync(this.#path, now, now);
    } catch {
      // As above.
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

/**
 * Ids of the runs that compute something at the moment, as far as can be told.
 *
 * @param now Unix milliseconds.
 */
export function liveRuns(layout: Layout, now: number): readonly string[] {
  let runs: string[];
  try {
    runs = readdirSync(join(layout.root, 'runs'));
  } catch {
    return [];
  }
  return runs.filter((run) => {
    const path = join(layout.run(run), markName);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (modified === undefined) return false;
    return readOwner(path) ?? now - modified < silentMs;
  });
}

/** Whether the run's process lives; undefined when it cannot be seen from here. */
function readOwner(path: string): boolean | undefined {
  try {
    return isAlive(JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity);
  } catch {
    return undefined;
  }
}
