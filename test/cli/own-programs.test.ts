import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../rig/publication.js';
import { filesBelow, plannedIn, project, ticketlab } from './command.js';

const example = resolve(import.meta.dirname, '../../examples/own-programs');

function copied(): string {
  const folder = project();
  cpSync(example, folder, { recursive: true });
  return folder;
}

/** Counts of verdicts by definition, for example `{ measured: 'run run run' }`. */
function verdicts(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { instance, verdict } of plannedIn(folder, ['study.yaml'])) {
    const definition = instance.replace(/\[.*/, '');
    found[definition] = found[definition] === undefined ? verdict : `${found[definition]} ${verdict}`;
  }
  return found;
}

describe("the example of programs of one's own", () => {
  test('runs, is restored, and computes again what a change of code concerns', () => {
    const folder = copied();
    const first = ticketlab(folder, ['run', 'study.yaml', '--ui', 'plain']);
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain('0 hit, 8 ran, 0 failed');
    expect(filesBelow(join(folder, 'results'))).toEqual([
      'own-programs/default/figure.csv',
      'own-programs/default/figure.png',
      'own-programs/default/figure.svg',
    ]);
    expect(verdicts(folder)).toEqual({
      measured: 'hit hit hit',
      smooth: 'hit hit hit',
      lines: 'hit',
      figure: 'hit',
    });

    change(folder, 'stages/mean.mjs', 'a + b, 0', 'a + b, 0.5');
    expect(verdicts(folder)).toMatchObject({ measured: 'hit hit hit', smooth: 'run run run' });
    change(folder, 'programs/lib/curve.mjs', '/ 50', '/ 40');
    expect(verdicts(folder)).toMatchObject({
      measured: 'run run run',
      smooth: expect.stringMatching('unless'),
    });
  });

  test('tells from a figure the programs, modules and variables that it was made with', () => {
    const folder = copied();
    change(
      folder,
      'study.yaml',
      '    run: [node, programs/measure.mjs',
      "    env: { COLOUR: 'red' }\n    run: [node, programs/measure.mjs",
    );
    ticketlab(folder, ['run', 'study.yaml', '--ui', 'quiet']);
    const figure = 'results/own-programs/default/figure.svg';
    const digest = (file: string): string => sha256(readFileSync(join(folder, file)));
    const { stdout } = ticketlab(folder, ['provenance', figure]);
    expect(stdout).toContain(`3 × measured  run version 1`);
    expect(stdout).toContain(`
        run ["node","programs/measure.mjs","{out.curve}","--seed={with.seed}","--steps={with.length}"]
        code programs/lib/curve.mjs  sha256 ${digest('programs/lib/curve.mjs')}
        code programs/measure.mjs  sha256 ${digest('programs/measure.mjs')}
        variable COLOUR="red"
`);
    expect(stdout).toContain(`        code smooth.mjs  sha256 ${digest('stages/smooth.mjs')}\n`);
    const { steps } = JSON.parse(ticketlab(folder, ['provenance', figure, '--json']).stdout) as {
      steps: { instance: string; code: object | null; env: object }[];
    };
    const step = (instance: string) => steps.find((one) => one.instance === instance);
    expect(step('measured[seed=1]')).toMatchObject({
      code: { argv: expect.arrayContaining(['programs/measure.mjs']), files: expect.any(Object) },
      env: { COLOUR: 'red' },
    });
    expect(step('figure')).toMatchObject({ code: null, env: {} });
  });

  test('leaves nothing behind but results, logs and the store', () => {
    const folder = copied();
    ticketlab(folder, ['run', 'study.yaml', 'lines', '--ui', 'plain']);
    expect(readdirSync(join(folder, '.ticketlab/store/attempt'))).toEqual([]);
    expect(filesBelow(example).filter((file) => !filesBelow(folder).includes(file))).toEqual([]);
  });
});

function change(folder: string, file: string, from: string, to: string): void {
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, file), text.replace(from, to));
}

/** A pipeline of one program; `rest` are further keys of the stage. */
const one = (run: string, rest = '') => `ticketlab: 1
name: one
stages:
  it:
    ${run}
    outputs: { out: { type: file } }
${rest}`;

function says(run: string, rest?: string, words: readonly string[] = []): string {
  const folder = project({ 'p.yaml': one(run, rest), 'run.sh': 'exit 1\n' });
  const { stdout, stderr } = ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain', ...words]);
  return stdout + stderr;
}

describe('a program that', () => {
  test.each([
    ['ends with another exit code than 0', 'shell: echo no >&2; exit 3', 'sh ended with exit code 3'],
    [
      'was not given its code',
      'run: [sh, run.sh]',
      '; run.sh lies in the project, but not where the program runs: write  code: [run.sh]',
    ],
    [
      'was not given its code, and is called by a script',
      'shell: sh run.sh',
      'run.sh lies in the project, but not where the program runs: write  code: [run.sh]',
    ],
    [
      'does not exist',
      'run: [no-such-program]',
      'There is no program no-such-program: it is neither on the PATH',
    ],
    ['writes nothing', "run: ['true']", 'it ended well but did not write its output "out" (out/out).'],
    [
      'writes too much',
      'shell: touch "$OUT_OUT" out/more',
      'it wrote out/more, which is not an output that it declares.',
    ],
    [
      'leaves a symbolic link',
      'shell: ln -s /etc/passwd "$OUT_OUT"',
      'its output out/out is neither a file nor a folder.',
    ],
    [
      'wants a variable that is not set',
      'shell: exit 0',
      'the environment variable NO_SUCH is not set',
      '    env: { NO_SUCH: { external: true } }\n',
    ],
    [
      'has no end',
      'shell: sleep 600',
      'it took longer than its timeout of 0.5 s, and was stopped',
      '    timeout: 500ms\n',
    ],
  ])('%s fails with one clear message', (_, run, message, ...more) => {
    const [rest] = more;
    expect(says(run, rest)).toContain(message);
  });

  test('has code in a folder whose name begins with two dots', () => {
    const folder = project({
      'p.yaml': one('shell: cat ..lib/word > "$OUT_OUT"', '    code: [..lib]\n'),
      '..lib/word': 'here',
    });
    expect(ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain']).stdout).toContain('1 ran, 0 failed');
  });

  test('wants code outside the project is refused before anything runs', () => {
    const folder = project({ 'p.yaml': one('shell: exit 0', '    code: [etc]\n') });
    symlinkSync('/etc', join(folder, 'etc'));
    const { code, stdout, stderr } = ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('CODE_UNREADABLE: The code etc cannot be used: it lies outside the project.');
  });

  test('fails now and then is tried again for the causes that retry names, and gives up at the second equal end', () => {
    const flaky =
      'shell: n=$(cat "$MARKS" | wc -l); echo x >> "$MARKS"; if [ $n -lt 1 ]; then exit 7; fi; echo done > "$OUT_OUT"';
    const run = (on: string, shell = flaky) => {
      const folder = project({ marks: '' });
      const rest = `    env: { MARKS: ${join(folder, 'marks')} }\n    retry: { times: 5, on: ['${on}'] }\n`;
      writeFileSync(join(folder, 'p.yaml'), one(`shell: |\n      ${shell.replace('shell: ', '')}`, rest));
      const { stdout } = ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain']);
      return { stdout, tries: readFileSync(join(folder, 'marks'), 'utf8').length / 2 };
    };
    expect(run('exit:7')).toEqual({ stdout: expect.stringContaining('1 ran, 0 failed'), tries: 2 });
    expect(run('exit:8')).toEqual({ stdout: expect.stringContaining('0 ran, 1 failed'), tries: 1 });
    expect(run('exit:7', flaky.replace('$n -lt 1', '$n -lt 99'))).toEqual({
      stdout: expect.stringContaining('0 ran, 1 failed'),
      tries: 2,
    });
  });

  test('is ended by a signal, and says so even if that comes as soon as it starts and reaches all it belongs to', () => {
    const many = one(
      'shell: kill -TERM 0; sleep 600',
      '    matrix: { k: [1, 2, 3, 4, 5, 6, 7, 8] }\n    inputs: { k: { type: int } }\n    with: { k: "${matrix.k}" }\n',
    );
    const folder = project({ 'p.yaml': many });
    const { stdout } = ticketlab(folder, ['run', 'p.yaml', '--ui', 'json']);
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; message?: string })
      .filter(({ type }) => type === 'inst.end')
      .map(({ message }) => message);
    expect(messages).toEqual(Array(8).fill('sh was ended by SIGTERM'));
  });

  test('sees an environment of its own, with declared variables, which are part of its key', () => {
    const shell =
      'shell: env | sort | grep -v "^PWD\\|^_=\\|SHLVL\\|OLDPWD" | cut -d= -f1 | tr "\\n" " " > "$OUT_OUT"; echo "$COLOUR" >> "$OUT_OUT"; cat "$OUT_OUT"';
    const folder = project({
      'p.yaml': one(`shell: |\n      ${shell.replace('shell: ', '')}`, '    env: { COLOUR: red }\n'),
    });
    ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain']);
    const [log = ''] = filesBelow(join(folder, '.ticketlab/store/runs')).filter((file) =>
      /logs\/.*it.*/.test(file),
    );
    const text = readFileSync(join(folder, '.ticketlab/store/runs', log), 'utf8');
    expect(text).toContain('COLOUR HOME OMP_NUM_THREADS OUT_OUT PATH TICKETLAB_CPUS TMPDIR red');
    const key = () => plannedIn(folder, ['p.yaml'])[0]!.key;
    const before = key();
    change(folder, 'p.yaml', 'COLOUR: red', 'COLOUR: blue');
    expect(key()).not.toBe(before);
  });

  test('is given text with quotes, blanks and dollars sees it as it is', () => {
    const nasty = `a"b'c $HOME; touch x {in.a} \\`;
    const declared = '    inputs: { word: { type: string } }\n';
    const rest = `${declared}    with: { word: ${JSON.stringify(nasty.replace('$', '$'))} }\n`;
    for (const run of [
      "run: [node, -e, \"require('fs').writeFileSync(process.argv[2], process.argv[1])\", '{with.word}', '{out.out}']",
      'shell: printf %s "$WITH_WORD" > "$OUT_OUT"; cat "$OUT_OUT"',
    ]) {
      const folder = project({ 'p.yaml': one(run, rest) });
      expect(ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain']).stdout).toContain('1 ran');
      const [{ outputs }] = plannedIn(folder, ['p.yaml']) as [ReturnType<typeof plannedIn>[0]];
      const { sha256 } = outputs['out']!;
      const blob = join(folder, '.ticketlab/store/cas', sha256.slice(0, 2), sha256.slice(2));
      expect(readFileSync(blob, 'utf8')).toBe(nasty);
    }
  });
});

describe('a component file', () => {
  const importing = (path: string) =>
    `ticketlab: 1\nname: p\nimports: { figures: ${path} }\nstages:\n  a: { uses: figures/curves }\n`;

  test.each([
    ['../outside.yaml', 'it lies outside the project'],
    ['./link.yaml', 'it lies outside the project'],
    ['./lib', 'is a path'],
    ['./none.yaml', 'there is no such file'],
    ['./folder.yaml', 'it is not a file'],
  ])('at %s is refused', (path, why) => {
    const outer = project({ 'outside.yaml': 'ticketlab: 1\n', 'inner/folder.yaml/x': '' });
    const inner = join(outer, 'inner');
    symlinkSync('../outside.yaml', join(inner, 'link.yaml'));
    writeFileSync(join(inner, 'p.yaml'), importing(path));
    const { code, stderr } = ticketlab(inner, ['validate', 'p.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      path === './lib' ? 'a path to a YAML file that starts with ./ or ../' : `cannot be imported: ${why}.`,
    );
  });
});

describe('a component file of a package', () => {
  const importing = (path: string) =>
    `ticketlab: 1\nname: p\nimports: { kit: '${path}' }\nstages:\n  a: { uses: kit/made }\n`;
  const component = (made: string) =>
    `ticketlab: 1\nkind: component\nstages:\n  made:\n    outputs: { out: { type: table } }\n    ${made}\n`;
  const stage = `import { one } from './one.mjs';
    export default { type: 'm', version: 1, params: { type: 'object', properties: {} }, inputs: {},
    outputs: { out: { type: 'table', doc: '' } }, runtime: 'portable',
    run: () => ({ out: 'n\\n' + one + '\\n' }) };`;
  const kit = (version: string) => ({
    'node_modules/@lab/kit/package.json': `{ "name": "@lab/kit", "version": "${version}" }`,
    'node_modules/@lab/kit/lib/made.yaml': component('uses: ./made.mjs'),
    'node_modules/@lab/kit/lib/made.mjs': stage,
    'node_modules/@lab/kit/lib/one.mjs': 'export const one = 1;',
  });

  test('is found in node_modules, and brings stage types of its own', () => {
    const folder = project({ 'studies/p.yaml': importing('@lab/kit/lib/made.yaml'), ...kit('1.0.0') });
    const run = () => ticketlab(folder, ['run', 'studies/p.yaml', '--ui', 'plain']).stdout;
    expect(run()).toMatch(/1 ran/);
    expect(run()).toMatch(/1 hit/);
    // Another version of the package is other code, whatever its files say.
    for (const [name, text] of Object.entries(kit('1.0.1'))) writeFileSync(join(folder, name), text);
    expect(run()).toMatch(/1 ran/);
  });

  test.each([
    ['kit/made.yaml', 'the package kit is not installed in this project'],
    ['@lab/none/made.yaml', 'the package @lab/none is not installed in this project'],
    ['@lab/kit/none.yaml', 'there is no such file'],
    ['@lab/kit/../../../p.yaml', 'it lies outside the package @lab/kit'],
    ['@lab/kit/link.yaml', 'it lies outside the package @lab/kit'],
    ['@lab/kit/folder.yaml', 'it is not a file'],
  ])('as %s is refused', (path, why) => {
    const folder = project({ 'p.yaml': importing(path), 'node_modules/@lab/kit/folder.yaml/x': '' });
    symlinkSync('../../../p.yaml', join(folder, 'node_modules/@lab/kit/link.yaml'));
    const { code, stderr } = ticketlab(folder, ['validate', 'p.yaml']);
    expect(code).toBe(2);
    const [name] = /^(@lab\/)?[a-z]+/.exec(path) ?? [];
    expect(stderr).toBe(`p.yaml:3:17  error PACKAGE_UNREADABLE: ${path} cannot be imported: ${why}.
  3 | imports: { kit: '${path}' }
    |                 ${'^'.repeat(path.length + 2)}
  Without ./ it starts with a package:  npm install ${name}  puts it into the project, and the rest is a path inside it. A file of the project is  ./${path}

1 error in p.yaml. Nothing was started.
`);
  });

  test('cannot take a module from outside its package', () => {
    const folder = project({
      'p.yaml': importing('kit/made.yaml'),
      'made.mjs': stage,
      'one.mjs': 'export const one = 1;',
      'node_modules/kit/made.yaml': component('uses: ../../made.mjs'),
    });
    const { code, stderr } = ticketlab(folder, ['validate', 'p.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'node_modules/kit/made.yaml:6:11  error MODULE_UNUSABLE: ../../made.mjs cannot be',
    );
    expect(stderr).toContain('it lies outside the package kit');
  });

  test('may be a linked folder, with its own bounds', () => {
    const outer = project({
      'kit/lib/made.yaml': component('shell: \'echo n > "$OUT_OUT"\''),
      'inner/p.yaml': importing('kit/lib/made.yaml'),
      'inner/node_modules/x': '',
    });
    symlinkSync('../../kit', join(outer, 'inner/node_modules/kit'));
    expect(ticketlab(join(outer, 'inner'), ['validate', 'p.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a module', () => {
  const using = 'ticketlab: 1\nname: p\nstages:\n  a: { uses: ./m.mjs }\n';
  const stage = (
    extra: string,
  ) => `export default { type: 'm', version: 1, params: { type: 'object', properties: {} }, inputs: {},
  outputs: { out: { type: 'file' } }, runtime: 'portable', run: () => ({ out: 'x' }), ${extra} };\n`;

  test.each([
    ['export const a = 1;', 'it has no default export that is a stage'],
    ['export default {', 'it cannot be loaded: '],
    ["import './none.mjs';", 'it cannot be loaded: Cannot find module'],
    [stage('run: 1'), 'its default export has no function "run"'],
    [stage('version: 0'), 'version must be at least 1'],
    ['process.exit(0);', 'the process that loads it ended too early'],
    ["import '../outside.mjs'; " + stage(''), 'which lies outside the project'],
  ])('that is no stage type is refused: %#', (text, why) => {
    const outer = project({ 'outside.mjs': '', 'inner/p.yaml': using, 'inner/m.mjs': text });
    const { code, stderr } = ticketlab(join(outer, 'inner'), ['validate', 'p.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('MODULE_UNUSABLE: ./m.mjs cannot be used as a stage type: ');
    expect(stderr).toContain(why);
  });

  test('is followed through what it imports and requires', () => {
    const folder = project({
      'p.yaml': using,
      'm.mjs': "import './a.mjs'; import './c.cjs';\n" + stage(''),
      'a.mjs': "await import('./b.mjs');",
      'b.mjs': '',
      'c.cjs': "require('./d.cjs');",
      'd.cjs': '',
    });
    const key = () => plannedIn(folder, ['p.yaml'])[0]!.key;
    const before = key();
    for (const file of ['b.mjs', 'd.cjs']) {
      writeFileSync(join(folder, file), '// changed\n');
      expect(key(), file).not.toBe(before);
      writeFileSync(join(folder, file), '');
      expect(key()).toBe(before);
    }
  });
});
