import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeRecord, sealRecord, type Made } from '../../src/store/record.js';
import { keyOfParts } from '../../src/store-tools/key.js';
import { filesBelow, letRead, project, ticketlab } from './command.js';

const pipeline = `ticketlab: 1
name: p
stages:
  one: { shell: 'echo 1 > "$OUT_OUT"', outputs: { out: { type: file } } }
`;
const folder = project({ 'p.yaml': pipeline });
ticketlab(folder, ['run', 'p.yaml', '--ui', 'quiet']);

/** Whoever can write to a store can write this: it moves cursors and hides text. */
const nasty = 'x\u001b[31m\u009b2J\u202e';
const made: Made = {
  ...{ instance: nasty, run: nasty, host: nasty, pid: 1, start: nasty, wall_s: 1, cpu_s: 1, rss_max: 1 },
  ...{ threads: 1, resumed: false, ticketlab: nasty, node: nasty },
  pipeline: { name: nasty, file: nasty, sha256: nasty, variant: nasty, preset: null },
};

describe('what somebody else wrote into a store does not reach the terminal as it is', () => {
  const K = { type: nasty, ver: 1 };
  const key = keyOfParts(K);
  const store = join(folder, '.ticketlab/store');
  const [shard, file] = [join(store, 'res', key.slice(0, 2)), `${key.slice(2)}.json`];
  const sha256 = 'b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73';
  const outputs = { [nasty]: { type: 'file', sha256, bytes: 4, kind: 'blob' } } as const;
  mkdirSync(shard, { recursive: true });
  writeFileSync(join(shard, file), encodeRecord(sealRecord({ key, K, outputs, made })));
  mkdirSync(join(store, 'cas', 'b5'), { recursive: true });
  writeFileSync(join(folder, 'evil'), 'evil');
  const pin = { v: 1, name: nasty, what: nasty, pipeline: nasty, variant: nasty, made: nasty };
  mkdirSync(join(store, 'roots'));
  writeFileSync(join(store, 'roots', 'x.json'), JSON.stringify({ ...pin, keys: [key], runs: [] }));

  test.each<[readonly string[]]>([
    [['pin']],
    [['pin', '--json']],
    [['du']],
    [['du', '--json']],
    [['verify']],
    [['verify', '--json']],
    [['verify', '--rebuild', '100%', 'p.yaml']],
    [['provenance', 'evil']],
    [['provenance', 'evil', '--json']],
    [['gc', '--json', '--keep-days', '0']],
  ])('%j', (words) => {
    const { stdout, stderr } = ticketlab(folder, words);
    expect(stderr).toBe('');
    expect(stdout).toMatch(words.includes('gc') ? /./ : /x\\/);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    if (words.includes('--json')) expect(() => JSON.parse(stdout) as unknown).not.toThrow();
  });
});

describe('what is no file', () => {
  const pipe = join(folder, 'pipe');
  const made = spawnSync('mkfifo', [pipe]).status === 0;
  test.skipIf(!made)('is not waited for', () => {
    for (const words of [
      ['unpack', 'pipe'],
      ['provenance', 'pipe'],
    ])
      expect(ticketlab(folder, words)).toEqual({
        code: 2,
        stdout: '',
        stderr: 'ticketlab: pipe cannot be read: it is not a regular file\n',
      });
  });
});

test.each<[readonly string[]]>([
  [['export', 'one', '', 'p.yaml']],
  [['pack', 'one', 'p.yaml', '-o', '']],
  [['unpack', '']],
  [['provenance', '']],
  [['run', 'p.yaml', '--store', '']],
  [['du', '--store', '']],
])('a path that is empty is refused: %j', (words) => {
  const before = filesBelow(folder);
  const { code, stdout, stderr } = ticketlab(folder, words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^ticketlab: [^\n]* It is empty\.\n {2}ticketlab COMMAND --help [^\n]+\n$/);
  expect(filesBelow(folder)).toEqual(before);
});

describe('where files may only have a few kilobytes', () => {
  const home = project();
  const limited = (words: readonly string[]) => {
    const entry = new URL('../../dist/src/bundle/start.cjs', import.meta.url).pathname;
    const started = ['-c', 'ulimit -f 4; exec "$0" "$@"', process.execPath, entry, ...words];
    // In the user's own home what it keeps there would be cut off too.
    const env = { PATH: process.env['PATH'], HOME: home };
    const { status, stdout, stderr } = spawnSync('sh', started, { cwd: folder, env, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };

  test('init leaves nothing', () => {
    expect(limited(['init', 'new/deep/p.yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'ticketlab: new/deep/p.yaml cannot be written (EFBIG in write): the file would be larger than the system lets it be; ulimit -f says how large. Name another place.\n',
    });
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  test('a run says where and why, and does not call it a fault of the stage', () => {
    const text = `ticketlab: 1
name: p
stages:
  big: { uses: init, with: { model: mlp, layers: [400, 30, 2], activation: relu, rng: 1 } }
`;
    writeFileSync(join(folder, 'big.yaml'), text);
    const { code, stdout } = limited(['run', 'big.yaml', '--ui', 'plain', '--store', 'new-store']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /big {2}failed after .*: .+\/new-store\/tmp\/\S+ may not be as large as [\d,]+ bytes \(EFBIG\): raise the limit with ulimit -f, and run again: what is finished is kept\.\n/,
    );
    expect(stdout).not.toContain('a fault of');
  });

  test('the code that a start compiles is not kept in part', () => {
    expect(limited(['validate', 'p.yaml']).code).toBe(0);
    expect(filesBelow(home)).toEqual([]);
  });
});

describe('a target that can be written and a store that cannot be read', () => {
  /** Root may read everything: then the command is started as somebody else. */
  const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const closed = project({ 'p.yaml': pipeline });
  ticketlab(closed, ['run', 'p.yaml', '--ui', 'quiet']);
  letRead(closed);
  const objects = join(closed, '.ticketlab/store/cas');
  for (const name of filesBelow(objects)) chmodSync(join(objects, name), 0);
  const out = project();
  chmodSync(out, 0o777);
  const asReader = (...words: string[]) => {
    const entry = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;
    const options = { ...somebody, cwd: closed, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(process.execPath, [entry, ...words], options);
    return { code: status, stderr };
  };

  test
    .skipIf(asReader('--version').code !== 0)
    .each<[readonly string[]]>([
      [['export', 'one', join(out, 'x'), 'p.yaml']],
      [['pack', 'one', 'p.yaml', '-o', join(out, 'x')]],
    ])('are told apart: %j', (words) => {
    const { code, stderr } = asReader(...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ticketlab: .+\/store\/cas\/\S+ cannot be used \(EACCES in open\): [^\n]+\n$/);
    expect(readdirSync(out)).toEqual([]);
    rmSync(join(out, 'x'), { force: true, recursive: true });
  });
});

test('a folder that was removed while one is in it is no reason for a stack trace', () => {
  const entry = new URL('../../dist/src/bundle/start.cjs', import.meta.url).pathname;
  const inside = (...words: string[]) => {
    const away = [
      '-c',
      'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" "$@"',
      process.execPath,
      entry,
      ...words,
    ];
    const { status, stdout, stderr } = spawnSync('sh', away, { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };
  expect(inside('plan', 'p.yaml')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'ticketlab: The folder that you are in is no longer there. Go to another one first.\n',
  });
  expect(inside('--version').code).toBe(0);
});
