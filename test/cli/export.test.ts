import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, project, ticketlab } from './command.js';

const pipeline = `ticketlab: 1
name: p
params:
  words: { type: list<string>, default: [a b, a_b, A_B] }
presets:
  two: { words: [x, y] }
stages:
  text:
    matrix: { word: '\${params.words}' }
    shell: printf %s "$WITH_WORD" > "$OUT_NOTE"; mkdir "$OUT_ALL"; echo 1 > "$OUT_ALL/one.dat"; echo 2 > "$OUT_ALL/README"; mkdir "$OUT_ALL/sub dir"; echo 3 > "$OUT_ALL/sub dir/ü.dat"; touch "$OUT_PLAIN"
    inputs: { word: { type: string } }
    outputs: { note: { type: file, format: txt }, all: { type: dir }, plain: { type: file } }
    with: { word: '\${matrix.word}' }
`;
const folder = project({ 'p.yaml': pipeline });
const ran = ticketlab(folder, ['run', 'p.yaml', '--preset', 'two', '--ui', 'plain']);
const two = ['p.yaml', '--preset', 'two'];

describe('export', () => {
  test("gives outputs of programs of one's own the extension that they declare, and files of folders their names", () => {
    expect(ran.stdout).toContain('2 ran, 0 failed');
    const { stdout, stderr } = ticketlab(folder, ['export', 'text[word=x]', 'out', ...two]);
    expect({ stdout, stderr }).toEqual({ stdout: 'out: 5 files, 7 B.\n', stderr: '' });
    expect(filesBelow(join(folder, 'out'))).toEqual([
      'text-word=x.all/README',
      'text-word=x.all/one.dat',
      'text-word=x.all/sub dir/ü.dat',
      'text-word=x.note.txt',
      'text-word=x.plain',
    ]);
  });

  test('tells instances apart whose coordinates are one file name', () => {
    ticketlab(folder, ['run', 'p.yaml', '--ui', 'quiet']);
    expect(ticketlab(folder, ['export', 'text', 'all', 'p.yaml']).stdout).toBe('all: 15 files, 27 B.\n');
    const notes = readdirSync(join(folder, 'all')).filter((name) => name.includes('note'));
    expect(notes.sort()).toEqual([
      'text-word=A_B.note~2.txt',
      'text-word=a_b.note.txt',
      'text-word=a_b~c743da.note.txt',
    ]);
    expect(notes.map((name) => readFileSync(join(folder, 'all', name), 'utf8')).sort()).toEqual([
      'A_B',
      'a b',
      'a_b',
    ]);
  });

  test('says with which command what is missing can be computed, with the same values', () => {
    writeFileSync(join(folder, 'own values.yaml'), 'words: [x, z]\n');
    const { code, stderr } = ticketlab(folder, [
      ...['export', 'text[word=z]', 'none', 'p.yaml', '--params', 'own values.yaml'],
      ...['-P', "words=[z, 'it''s']", '--store', 'other'],
    ]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `ticketlab: 1 of 1 instance is not in the store, for example text[word=z]: they cannot be exported.
  Compute them first:  ticketlab run p.yaml 'text[word=z]' --params 'own values.yaml' -P 'words=[z, '\\''it'\\'''\\''s'\\'']' --store other
`,
    });
  });

  test.skipIf(!existsSync('/proc/self'))('ends where no folder can be made, in words', () => {
    const { code, stdout, stderr } = ticketlab(folder, ['export', 'text', '/proc/x', ...two]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^ticketlab: \/proc\/x cannot be written \(E\w+ in mkdir\): [^\n]+\. Name another place\.\n$/,
    );
  });

  test('leaves nothing, not even the folders above, where a file cannot be written', () => {
    const long = pipeline.replace('[x, y]', `['${'n'.repeat(250)}']`);
    writeFileSync(join(folder, 'long.yaml'), long);
    ticketlab(folder, ['run', 'long.yaml', '--preset', 'two', '--ui', 'quiet']);
    mkdirSync(join(folder, 'kept'));
    const { code, stderr } = ticketlab(folder, [
      'export',
      'text',
      'kept/new/deep',
      'long.yaml',
      '--preset',
      'two',
    ]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'ticketlab: kept/new/deep cannot be written (ENAMETOOLONG in mkdir): the name is too long. Name another place.\n',
    });
    expect(filesBelow(join(folder, 'kept'))).toEqual([]);
    expect(readdirSync(join(folder, 'kept'))).toEqual([]);
  });
});

describe.skipIf(!existsSync('/proc/self'))('where no folder can be made it is said in one line', () => {
  test.each<[readonly string[]]>([
    [['run', ...two, '--store', '/proc/x/y', '--ui', 'plain']],
    [['pack', 'text', ...two, '-o', '/proc/x.tlpack']],
    [['init', '/proc/x/y.yaml']],
  ])('%j', (words) => {
    const { code, stdout, stderr } = ticketlab(folder, words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^ticketlab: [^\n]*\/proc\/x[^\n]* \(?E\w+[^\n]*\n$/);
    expect(stderr).not.toContain('fault of ticketlab');
  });
});
