import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installed } from '../docs/guide.js';
import { eventsOf, filesBelow, project, ticketlab, tiny } from './command.js';

/** `[what a user did, the file, more words, what the message must say]` */
const wrong: readonly [string, string | Uint8Array, readonly string[], RegExp][] = [
  ['a misspelt key', tiny.replace('        uses: prune', '        usse: prune'), [], /usse.*\n[^]*uses/],
  ['a misspelt parameter', tiny.replace('popsize: 8', 'popsise: 8'), [], /popsise[^]*popsize/],
  ['an unknown stage type', tiny.replace('uses: plot', 'uses: plott'), [], /plott[^]*plot/],
  ['a stage that does not exist', tiny.replaceAll('stages.data', 'stages.dataa'), [], /dataa[^]*data/],
  [
    'a cycle',
    tiny
      .replace('model: mlp,', 'model: mlp,')
      .replace("start: '${stages.init.mask}'", "start: '${stages.imp.mask}'"),
    [],
    /imp/,
  ],
  ['a wrong type of parameter', tiny.replace('popsize: 8', 'popsize: many'), [], /popsize[^]*many/],
  [
    'an expression in flow style',
    tiny.replace('      task: mnist\n      downsample: 2', '      { task: ${params.task}, downsample: 2 }'),
    [],
    /quote/i,
  ],
  ['an empty file', '', [], /empty/],
  ['a list', '- a\n- b\n', [], /mapping|list/],
  ['two documents', `${tiny}---\n${tiny}`, [], /document/],
  ['random bytes', Uint8Array.from({ length: 400 }, (_, i) => (i * 197 + 31) % 256), [], /text/i],
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    [],
    /alias/i,
  ],
  ['a value that is no number', tiny, ['-P', 'generations=abc'], /generations[^]*abc/],
  ['an unknown parameter', tiny, ['-P', 'generation=4'], /generation[^]*generations/],
  ['an unknown preset', tiny, ['--preset', 'fast'], /fast/],
  ['an axis left over', tiny.replace('over: [method, k]', 'over: [method]'), [], /\bk\b/],
  ['an unknown target', tiny, ['accurac'], /accurac[^]*accuracy/],
  ['a number of jobs that is none', tiny, ['--jobs', '0'], /--jobs/],
  ['a word that run does not know', tiny, ['--prset', 'x'], /--prset[^]*--preset/],
  ['a plan as JSON of a run', tiny, ['--json'], /--json goes with -n/],
  [
    'a misspelt column',
    tiny.replace('y: test_accuracy', 'y: test_acuracy'),
    [],
    /"test_acuracy"[^]*Did you mean "test_accuracy"/,
  ],
  [
    'a program whose code is not there',
    'ticketlab: 1\nname: p\nstages:\n  a: { run: [sh, a.sh], code: [a.sh], outputs: { x: { type: file } } }\n',
    [],
    /bad\.yaml:4:32 {2}error CODE_UNREADABLE: The code a\.sh cannot be used: there is no such file or folder\./,
  ],
];

describe('what cannot be run is refused with exit code 2, in words, with nothing written', () => {
  test.each(wrong)('%s', (_what, source, words, message) => {
    const folder = project({ 'bad.yaml': source });
    const { code, stderr, stdout } = ticketlab(folder, ['run', 'bad.yaml', ...words]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at .*\.js:\d+/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(filesBelow(folder)).toEqual(['bad.yaml']);
  });

  test.each([['verify'], ['du'], ['gc']])('%s of a store that is not there', (command) => {
    const folder = project({ 'good.yaml': tiny });
    const { code, stderr, stdout } = ticketlab(folder, [command]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('nothing has been run in this folder yet, or it is the wrong one.');
    expect(filesBelow(folder)).toEqual(['good.yaml']);
  });

  test('a file that is not there, with those that are', () => {
    const folder = project({ 'good.yaml': tiny });
    const { code, stderr } = ticketlab(folder, ['run', 'god.yaml']);
    expect(stderr).toBe('ticketlab: There is no pipeline file god.yaml.\n  Files there: good.yaml\n');
    expect(code).toBe(2);
  });

  test('a folder', () => {
    const folder = project();
    mkdirSync(join(folder, 'some.yaml'));
    const { code, stderr } = ticketlab(folder, ['validate', 'some.yaml']);
    expect(stderr).toBe('ticketlab: some.yaml is a folder, not a pipeline file.\n');
    expect(code).toBe(2);
  });

  test('a store below a regular file', () => {
    const folder = project({ 'good.yaml': tiny, taken: 'a file' });
    const { code, stderr } = ticketlab(folder, ['run', 'good.yaml', '--store', 'taken/store']);
    expect(stderr).toBe(
      `ticketlab: The store cannot be at ${join(folder, 'taken/store')}: ${join(folder, 'taken')} is a file, not a folder. Take another place with --store.\n`,
    );
    expect(code).toBe(2);
    expect(filesBelow(folder)).toEqual(['good.yaml', 'taken']);
  });

  test('an address that names nothing to force', () => {
    const folder = project({ 'good.yaml': tiny });
    const { code, stderr } = ticketlab(folder, ['run', 'good.yaml', '--force', 'imp.train[k=9]']);
    expect(stderr).toBe(
      'ticketlab: --force imp.train[k=9] names no instance of this run: none of imp.train has k = 9. k is 1, 2 and 3. ticketlab plan lists what there is.\n',
    );
    expect(code).toBe(2);
    expect(filesBelow(folder)).toEqual(['good.yaml']);
  });
});

test.skipIf(!existsSync('/dev/full'))('output that finds no room is one message, not a stack', () => {
  const folder = project({ 'p.yaml': tiny });
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [installed, 'plan', 'p.yaml'], {
    ...{ cwd: folder, encoding: 'utf8', timeout: 170_000 },
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  expect(stderr).toBe('ticketlab: what it says cannot be written (ENOSPC in write): the disk is full.\n');
  expect(status).toBe(1);
});

test('a data file cut short fails that stage, and leaves no object, record or result', () => {
  const folder = project({
    'short.yaml':
      'ticketlab: 1\nname: short\nstages:\n  data: { uses: dataset, with: { task: mnist, source: path, path: images } }\n',
  });
  mkdirSync(join(folder, 'images'));
  const header = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2, 3]);
  for (const name of [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ])
    writeFileSync(join(folder, 'images', name), header);
  const outcome = ticketlab(folder, ['run', 'short.yaml', '--ui', 'json']);
  expect(outcome.code).toBe(1);
  const failure = eventsOf(outcome).find(({ type }) => type === 'inst.end');
  expect(failure).toMatchObject({ how: 'failed', inst: 'data' });
  expect(String(failure?.['message'])).toMatch(/train-images-idx3-ubyte/);
  const left = filesBelow(join(folder, '.ticketlab/store')).filter((name) => /^(cas|res|tmp)\//.test(name));
  expect(left).toEqual([]);
  expect(filesBelow(join(folder, 'results'))).toEqual([]);
});
