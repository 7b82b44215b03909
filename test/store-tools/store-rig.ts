import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Json } from '../../src/base/json.js';
import type { OutputBytes } from '../../src/pipeline/stage.js';
import type { ResultRecord } from '../../src/store/record.js';
import { openStore, type Store } from '../../src/store/store.js';
import { keyOfParts } from '../../src/store-tools/key.js';
import { publication, sha256 } from '../rig/publication.js';
import { changeLater, temporaryFolder } from '../rig/temporary.js';

export const now = Date.UTC(2026, 0, 31);
export const day = 24 * 3600 * 1000;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function freshStore(): Store {
  const folder = temporaryFolder();
  folders.push(folder);
  const store = openStore(join(folder, 'store'));
  store.prepare();
  return store;
}

/** Writes over an object, which nobody may. */
export function damage(path: string, text: string): void {
  chmodSync(path, 0o644);
  changeLater(path, () => writeFileSync(path, text));
}

export interface ResultSpec {
  readonly outputs: Readonly<Record<string, OutputBytes>>;
  readonly type?: string;
  readonly seconds?: number;
  readonly instance?: string;
  readonly run?: string;
  readonly K?: { readonly [key: string]: Json };
}

/** Publishes a result under the key sha256(name). */
export function addResult(store: Store, name: string, spec: ResultSpec): ResultRecord {
  const { outputs, type = 'held', seconds = 1, instance = name, run = 'r', K } = spec;
  const plain = publication(name, outputs);
  return store.publish({
    ...plain,
    K: K ?? { type, name },
    made: { ...plain.made, instance, run, wall_s: seconds },
  }).record;
}

/** Publishes a result under its true key; inputs are outputs of other results by name `input: [record, output]`. */
export function addKeyed(
  store: Store,
  instance: string,
  outputs: Readonly<Record<string, OutputBytes>>,
  inputs: Readonly<Record<string, readonly [ResultRecord, string]>> = {},
): ResultRecord {
  const digests = Object.entries(inputs).map(([name, [record, output]]) => {
    const { type, sha256: digest } = record.outputs[output]!;
    return [name, { type, sha256: digest }];
  });
  const K = {
    type: instance.replace(/\[.*/, ''),
    ver: 1,
    with: { instance },
    in: Object.fromEntries(digests) as Json,
  };
  const plain = publication('', outputs);
  return store.publish({ ...plain, key: keyOfParts(K), K, made: { ...plain.made, instance } }).record;
}

export interface RunSpec {
  readonly pipeline?: string;
  readonly variant?: string;
  readonly days: number;
  /** Names of results. */
  readonly used: readonly string[];
}

/** Writes the log of a run that ended so many days ago. */
export function addRun(
  store: Store,
  id: string,
  { pipeline = 'p', variant = 'default', days, used }: RunSpec,
): void {
  const t = now - days * day;
  const folder = store.layout.run(id);
  mkdirSync(folder, { recursive: true });
  const lines = [
    { type: 'run.start', run: id, pipeline, variant, jobs: 1, version: '0' },
    ...used.map((name) => ({
      type: 'inst.end',
      inst: name,
      definition: name,
      how: 'ran',
      key: sha256(name),
    })),
  ].map((event, seq) => JSON.stringify({ v: 1, seq, t, ...event }));
  writeFileSync(join(folder, 'events.jsonl'), `${lines.join('\n')}\n`);
  for (const path of [join(folder, 'events.jsonl'), folder]) age(path, days);
}

/** Makes a file, or everything in a store but its runs, so many days old. */
export function age(path: string, days: number): void {
  const then = new Date(now - days * day);
  utimesSync(path, then, then);
}

export function ageAll(store: Store, days: number): void {
  for (const top of ['cas', 'res', 'attempt', 'quarantine'])
    for (const path of below(join(store.layout.root, top))) age(path, days);
}

/** What a clean-up may touch. */
export const holdings = (store: Store): string[] =>
  below(store.layout.root).filter((path) => path !== store.layout.epoch);

export function below(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** Names among these whose results are complete. */
export function hits(store: Store, names: readonly string[]): string[] {
  const fresh = openStore(store.layout.root);
  return names.filter((name) => fresh.lookup(sha256(name)).hit);
}
