import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { project, ticketlab } from './command.js';

const component = (size: number) =>
  `ticketlab: 1\nkind: component\nstages:\n  made:\n    outputs: { weights: { type: weights } }\n    uses: init\n    with: { model: mlp, layers: [${size}, 3, 2], activation: relu, rng: 1 }\n`;
const importing = (path: string) =>
  `ticketlab: 1\nname: p\nimports: { kit: '${path}' }\nstages:\n  a: { uses: kit/made }\n`;
const described = (exports: unknown) => JSON.stringify({ name: '@lab/kit', version: '1.0.0', exports });

const offers = {
  './curves.yaml': './lib/curves.yaml',
  './chosen.yaml': { import: './lib/none.yaml', default: './lib/curves.yaml' },
  './parts/*': './lib/*',
  './parts/inner/*': null,
  './gone.yaml': './lib/none.yaml',
  './out.yaml': '../../../outside.yaml',
  './code': './index.js',
};

function using(path: string, exports: unknown = offers, more: Readonly<Record<string, string>> = {}): string {
  return project({
    'p.yaml': importing(path),
    'outside.yaml': component(4),
    'node_modules/@lab/kit/package.json': typeof exports === 'string' ? exports : described(exports),
    'node_modules/@lab/kit/lib/curves.yaml': component(4),
    'node_modules/@lab/kit/lib/inner/own.yaml': component(4),
    ...more,
  });
}

describe('a component file of a package with exports', () => {
  test.each(['curves.yaml', 'chosen.yaml', 'parts/curves.yaml'])('is what they say: %s', (path) => {
    const folder = using(`@lab/kit/${path}`);
    expect(ticketlab(folder, ['validate', 'p.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });

  const listed =
    'they offer ./curves.yaml, ./chosen.yaml, ./parts/*, ./parts/inner/*, ./gone.yaml, ./out.yaml';
  test.each([
    ['lib/curves.yaml', `./lib/curves.yaml is not among the exports of the package @lab/kit; ${listed}`],
    ['parts/inner/own.yaml', './parts/inner/own.yaml is not among the exports of the package @lab/kit; '],
    ['gone.yaml', 'the exports of the package @lab/kit lead from ./gone.yaml to a file that is not there'],
    ['out.yaml', 'the exports of the package @lab/kit lead from ./out.yaml to what is no file of its own'],
    ['parts/../../../../outside.yaml', ''],
  ])('as %s is refused', (path, why) => {
    const { code, stderr } = ticketlab(using(`@lab/kit/${path}`), ['validate', 'p.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('p.yaml:3:17  error PACKAGE_UNREADABLE: ');
    expect(stderr).toContain(`@lab/kit/${path} cannot be imported: ${why}`);
  });

  test.each([
    ['"./index.js"', 'they offer no YAML file'],
    ['{ "import": "./index.js" }', 'they offer no YAML file'],
    ['["./index.js"]', 'they offer no YAML file'],
  ])('that are %s offers none', (exports, why) => {
    const folder = using('@lab/kit/lib/curves.yaml', `{ "name": "@lab/kit", "exports": ${exports} }`);
    expect(ticketlab(folder, ['validate', 'p.yaml']).stderr).toContain(
      `is not among the exports of the package @lab/kit; ${why}.`,
    );
  });

  test('that nobody can read is refused in words', () => {
    const { code, stderr } = ticketlab(using('@lab/kit/lib/curves.yaml', '{ "name"'), ['validate', 'p.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be imported: the package.json of the package @lab/kit cannot be read: ');
  });

  test('is found where the project has the name of the package', () => {
    const own = { 'package.json': JSON.stringify({ name: '@lab/kit', exports: { './x.yaml': './p.yaml' } }) };
    const folder = using('@lab/kit/curves.yaml', offers, own);
    expect(ticketlab(folder, ['validate', 'p.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('is another one as soon as they say so', () => {
    const more = { 'node_modules/@lab/kit/lib/wide.yaml': component(7) };
    const folder = using('@lab/kit/curves.yaml', offers, more);
    const run = () => ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain']).stdout;
    expect(run()).toContain('1 ran');
    expect(run()).toContain('1 hit, 0 ran');
    writeFileSync(
      join(folder, 'node_modules/@lab/kit/package.json'),
      described({ './curves.yaml': './lib/wide.yaml' }),
    );
    expect(run()).toContain('1 ran');
  });

  test.each([
    ['curves.yaml', ['package.json', 'lib/curves.yaml']],
    ['parts/curves.yaml', ['package.json', 'lib/curves.yaml']],
  ])('makes what the exports say one of the things that a plan depends on: %s', (path, files) => {
    const script = `import(process.argv[1]).then(({ loadPlan }) => {
      const loaded = loadPlan(['p.yaml'], { overrides: [], force: [] });
      console.log(JSON.stringify(loaded.value.read));
    });`;
    const module = pathToFileURL(resolve(import.meta.dirname, '../../dist/src/cli/load-plan.js')).href;
    const { stdout } = spawnSync(process.execPath, ['-e', script, module], {
      cwd: using(`@lab/kit/${path}`),
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toEqual(['p.yaml', ...files.map((file) => `node_modules/@lab/kit/${file}`)]);
  });
});

test('of a package whose package.json has no exports every file can be had', () => {
  for (const exports of [null, undefined])
    expect(
      ticketlab(using('@lab/kit/lib/curves.yaml', described(exports)), ['validate', 'p.yaml']),
    ).toMatchObject({ code: 0, stderr: '' });
});
