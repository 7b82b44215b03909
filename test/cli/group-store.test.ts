import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { project } from './command.js';

const entry = resolve(import.meta.dirname, '../../dist/src/cli/main.js');
const pipeline = `ticketlab: 1
name: p
params: { width: { type: int, default: 1 } }
stages:
  here:
    inputs: { width: { type: int } }
    with: { width: '\${params.width}' }
    shell: 'echo loud; stat -c %a . .. ../.. > "$OUT_OUT"'
    outputs: { out: { type: file } }
  once:
    shell: 'echo 1 > "$OUT_OUT"'
    outputs: { out: { type: file } }
`;

interface Member {
  readonly uid: number;
  readonly gid: number;
}

interface Place {
  readonly umask: string;
  readonly store: string;
  readonly member?: Member | undefined;
}

/** Starts the command in a project of its own, as a member of a group with a umask. */
function inOwnProject({ umask, store, member }: Place) {
  const folder = project({ 'p.yaml': pipeline });
  if (member !== undefined) chownSync(folder, member.uid, member.gid);
  return (...words: string[]): { code: number | null; stdout: string; stderr: string } => {
    const command = [`umask ${umask}; exec "$0" "$@"`, process.execPath, entry, ...words, '--store', store];
    const { status, stdout, stderr } = spawnSync('sh', ['-c', ...command], {
      ...member,
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder },
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  };
}

function groupStore(): string {
  const store = join(project(), 'store');
  mkdirSync(store);
  chmodSync(join(store, '..'), 0o755);
  chmodSync(store, 0o2770);
  return store;
}

/** What a colleague may not go on with: folders that the group does not write, files that it does not read. */
function keptFromTheGroup(store: string): string[] {
  return readdirSync(store, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const wanted = entry.isDirectory() ? 0o2070 : 0o040;
    const { mode } = statSync(path);
    return (mode & wanted) === wanted ? [] : [`${(mode & 0o7777).toString(8)} ${path}`];
  });
}

/** Nothing in a store is young any more. */
function age(store: string): void {
  const long = new Date('2026-01-01');
  for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' }))
    utimesSync(join(store, name), long, long);
}

/** Only its owner could read it now. */
function hideRecord(store: string, instance: string): void {
  for (const name of readdirSync(join(store, 'res'), { recursive: true, encoding: 'utf8' })) {
    const path = join(store, 'res', name);
    if (statSync(path).isFile() && readFileSync(path, 'utf8').includes(`"instance":"${instance}"`))
      chmodSync(path, 0);
  }
}

describe.each(['022', '077'])('a store that a group may write, and a umask of %s', (umask) => {
  test('is left by programs and logs so that the whole group can go on with it', () => {
    const store = groupStore();
    const run = inOwnProject({ umask, store });
    expect(run('run', 'p.yaml', '--ui', 'quiet').code).toBe(0);
    expect(keptFromTheGroup(store)).toEqual([]);
    const modes = umask === '022' ? '2775' : '2770';
    const exported = join(project(), 'to');
    expect(run('export', 'here', exported, 'p.yaml').code).toBe(0);
    expect(run('plan', 'p.yaml').code).toBe(0);
    const { stdout } = spawnSync('sh', ['-c', `cat "$0"/*`, exported], { encoding: 'utf8' });
    expect(stdout).toBe(`${modes}\n`.repeat(3));
    expect(run('gc', '--apply', '--keep-runs', '0', '--keep-days', '0').code).toBe(0);
    expect(keptFromTheGroup(store)).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)('is used by a second member as by the first', () => {
    const store = groupStore();
    const gid = 60_000;
    chownSync(store, 0, gid);
    chmodSync(store, 0o2770);
    const first = inOwnProject({ umask, store, member: { uid: 60_001, gid } });
    const second = inOwnProject({ umask, store, member: { uid: 60_002, gid } });
    expect(first('run', 'p.yaml', '--ui', 'quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(second('run', 'p.yaml', '--ui', 'plain', '-P', 'width=8').stdout).toContain(
      '1 hit, 1 ran, 0 failed',
    );
    for (const words of [
      ['du'],
      ['gc'],
      ['verify'],
      ['verify', '--rebuild', '100%', 'p.yaml'],
      ['why', 'here', 'p.yaml'],
    ])
      expect({ words, ...second(...words) }).toMatchObject({ words, code: 0, stderr: '' });
    hideRecord(store, 'once');
    for (const words of [['du'], ['gc'], ['why', 'here', 'p.yaml']])
      expect({ words, ...second(...words) }).toMatchObject({ words, code: 0, stderr: '' });
    expect(second('gc').stdout).toContain(
      '1 result cannot be read by this user, and nobody knows what it needs',
    );
    expect(second('verify')).toMatchObject({ code: 1, stderr: '' });
    expect(second('run', 'p.yaml', '--ui', 'plain').stdout).toContain('1 hit, 1 ran, 0 failed');
    expect(second('verify')).toMatchObject({ code: 0, stderr: '' });
    age(store);
    const words = ['gc', '--apply', '--keep-runs', '0', '--keep-days', '0'];
    expect(first(...words).stdout).toMatch(/ moved to trash/);
    expect(second('gc', '--undo')).toMatchObject({ code: 0, stderr: '' });
  });
});
