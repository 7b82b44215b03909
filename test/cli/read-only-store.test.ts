import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { letRead, project, ticketlab } from './command.js';

const entry = resolve(import.meta.dirname, '../../dist/src/cli/main.js');
/** Root may write everywhere: then the command is started as somebody else. */
const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const pipeline = `ticketlab: 1
name: p
stages:
  init: { uses: init, with: { model: mlp, layers: [4, 3, 2], activation: relu, rng: 1 } }
`;
const folder = project({ 'p.yaml': pipeline });
const outside = project();

function asReader(...words: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...words], {
    ...somebody,
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: outside },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

/** Gives or takes the right to write to everything below a folder. */
function allow(path: string, mode: { readonly folders: number }): void {
  if (!statSync(path).isDirectory()) return;
  chmodSync(path, 0o755);
  for (const name of readdirSync(path)) allow(join(path, name), mode);
  chmodSync(path, mode.folders);
}

chmodSync(folder, 0o755);
chmodSync(outside, 0o777);
const canStart = asReader('--version').code === 0;

describe.skipIf(!canStart)('a store that may only be read', () => {
  beforeAll(() => {
    ticketlab(folder, ['run', 'p.yaml', '--ui', 'quiet']);
    ticketlab(folder, ['pin', 'init', 'p.yaml', '--name', 'kept']);
    ticketlab(folder, ['lock', 'p.yaml']);
    letRead(folder);
    allow(join(folder, '.ticketlab'), { folders: 0o555 });
    chmodSync(folder, 0o555);
  });
  afterAll(() => {
    chmodSync(folder, 0o755);
    allow(join(folder, '.ticketlab'), { folders: 0o755 });
  });

  test.each<[readonly string[], RegExp]>([
    [['plan', 'p.yaml'], /^1 hit, 0 would run/m],
    [['why', 'init', 'p.yaml'], /^init: in the store; computed in /],
    [['du'], /results {3}stage/],
    [['gc'], /^There is nothing to clean away\./],
    [['pin'], /^kept {2}init of p/],
    [['verify'], /: all is well\.$/m],
    [['verify', '--locked', 'p.yaml'], /^1 instance of default is as p\.lock says\./],
    [['export', 'init', join(outside, 'out'), 'p.yaml'], /: 2 files, /],
    [['pack', 'init', 'p.yaml', '-o', join(outside, 'a.tlpack')], /: 1 result, /],
    [['provenance', join(outside, 'out/init.mask.safetensors')], /: init, result [0-9a-f]{64}/],
  ])('can be looked at: %j', (words, says) => {
    const { code, stdout, stderr } = asReader(...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(says);
  });

  test('does not keep a lock from being compared, and one that cannot be written is named', () => {
    const { code, stderr } = asReader('lock', 'p.yaml');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'ticketlab: p.lock cannot be written: its folder cannot be written to, or a folder has its name.\n',
    });
  });

  test.each([
    [['run', 'p.yaml']],
    [['gc', '--apply']],
    [['gc', '--undo']],
    [['gc', '--cap', '1GB']],
    [['pin', 'init', 'p.yaml', '--name', 'more']],
    [['unpin', 'kept']],
    [['verify', '--rebuild', '5%']],
    [['unpack', 'p.yaml']],
  ])('cannot be changed, which is said before anything is done: %j', (words) => {
    const { code, stdout, stderr } = asReader(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^ticketlab: The store cannot be at .+: .+ is not writable \(EACCES\)\. Take another /,
    );
  });
});
