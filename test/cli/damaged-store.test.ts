import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plannedIn, project, ticketlab, type Outcome } from './command.js';

const pipeline = `ticketlab: 1
name: p
stages:
  a: { shell: 'printf a > "$OUT_OUT"', outputs: { out: { type: file } } }
  b:
    inputs: { a: { type: file } }
    with: { a: { from: stages.a.out } }
    shell: 'cat "$IN_A" > "$OUT_OUT"; printf b >> "$OUT_OUT"'
    outputs: { out: { type: file } }
`;

interface Ran {
  readonly folder: string;
  readonly store: string;
  readonly record: string;
  readonly object: string;
  readonly run: () => Outcome;
}

/** A project whose pipeline has been run; the paths are those of `a`. */
function ran(): Ran {
  const folder = project({ 'p.yaml': pipeline });
  const run = (): Outcome => ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain', '--jobs', '1']);
  expect(run().stdout).toContain('0 hit, 2 ran');
  expect(run().stdout).toContain('2 hit, 0 ran');
  const a = plannedIn(folder, ['p.yaml']).find(({ instance }) => instance === 'a')!;
  const store = join(folder, '.ticketlab/store');
  const [key, digest] = [a.key!, a.outputs['out']!.sha256];
  return {
    ...{ folder, store, run },
    record: join(store, 'res', key.slice(0, 2), `${key.slice(2)}.json`),
    object: join(store, 'cas', digest.slice(0, 2), digest.slice(2)),
  };
}

function overwrite(path: string, text: string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, text);
}

const flipped = (path: string): string => readFileSync(path, 'utf8').replace('"wall_s"', '"wall_t"');

describe('a record that an index knows', () => {
  test.each<[string, (path: string) => void, string]>([
    ['emptied', (path) => overwrite(path, ''), 'damaged record'],
    ['cut short', (path) => overwrite(path, readFileSync(path, 'utf8').slice(0, 99)), 'damaged record'],
    ['changed', (path) => overwrite(path, flipped(path)), 'damaged record'],
    ['deleted', (path) => rmSync(path), 'missing record'],
  ])('and that was %s is found by verify, and made again by the run after it', (_, happen, kind) => {
    const { folder, record, run } = ran();
    happen(record);
    const { code, stdout } = ticketlab(folder, ['verify']);
    expect(code).toBe(1);
    expect(stdout).toContain(`${kind}: ${record}\n`);
    expect(stdout).toContain('The next run heals what it needs.');
    expect(run().stdout).toContain('1 hit, 1 ran, 0 failed');
    expect(ticketlab(folder, ['verify']).stdout).toMatch(/^2 results, 2 objects, .*: all is well\.\n$/);
  });

  test('and that is gone is pinned no more than it is packed', () => {
    const { folder, record } = ran();
    rmSync(record);
    const { code, stderr } = ticketlab(folder, ['pin', 'b', 'p.yaml', '--name', 'x']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^ticketlab: The record of a is gone\. Compute it again:\n {2}ticketlab run .*--force a\n$/,
    );
  });
});

const odd: [string, (path: string) => void][] = [
  ['a pipe', (path) => void execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(join(path, 'inside'), { recursive: true })],
  ['a link to a device without end', (path) => symlinkSync('/dev/zero', path)],
  ['a link to nothing', (path) => symlinkSync('nowhere', path)],
];

describe.each(odd)('%s in the place', (_, put) => {
  test.each(['record', 'object'] as const)(
    'of a %s is not waited for, and is no longer there after the next run',
    (kind) => {
      const { run, folder, [kind]: place } = ran();
      rmSync(place);
      put(place);
      for (const words of [['gc'], ['du'], ['why', 'a', 'p.yaml'], ['verify']])
        expect({ words, ...ticketlab(folder, words) }).toMatchObject({
          ...{ words, stderr: '' },
          code: words[0] === 'verify' ? 1 : 0,
        });
      expect(run().stdout).toContain('1 hit, 1 ran, 0 failed');
      expect(ticketlab(folder, ['verify']).stdout).toMatch(/: all is well\.\n$/);
    },
  );
});

describe('the mark of a store', () => {
  test.each<[string, (path: string) => void]>([
    ['deleted', (path) => rmSync(path)],
    ['emptied', (path) => overwrite(path, '')],
    ['cut short', (path) => overwrite(path, readFileSync(path, 'utf8').slice(0, 30))],
  ])('that was %s is made anew by the next run, and everything is a hit', (_, happen) => {
    const { folder, store, run } = ran();
    const mark = join(store, 'STORE.json');
    happen(mark);
    const { code, stdout } = ticketlab(folder, ['verify']);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        new RegExp(
          `^missing mark: ${mark}\n2 results, .*: 1 problem\\. The next run heals what it needs\\.\n$`,
        ),
      ) as string,
    });
    expect(run().stdout).toContain('2 hit, 0 ran, 0 failed');
    expect(ticketlab(folder, ['verify']).stdout).toMatch(/: all is well\.\n$/);
    expect(readdirSync(store).filter((name) => name.startsWith('STORE'))).toEqual(['STORE.json']);
  });

  test('is not given to a folder that holds other things too', () => {
    const { store, run } = ran();
    rmSync(join(store, 'STORE.json'));
    writeFileSync(join(store, 'thesis.tex'), '');
    expect(run()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a ticketlab store') as string,
    });
    expect(existsSync(join(store, 'STORE.json'))).toBe(false);
  });
});

test('a run for which there is no room at all ends with exit code 2: nothing was started', () => {
  const folder = project({ 'p.yaml': pipeline });
  const entry = new URL('../../dist/src/bundle/start.cjs', import.meta.url).pathname;
  const words = [
    '-c',
    'ulimit -f 0; exec "$0" "$@"',
    process.execPath,
    entry,
    'run',
    'p.yaml',
    '--ui',
    'plain',
  ];
  const { status, stderr } = spawnSync('sh', words, { cwd: folder, encoding: 'utf8' });
  expect(stderr).toMatch(/^ticketlab: \S+ may not be as large as \d+ bytes \(EFBIG\): [^\n]+\n$/);
  expect(status).toBe(2);
});
