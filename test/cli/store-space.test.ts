import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, filesBelow, plannedIn, project, ticketlab, tiny } from './command.js';

const folder = project({ 'tiny.yaml': tiny });
const run = (...words: string[]) =>
  eventsOf(ticketlab(folder, ['run', 'tiny.yaml', 'init', '--ui', 'json', ...words])).at(-1);
const verdicts = () => plannedIn(folder, ['tiny.yaml', 'init']).map(({ verdict }) => verdict);
const ageStore = () => {
  const then = new Date(Date.now() - 60 * 24 * 3600 * 1000);
  for (const name of readdirSync(join(folder, '.ticketlab'), { recursive: true, encoding: 'utf8' }))
    utimesSync(join(folder, '.ticketlab', name), then, then);
};
const everything = ['--keep-runs', '0', '--keep-days', '0'];
const gc = (...words: string[]) => ticketlab(folder, ['gc', ...words]);

describe('gc', () => {
  test('by default only reports; --apply moves to the trash; --undo brings it back', () => {
    expect(run()).toMatchObject({ ran: 1 });
    ageStore();
    const before = filesBelow(folder);
    const report = gc(...everything);
    expect(report.code).toBe(0);
    expect(report.stdout).toMatch(
      /^To the trash: 1 result, 2 objects, 1 run log, [\d.]+ KiB in all\.\nKept: 0 results, 0 B; protected by 0 runs and 0 pins\.\nNothing was changed: gc --apply does it, and gc --undo takes it back\.\n$/,
    );
    expect(filesBelow(folder)).toEqual(before);
    expect(gc().stdout).toMatch(/^There is nothing to clean away\.\nKept: 1 result, .* protected by 1 run /);
    expect(gc(...everything, '--apply').stdout).toMatch(/ moved to trash\/\d{8}-\d{6}-[0-9a-f]{6}\. /);
    expect(verdicts()).toEqual(['run']);
    expect(gc('--undo').stdout).toMatch(/^\d+ things of .* are back\. /);
    expect(verdicts()).toEqual(['hit']);
    const applied = JSON.parse(gc(...everything, '--apply', '--json').stdout) as {
      batch: string;
      moved: number;
    };
    expect(JSON.parse(gc('--undo', '--json').stdout)).toEqual({
      ...{ batch: applied.batch, restored: applied.moved, older: [] },
    });
    expect(gc('--undo')).toMatchObject({
      code: 2,
      stderr: 'ticketlab: There is nothing in the trash to bring back.\n',
    });
  });

  test('keeps what is pinned until it is unpinned', () => {
    expect(ticketlab(folder, ['pin', 'init', 'tiny.yaml', '--name', 'paper-v1']).stdout).toBe(
      'Pinned init as paper-v1: 1 result stays.\n',
    );
    expect(ticketlab(folder, ['pin']).stdout).toMatch(
      /^paper-v1 {2}init of tiny \(default\), 1 result, \d{4}-\d\d-\d\d\n$/,
    );
    expect(gc(...everything).stdout).toContain('protected by 0 runs and 1 pin.');
    expect(JSON.parse(gc(...everything, '--json').stdout)).toMatchObject({ results: [], kept: { pins: 1 } });
    expect(ticketlab(folder, ['unpin', 'paper-v1']).stdout).toBe(
      'paper-v1 is no longer pinned. Nothing was removed.\n',
    );
    expect(ticketlab(folder, ['pin']).stdout).toBe('Nothing is pinned.\n');
  });

  test('a cap makes run warn before it starts', () => {
    expect(gc('--cap', '1kB').stdout).toBe("The store's cap is 1000 B.\n");
    const words = ['run', 'tiny.yaml', 'init', '--ui', 'quiet'];
    expect(ticketlab(folder, words).stderr).toBe('');
    const { stderr, code } = ticketlab(folder, [...words, '--force', 'init']);
    expect(stderr).toMatch(
      /^ticketlab: warning: the store holds [\d.]+ KiB, and 1 instance may add [\d.]+ KiB: more than its cap of 1000 B\.\n {2}ticketlab gc says what could go; ticketlab gc --cap changes the cap\.\n$/,
    );
    expect(code).toBe(0);
    expect(gc('--cap', 'none').stdout).toBe('The store has no cap.\n');
  });
});

test('a cap makes run warn of programs too, and name those of which there is no result', () => {
  const pipeline = `ticketlab: 1
name: own
params: { seeds: { type: list<int>, default: [1, 2] } }
stages:
  folder:
    matrix: { seed: '\${params.seeds}' }
    shell: 'head -c 100000 /dev/zero > "$OUT_OUT"; echo "$WITH_SEED" >> "$OUT_OUT"'
    inputs: { seed: { type: int } }
    outputs: { out: { type: file } }
    with: { seed: '\${matrix.seed}' }
  curve:
    run: [sh, -c, 'echo 1 > out/out']
    outputs: { out: { type: file } }
`;
  const own = project({ 'own.yaml': pipeline });
  const run = (...words: string[]) => ticketlab(own, ['run', 'own.yaml', '--ui', 'quiet', ...words]).stderr;
  expect(run('folder')).toBe('');
  ticketlab(own, ['gc', '--cap', '300kB']);
  expect(run('-P', 'seeds=[1,2,3,4,5]')).toMatch(
    /^ticketlab: warning: the store holds [\d.]+ KiB, and 4 instances may add 293 KiB, not counting curve, of which there is no result yet: more than its cap of /,
  );
});

test('du says who uses how much', () => {
  const { stdout, code } = ticketlab(folder, ['du']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^exclusive +shared +results +stage\n +[\d.]+ KiB +0 B +1 +init\n\n/);
  const usage = JSON.parse(ticketlab(folder, ['du', '--by', 'run', '--json']).stdout) as { rows: object[] };
  expect(usage.rows.length).toBeGreaterThan(0);
});

describe('wrong words', () => {
  test.each<[readonly string[], RegExp]>([
    [['pin', 'init', 'tiny.yaml'], /^ticketlab: A pin needs a name: /],
    [
      ['pin', '--name', 'x'],
      /^ticketlab: pin without an address lists the pins: --name, --preset, --params and -P go with one\.\n$/,
    ],
    [['pin', '-P', 'generations=2'], /^ticketlab: pin without an address lists the pins: /],
    [
      ['pin', 'init', 'tiny.yaml', '--name', 'x', '--json'],
      /^ticketlab: pin --json lists the pins: it takes no address\.\n$/,
    ],
    [['pin', 'init', 'tiny.yaml', '--name', '../x'], /^ticketlab: "\.\.\/x" cannot be the name of a pin: /],
    [
      ['pin', 'imp', 'tiny.yaml', '--name', 'x'],
      /^ticketlab: 19 of 20 instances are not in the store, for example data: they cannot be pinned\.\n {2}Compute them first: {2}ticketlab run tiny\.yaml imp\n$/,
    ],
    [['pin', '20250131-235959-3f9a1c', '--name', 'x'], /^ticketlab: There is no run 20250131-235959-3f9a1c /],
    [['unpin', 'x'], /^ticketlab: There is no pin "x"\. Nothing is pinned\.\n$/],
    [['gc', '--apply', '--undo'], /^ticketlab: gc takes one of --apply, --undo and --cap\.\n$/],
    [['gc', '--max-size', 'much'], /^ticketlab: "much" is not a size\. /],
    [['gc', '--keep-days', '-1'], /--keep-days/],
    [['gc', 'all'], /too many arguments/],
    [['du', '--by', 'colour'], /colour[^]*stage, run, preset/],
  ])('%j: exit code 2, in words, and nothing changes', (words, message) => {
    const before = filesBelow(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    const { code, stdout, stderr } = ticketlab(folder, words);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(filesBelow(folder).map((name) => readFileSync(join(folder, name), 'latin1'))).toEqual(before);
  });
});
