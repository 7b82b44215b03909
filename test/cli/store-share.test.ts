import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, filesBelow, plannedIn, project, ticketlab, tiny } from './command.js';

const folder = project({ 'tiny.yaml': tiny });
const here = (...words: string[]) => ticketlab(folder, words);
const quick = ['-P', 'generations=2'];
here('run', 'tiny.yaml', '--ui', 'quiet');
const figure = 'results/tiny/default/accuracy.svg';
const storeFiles = () =>
  filesBelow(join(folder, '.ticketlab/store')).filter((name) => !name.startsWith('runs/'));

describe('lock', () => {
  test('writes down what came out, and verify --locked compares it', () => {
    expect(here('lock', 'tiny.yaml').stdout).toBe('tiny.lock: 21 instances of default. Commit it.\n');
    const text = readFileSync(join(folder, 'tiny.lock'), 'utf8');
    expect(text.split('\n')).toHaveLength(1 + 21 + 1);
    expect(text).toMatch(/^default imp\.train\[method=random,k=1\] [0-9a-f]{64} [0-9a-f]{64}$/m);
    expect(here('verify', '--locked', 'tiny.yaml')).toMatchObject({
      code: 0,
      stdout: '21 instances of default are as tiny.lock says.\n',
    });
    expect(here('lock', 'tiny.yaml').code).toBe(0);
    expect(readFileSync(join(folder, 'tiny.lock'), 'utf8')).toBe(text);
  });

  test('finds what is not as it was locked', () => {
    const text = readFileSync(join(folder, 'tiny.lock'), 'utf8');
    writeFileSync(
      join(folder, 'tiny.lock'),
      text
        .replace(/^(default init \S+) .{8}/m, '$1 01234567')
        .replace(/^(default data) .{8}/m, '$1 01234567'),
    );
    const { code, stdout } = here('verify', '--locked', 'tiny.yaml');
    expect(stdout).toMatch(
      /^data: its key is another one: ticketlab why says what changed\ninit: same key, but other bytes /,
    );
    expect(code).toBe(1);
    writeFileSync(join(folder, 'tiny.lock'), text);
  });

  test('keeps the lines of other variants, and is not written while something is missing', () => {
    const text = readFileSync(join(folder, 'tiny.lock'), 'utf8');
    const other = `smoke init ${'0'.repeat(64)} ${'1'.repeat(64)}\n`;
    writeFileSync(join(folder, 'tiny.lock'), text + other);
    expect(here('lock', 'tiny.yaml').code).toBe(0);
    expect(readFileSync(join(folder, 'tiny.lock'), 'utf8')).toBe(text + other);
    expect(here('lock', 'tiny.yaml', ...quick).stderr).toContain('they cannot be locked.');
    expect(readFileSync(join(folder, 'tiny.lock'), 'utf8')).toBe(text + other);
  });
});

describe('verify', () => {
  test('finds nothing after a run, and names what is damaged, changing nothing', () => {
    const sound = here('verify');
    expect(sound.stdout).toMatch(/^20 results, \d+ objects, [\d.]+ MiB: all is well\.\n$/);
    expect(sound.code).toBe(0);
    const { outputs } = plannedIn(folder, ['tiny.yaml', 'init'])[0]!;
    const { sha256 } = outputs['mask']!;
    const object = join(folder, '.ticketlab/store/cas', sha256.slice(0, 2), sha256.slice(2));
    const bytes = readFileSync(object);
    rmSync(object);
    writeFileSync(
      object,
      bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)),
    );
    const before = storeFiles();
    const broken = here('verify');
    expect(broken.stdout).toMatch(
      /^damaged object: [0-9a-f]{64}\n.*: 1 problem\. The next run heals what it needs\.\n$/,
    );
    expect(broken.code).toBe(1);
    expect(storeFiles()).toEqual(before);
    rmSync(object);
    writeFileSync(object, bytes);
  });

  test('--rebuild computes a sample again in scratch and finds the same bytes', () => {
    const before = storeFiles();
    const { stdout, code } = here('verify', '--rebuild', '1%');
    expect(stdout).toContain(
      'Computed 6 of 20 results again (sample 1; --seed takes another): 6 the same, 0 different, 0 failed, 0 not possible here.\n',
    );
    expect(code).toBe(0);
    expect(storeFiles()).toEqual(before);
  });

  test('--rebuild finds a result that cannot be made again', () => {
    // Another store, in which somebody else's bytes stand under the key of `init`.
    const { key } = plannedIn(folder, ['tiny.yaml', 'init'])[0]!;
    const path = join(folder, '.ticketlab/store/res', key!.slice(0, 2), `${key!.slice(2)}.json`);
    const forged = join(folder, 'forged');
    const other = ['--store', 'forged'];
    here('run', 'tiny.yaml', 'init', '--ui', 'quiet', ...other);
    const target = join(forged, 'res', key!.slice(0, 2), `${key!.slice(2)}.json`);
    const record = JSON.parse(readFileSync(path, 'utf8')) as { outputs: Record<string, unknown> };
    record.outputs['weights'] = record.outputs['mask'];
    rmSync(target);
    writeFileSync(target, sealed(record));
    const { stdout, code } = here('verify', '--rebuild', '100%', ...other);
    expect(stdout).toMatch(/init \([0-9a-f]{12}\): other bytes of weights\. NOT REPRODUCIBLE\.\n/);
    expect(code).toBe(1);
  });
});

/** The record with a right sum: whoever can write to a store can write this. */
function sealed(record: object): string {
  const script =
    "import('./dist/src/store/record.js').then(({ sealRecord, encodeRecord }) => process.stdout.write(encodeRecord(sealRecord(JSON.parse(process.argv[1])))))";
  return spawnSync(process.execPath, ['-e', script, JSON.stringify(record)], { encoding: 'utf8' }).stdout;
}

describe('pack and unpack', () => {
  test('a colleague who unpacks has only hits, and the same figure', () => {
    expect(here('pack', 'accuracy', 'tiny.yaml', '-o', 'all.tlpack').stdout).toMatch(
      /^all\.tlpack: 16 results, \d+ objects, [\d.]+ MiB\.\n$/,
    );
    const colleague = project({ 'theirs.yaml': tiny });
    copyFileSync(join(folder, 'all.tlpack'), join(colleague, 'all.tlpack'));
    expect(ticketlab(colleague, ['unpack', 'all.tlpack']).stdout).toBe(
      'all.tlpack: 16 results are new, 0 were there.\n',
    );
    const end = eventsOf(ticketlab(colleague, ['run', 'theirs.yaml', 'accuracy', '--ui', 'json'])).at(-1);
    expect(end).toMatchObject({ hit: 17, ran: 0, exit: 0 });
    expect(readFileSync(join(colleague, figure))).toEqual(readFileSync(join(folder, figure)));
    expect(ticketlab(colleague, ['verify']).code).toBe(0);
  });
});

describe('export', () => {
  test('copies outputs by names that say what they are', () => {
    expect(here('export', 'imp.train[method=random,k=2]', 'tickets', 'tiny.yaml').stdout).toMatch(
      /^tickets: 2 files, [\d.]+ KiB\.\n$/,
    );
    expect(readdirSync(join(folder, 'tickets')).sort()).toEqual([
      'imp.train-method=random-k=2.metrics.csv',
      'imp.train-method=random-k=2.ticket.safetensors',
    ]);
  });

  const documented = readFileSync(resolve('docs/commands.md'), 'utf8');
  const script = /```python\n([^]*?)```/.exec(documented)?.[1] ?? '';
  const python = process.env['TICKETLAB_TEST_PYTHON'] ?? 'python3';
  const missing = spawnSync(python, ['-c', 'import numpy, safetensors']).status !== 0;

  test.skipIf(missing)(
    missing
      ? 'SKIPPED, for there is no Python with numpy and safetensors: a ticket is read by the lines of docs/commands.md'
      : 'a ticket is read by the lines of docs/commands.md',
    () => {
      expect(script.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
      here('export', 'imp.train[method=random,k=3]', 'ticket', 'tiny.yaml');
      const path = join(folder, 'ticket', 'imp.train-method=random-k=3.ticket.safetensors');
      const { stdout, stderr, status } = spawnSync(python, ['-c', script, path], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout).toMatch(
        /^mlp \[196, 8, 10\]\n\d+ of 1666 coordinates kept, mean of \|mean\|\/std \d+\.\d+\n$/,
      );
    },
  );
});

describe('provenance', () => {
  test('leads from a figure to the data, by the key inside it', () => {
    for (const name of ['accuracy.svg', 'accuracy.png']) {
      const { stdout, code } = here('provenance', join('results/tiny/default', name));
      expect(stdout).toMatch(
        /^results\/tiny\/default\/accuracy\.\w+: accuracy, result [0-9a-f]{64}\n {2}pipeline tiny \(default\) of tiny\.yaml/,
      );
      expect(stdout).toMatch(
        /from 16 results[^]* 1 × data {2}dataset version 2[^]*file train-images-idx3-ubyte {2}sha256 [0-9a-f]{64}[^]* 5 × imp\.train {2}train-es version 2/,
      );
      expect(code).toBe(0);
    }
  });

  test('as JSON has every step with its inputs', () => {
    const { steps, subject } = JSON.parse(here('provenance', figure, '--json').stdout) as {
      subject: object;
      steps: { key: string; instance: string; inputs: { from: string | null }[] }[];
    };
    expect(subject).toMatchObject({ file: figure, intact: true });
    const known = new Set<string | null>();
    for (const { key, inputs } of steps) {
      for (const { from } of inputs) expect(known.has(from)).toBe(true);
      known.add(key);
    }
    expect(steps.at(-1)).toMatchObject({ instance: 'accuracy' });
  });

  test('finds files without a mark by their bytes, and says when a marked one was changed', () => {
    expect(here('provenance', 'results/tiny/default/accuracy.csv').stdout).toContain(': accuracy, result ');
    const text = readFileSync(join(folder, figure), 'utf8');
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere/changed.svg'), text.replace('</g>', '<!-- better --></g>'));
    const { stdout, code } = here('provenance', 'elsewhere/changed.svg');
    expect(stdout).toContain('THE FILE WAS CHANGED after it was written');
    expect(code).toBe(1);
  });
});

describe('wrong words', () => {
  writeFileSync(join(folder, 'broken.lock'), 'x\n');
  writeFileSync(join(folder, 'broken.yaml'), tiny);
  writeFileSync(join(folder, 'unlocked.yaml'), tiny);
  mkdirSync(join(folder, 'folder.lock'));
  writeFileSync(join(folder, 'folder.yaml'), tiny);
  writeFileSync(join(folder, 'stranger.svg'), '<svg></svg>');
  test.each<[readonly string[], RegExp]>([
    [['lock', 'broken.yaml'], /^ticketlab: broken\.lock:1 is not a line of a lock: /],
    [['verify', '--locked', 'broken.yaml'], /^ticketlab: broken\.lock:1 is not a line of a lock: /],
    [['verify', 'tiny.yaml'], /^ticketlab: verify looks at the whole store: /],
    [['verify', '--rebuild', '5'], /^ticketlab: "5" is not a share\. /],
    [['verify', '--rebuild', '5%', '--json'], /^ticketlab: verify --rebuild takes no --json\.\n$/],
    [
      ['verify', '--locked', 'tiny.yaml', ...quick],
      /^ticketlab: tiny\.lock has no line of default\+[0-9a-f]{8}\. Write them: {2}ticketlab lock tiny\.yaml -P generations=2\n$/,
    ],
    [
      ['verify', '--locked', 'unlocked.yaml', ...quick],
      /^ticketlab: There is no lock unlocked\.lock\. Write one: {2}ticketlab lock unlocked\.yaml -P generations=2\n$/,
    ],
    [['verify', '--rebuild', '5%', '--locked'], /^ticketlab: verify --locked takes neither /],
    [['pack', 'accuracy', 'tiny.yaml'], /required option '-o, --output <archive>'/],
    [['pack', 'accuracy', 'tiny.yaml', '-o', 'tiny.yaml'], /^ticketlab: tiny\.yaml is there already\. /],
    [
      ['pack', 'accuracy', 'tiny.yaml', ...quick, '-o', 'x'],
      /instances are not in the store[^]*they cannot be packed\./,
    ],
    [
      ['pack', 'init', 'tiny.yaml', '-o', 'no/such/x'],
      /^ticketlab: There is no folder no\/such\. Make it first\.\n$/,
    ],
    [
      ['unpack', 'tiny.yaml'],
      /^ticketlab: tiny\.yaml is not a whole archive of results: it does not begin like one\. Nothing was unpacked\.\n$/,
    ],
    [['unpack', 'results'], /^ticketlab: results cannot be read: it is not a regular file\n$/],
    [
      ['verify', '--locked', 'folder.yaml'],
      /^ticketlab: folder\.lock is not a regular file\. Give it another name\.\n$/,
    ],
    [['unpack', 'none'], /^ticketlab: none cannot be read: ENOENT/],
    [['export', 'init', 'results', 'tiny.yaml'], /^ticketlab: results is there already and not empty\. /],
    [
      ['export', 'init', 'tiny.yaml', 'tiny.yaml'],
      /^ticketlab: tiny\.yaml is there already\. Name a new folder\.\n$/,
    ],
    [['provenance', 'none.svg'], /^ticketlab: none\.svg cannot be read: ENOENT/],
    [
      ['provenance', 'stranger.svg'],
      /^ticketlab: stranger\.svg has no mark of ticketlab, and nothing in this store has its bytes\.\n$/,
    ],
    [['provenance', figure, '--store', 'empty'], /which is not in this store\. Name another with --store/],
  ])('%j: exit code 2, in words, and nothing changes', (words, message) => {
    const before = filesBelow(folder);
    const { code, stdout, stderr } = ticketlab(folder, words);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('fault of ticketlab');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(filesBelow(folder)).toEqual(before);
  });
});
