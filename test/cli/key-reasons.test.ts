import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { project, ticketlab } from './command.js';

/*
 * One stage of each kind that people bring along, and one that reads a file from outside. Every part of a key that a
 * person can change is changed once.
 */
const pipeline = `ticketlab: 1
name: p
params:
  colour: { type: string, default: red }
presets:
  other: { colour: blue }
stages:
  data: { uses: dataset, with: { task: mnist, source: path, path: images } }
  program:
    run: [node, lib/make.mjs, '{out.out}', '--mode=plain']
    code: [lib]
    inputs: { note: { type: string } }
    outputs: { out: { type: file } }
    env: { COLOUR: '\${params.colour}' }
    with: { note: first }
  script:
    shell: cat "$IN_OUT" > "$OUT_COPY"
    inputs: { out: { type: file } }
    outputs: { copy: { type: file } }
    with: { out: '\${stages.program.out}' }
  own:
    uses: ./stage/m.mjs
`;
const program = "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2], 'made');\n";
const stage = `import { value } from './value.mjs';
import 'little';
export default { type: 'm', version: 1, params: { type: 'object', properties: {} }, inputs: {},
  outputs: { out: { type: 'file' } }, runtime: 'portable', run: () => ({ out: String(value) }) };
`;
const little = (version: string) => JSON.stringify({ name: 'little', version, main: 'index.js' });

/** The head of an IDX file of images or labels, and bytes that all are `value`. */
function idx(dimensions: readonly number[], value: number): Uint8Array {
  const head = Buffer.alloc(4 + 4 * dimensions.length);
  head.writeUInt16BE(0x0800 + dimensions.length, 2);
  dimensions.forEach((size, at) => head.writeUInt32BE(size, 4 + 4 * at));
  const count = dimensions.reduce((a, b) => a * b, 1);
  return Buffer.concat([head, Buffer.alloc(count, value)]);
}

const start = project({
  'p.yaml': pipeline,
  'lib/make.mjs': program,
  'lib/more.mjs': '',
  'stage/m.mjs': stage,
  'stage/value.mjs': 'export const value = 1;\n',
  'node_modules/little/package.json': little('1.0.0'),
  'node_modules/little/index.js': '',
  'images/train-images-idx3-ubyte': idx([2, 28, 28], 3),
  'images/train-labels-idx1-ubyte': idx([2], 1),
  'images/t10k-images-idx3-ubyte': idx([2, 28, 28], 4),
  'images/t10k-labels-idx1-ubyte': idx([2], 1),
});

type Edit = (folder: string) => void;

const inFile =
  (file: string, from: string, to: string): Edit =>
  (folder) => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, file), text.replace(from, to));
  };
const write =
  (file: string, content: string | Uint8Array): Edit =>
  (folder) =>
    writeFileSync(join(folder, file), content);

/** What is changed, of which stage, and what is said of it. */
const changes: readonly (readonly [what: string, stage: string, reason: string, edit: Edit])[] = [
  [
    'a parameter',
    'program',
    '`note` "first" → "second" in program, line 15',
    inFile('p.yaml', 'note: first', 'note: second'),
  ],
  [
    'a code file',
    'program',
    'code file `lib/make.mjs` has other bytes, line 11',
    inFile('lib/make.mjs', 'made', 'made anew'),
  ],
  ['a new code file', 'program', 'code file `lib/new.mjs` is new, line 11', write('lib/new.mjs', '')],
  [
    'a code file that is named no more',
    'program',
    'code file `lib/more.mjs` is gone, line 11',
    inFile('p.yaml', 'code: [lib]', 'code: [lib/make.mjs]'),
  ],
  [
    'an argument',
    'program',
    '`run` "--mode=plain" → "--mode=bold", line 10',
    inFile('p.yaml', '--mode=plain', '--mode=bold'),
  ],
  [
    'the number of arguments',
    'program',
    '`run` is written otherwise, line 10',
    inFile('p.yaml', ", '--mode=plain'", ''),
  ],
  [
    'a variable of the environment',
    'program',
    'variable `COLOUR` "red" → "green", line 14',
    inFile('p.yaml', "'${params.colour}'", 'green'),
  ],
  [
    'a new variable',
    'program',
    'variable `SIZE` nothing → "9", line 14',
    inFile('p.yaml', "params.colour}'", "params.colour}', SIZE: '9'"),
  ],
  [
    'how an output is declared',
    'program',
    'output `out` is declared otherwise, line 13',
    inFile('p.yaml', 'out: { type: file } }\n    env', 'out: { type: file, format: txt } }\n    env'),
  ],
  [
    'a script',
    'script',
    '`shell` is written otherwise, line 17',
    inFile('p.yaml', 'cat "$IN_OUT"', 'tac "$IN_OUT"'),
  ],
  [
    'the kind of program',
    'script',
    'stage type shell → run',
    inFile('p.yaml', 'shell: cat "$IN_OUT" > "$OUT_COPY"', "run: [cp, '{in.out}', '{out.copy}']"),
  ],
  [
    'a file of a module',
    'own',
    'code file `value.mjs` has other bytes, line 22',
    write('stage/value.mjs', 'export const value = 2;\n'),
  ],
  [
    'the version of a package',
    'own',
    'package `little` "1.0.0" → "1.1.0", line 22',
    write('node_modules/little/package.json', little('1.1.0')),
  ],
  [
    'the version of a stage type',
    'own',
    'version of stage type ./stage/m.mjs 1 → 2',
    inFile('stage/m.mjs', 'version: 1', 'version: 2'),
  ],
  [
    'a file from outside',
    'data',
    'the file `train-labels-idx1-ubyte` (images/train-labels-idx1-ubyte) has other bytes',
    write('images/train-labels-idx1-ubyte', idx([2], 2)),
  ],
];

function copyOf(folder: string): string {
  const copy = project();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** The reasons among the lines of `why` or `diff`. */
const reasons = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => /^ {2,4}\S.*\[[^\]]+\]$/.test(line))
    .map((line) => line.trim());

describe('why names each part of a key that may change, and where it is written:', () => {
  const ran = ticketlab(start, ['run', 'p.yaml', '--ui', 'plain']);

  test('everything ran before anything was changed', () => {
    expect(ran.stdout).toContain('0 hit, 4 ran, 0 failed');
  });

  test.each(changes)('%s', (name, stage, reason, edit) => {
    const folder = copyOf(start);
    edit(folder);
    const { stdout } = ticketlab(folder, ['why', stage, 'p.yaml']);
    // A version is raised in the module itself, which is code.
    const more = name.includes('version of a stage type')
      ? ['code file `m.mjs` has other bytes, line 22  [own]']
      : [];
    expect(reasons(stdout)).toEqual([`${reason}  [${stage}]`, ...more]);
  });

  test('upstream: what was changed in the program is the reason of the script that waits for it', () => {
    const folder = copyOf(start);
    inFile('lib/make.mjs', 'made', 'made anew')(folder);
    const { stdout } = ticketlab(folder, ['why', 'script', 'p.yaml']);
    expect(stdout.replace(/run \d\S+ /, 'run R '))
      .toBe(`script: would run unless what it needs comes out unchanged
Because, compared with run R (default):
  code file \`lib/make.mjs\` has other bytes, line 11  [program]
  1 more only follows: 1 × script
`);
  });

  test('what waits has reasons of its own beside those of what it waits for', () => {
    const folder = copyOf(start);
    inFile('lib/make.mjs', 'made', 'made anew')(folder);
    inFile('p.yaml', 'cat "$IN_OUT"', 'tac "$IN_OUT"')(folder);
    const { stdout } = ticketlab(folder, ['why', 'script', 'p.yaml']);
    expect(reasons(stdout)).toEqual([
      'code file `lib/make.mjs` has other bytes, line 11  [program]',
      '`shell` is written otherwise, line 17  [script]',
    ]);
  });
});

describe('diff names them before anything is computed:', () => {
  const files = (edits: readonly [string, string][]) =>
    edits.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    }, pipeline);

  function diff(edits: readonly [string, string][], more: Readonly<Record<string, string>> = {}): string {
    const folder = copyOf(start);
    writeFileSync(join(folder, 'q.yaml'), files(edits));
    for (const [file, text] of Object.entries(more)) writeFileSync(join(folder, file), text);
    return ticketlab(folder, ['diff', 'p.yaml', 'q.yaml']).stdout;
  }

  test('arguments and code files, and what follows from them', () => {
    const stdout = diff([['code: [lib]', 'code: [lib/make.mjs]']]);
    expect(stdout).toBe(`p.yaml (default) → q.yaml (default): 4 → 4 instances
  2 get another key
    code file \`lib/more.mjs\` is gone, line 11  [program]
    only following: 1 × script
  2 stay as they are
`);
  });

  test.each<[string, [string, string][], string[]]>([
    [
      'variables',
      [["'${params.colour}'", 'green']],
      ['variable `COLOUR` "red" → "green", line 14  [program]'],
    ],
    ['a script', [['cat "$IN', 'tac "$IN']], ['`shell` is written otherwise, line 17  [script]']],
    [
      'a module with another content',
      [['./stage/m.mjs', './m.mjs']],
      ['code file `m.mjs` has other bytes, line 22  [own]', 'code file `value.mjs` is gone, line 22  [own]'],
    ],
    ['files from outside', [['path: images', 'path: others']], ['there are no such files']],
  ])('%s', (name, edits, expected) => {
    const stdout = diff(edits, {
      'm.mjs': stage.replace("import { value } from './value.mjs';", 'const value = 1;'),
    });
    if (name === 'files from outside')
      expect(stdout).toMatch(/^ {4}path: there is no .* in .+\/others\. Put the file there.*\[data\]$/m);
    else expect(reasons(stdout)).toEqual(expected);
  });

  test('variables that differ between two presets', () => {
    const { stdout } = ticketlab(copyOf(start), ['diff', 'p.yaml', '--presets', 'default,other']);
    expect(reasons(stdout)).toEqual(['variable `COLOUR` "red" → "blue", line 14  [program]']);
  });

  test('a module that only lies elsewhere is the same', () => {
    const folder = copyOf(start);
    cpSync(join(folder, 'stage'), join(folder, 'moved'), { recursive: true });
    writeFileSync(join(folder, 'q.yaml'), files([['./stage/m.mjs', './moved/m.mjs']]));
    expect(ticketlab(folder, ['diff', 'p.yaml', 'q.yaml']).stdout).toContain('  4 stay as they are\n');
  });
});
