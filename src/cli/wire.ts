import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/result.js';

/** Where things are: the one place that reads the environment. */
export interface Wiring {
  /** Everything relative starts here; results and the store lie below it. */
  readonly project: string;
  readonly store: string;
  /** Downloads and other things that are worth keeping between projects. */
  readonly cache: string;
  /** Root of ticketlab's own package. */
  readonly home: string;
  readonly stagesModule: string;
  /** What looks for objects beside a run. */
  readonly lookAheadThread: string;
  readonly version: string;
  /** The user's environment; the executor hands an allow-listed part of it to workers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** @param store folder given with `--store`; else TICKETLAB_STORE, else `.ticketlab/store`, relative to the project. */
export function wire(store?: string): Wiring {
  const project = presentFolder();
  const chosen = store ?? nonEmpty(process.env['TICKETLAB_STORE']) ?? join('.ticketlab', 'store');
  const caches = nonEmpty(process.env['XDG_CACHE_HOME']) ?? join(homedir(), '.cache');
  return {
    project,
    store: isAbsolute(chosen) ? chosen : resolve(project, chosen),
    cache: resolve(project, nonEmpty(process.env['TICKETLAB_CACHE']) ?? join(caches, 'ticketlab')),
    home,
    stagesModule: fileURLToPath(new URL('../../stages/index.js', import.meta.url)),
    lookAheadThread: fileURLToPath(new URL('../bundle/look-ahead-thread.cjs', import.meta.url)),
    version: version(),
    environment: userEnvironment(),
  };
}

/** The variables that ticketlab was started with. */
export const userEnvironment = (): Wiring['environment'] => process.env;

function presentFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw new UserError('The folder that you are in is no longer there. Go to another one first.');
  }
}

/** Root of the package that this file lies in. */
const home = fileURLToPath(new URL('../../../', import.meta.url));

/** Of ticketlab. */
export function version(): string {
  const parsed = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  return parsed.version;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
