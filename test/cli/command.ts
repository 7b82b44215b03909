import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: { ticketlab: string };
};
/** What an installation starts. */
const entry = join(root, bin.ticketlab);
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A fresh project folder, removed at the end. */
export function project(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-cli-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };

/** Runs the built command as a user would. @param variables more of the environment. */
export function ticketlab(
  folder: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Outcome {
  const done = spawnSync(process.execPath, [entry, ...words], {
    cwd: folder,
    env: { ...environment, ...variables },
    encoding: 'utf8',
    timeout: 170_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** Starts the command without waiting for it. */
export function started(folder: string, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [entry, ...words], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Every file below a folder, relative, sorted. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

const { quickstartWith, withoutTargets } = (await import(
  pathToFileURL(join(root, 'scripts/quickstart.mjs')).href
)) as {
  quickstartWith(changes: readonly (readonly [RegExp, string])[]): string;
  withoutTargets: readonly [RegExp, string];
};

/** The quickstart, of one seed and so small that it runs in about a second: 21 instances of all six stage types. */
export const tiny = quickstartWith([
  [/^# yaml-language-server.*\n/, ''],
  [/^name: .*$/m, 'name: tiny'],
  [/^ {2}methods: .*$/m, '  methods: { type: list<string>, default: [signal-to-noise, random] }'],
  [/^ {2}generations: .*$/m, '  generations: { type: int, min: 1, default: 4 }'],
  [/^ {2}(seeds|levels|keep_ratio|popsize|batch): .*\n/gm, ''],
  [/^presets:[^]*?\n\n/m, ''],
  [/^ {4}matrix:\n {6}seed: .*\n/m, ''],
  [/^ {6}seed: .*\n/m, ''],
  [/matrix\.seed/g, '1'],
  [/196, 32, 10/, '196, 8, 10'],
  [/\$\{params\.levels\}/, '3'],
  [/params\.keep_ratio/, '0.3'],
  [/\$\{params\.popsize\}/, '8'],
  [/\$\{params\.batch\}/, '64'],
  [/\[method, seed, k\]/, '[method, k]'],
  [/^ {6}band: .*\n/m, ''],
  withoutTargets,
]);

/** Lets everybody read all that a folder holds, whatever the umask is. */
export function letRead(folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    const stat = statSync(join(folder, name));
    chmodSync(join(folder, name), stat.mode | (stat.isDirectory() ? 0o555 : 0o444));
  }
}

export interface PlannedInstance {
  readonly instance: string;
  readonly verdict: string;
  readonly key: string | null;
  readonly outputs: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

/** What `plan --json` says. */
export function plannedIn(folder: string, words: readonly string[]): PlannedInstance[] {
  const { stdout } = ticketlab(folder, ['plan', ...words, '--json']);
  return (JSON.parse(stdout) as { instances: PlannedInstance[] }).instances;
}

/** Digests of all outputs by instance. */
export function digestsIn(folder: string, words: readonly string[]): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const { instance, outputs } of plannedIn(folder, words))
    for (const [name, { sha256 }] of Object.entries(outputs)) digests[`${instance}.${name}`] = sha256;
  return digests;
}

/** The events of a run with `--ui json`. */
export function eventsOf(outcome: Outcome): { readonly type: string; readonly [field: string]: unknown }[] {
  return outcome.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string });
}
