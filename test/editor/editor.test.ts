import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LanguageServer, type Position } from './language-server.js';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'pipelines');
const quickstart = readFileSync(join(folder, 'quickstart.yaml'), 'utf8');
let server: LanguageServer;

beforeAll(async () => {
  server = await LanguageServer.start(root);
});
afterAll(() => server.stop());

const firstLine = '# yaml-language-server: $schema=../schemas/pipeline.schema.json\n';
let files = 0;
/** A name beside the shipped pipelines, which nothing is written to. */
const fresh = () => join(folder, `unsaved-${++files}.yaml`);

describe.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))(
  'pipelines/%s in an editor',
  (name) => {
    test('has nothing underlined', async () => {
      expect(await server.open(join(folder, name), readFileSync(join(folder, name), 'utf8'))).toEqual([]);
    });
  },
);

/** `[what is wrong, the line in the quickstart, the line instead, what the editor says]` */
const broken: readonly [string, string, string, RegExp][] = [
  ['a misspelt key of the file', 'stages:\n', 'stagse:\n', /stagse is not allowed/],
  [
    'a misspelt key of a stage',
    '    uses: plot\n',
    '    usse: plot\n',
    /usse is not allowed|Missing property "uses"/,
  ],
  [
    'an unknown stage type',
    '    uses: plot\n',
    '    uses: plott\n',
    /Value is not accepted. Valid values:.*plot/s,
  ],
  ['a misspelt parameter', '          popsize: ', '          popsise: ', /popsise is not allowed/],
  [
    'a parameter of another strategy',
    '          sigma_init: 0.05\n',
    '          lrate_init: 0.05\n',
    /lrate_init is not allowed/,
  ],
  [
    'a text instead of a number',
    '          temperature: 12\n',
    '          temperature: warm\n',
    /Incorrect type|does not match/,
  ],
  [
    'an unknown word of a choice',
    '      task: mnist\n',
    '      task: minst\n',
    /Value is not accepted|does not match/,
  ],
  [
    'a number out of range',
    '      downsample: 2\n',
    '      downsample: 3\n',
    /Value is not accepted|does not match/,
  ],
  ['a missing input', '          data: ${stages.data.data}\n', '', /Missing property "data"/],
  [
    'a plain text where an edge belongs',
    '          data: ${stages.data.data}\n',
    '          data: mnist\n',
    /does not match the pattern|Incorrect/,
  ],
  [
    'an unknown parameter type',
    'seeds: { type: list<int>,',
    'seeds: { type: list<whole>,',
    /Value is not accepted/,
  ],
  [
    'a default of the wrong type',
    'popsize: { type: int, min: 2, default: 64 }',
    'popsize: { type: int, min: 2, default: many }',
    /Incorrect type/,
  ],
  ['another version of the file format', 'ticketlab: 1\n', 'ticketlab: 2\n', /Value must be 1/],
  ['a loop without times', '      times: ${params.levels}\n', '', /Missing property "times"/],
  [
    'an unknown key of a gather',
    'over: [method, seed, k] }',
    'across: [method, seed, k] }',
    /across is not allowed/,
  ],
];

describe('an editor underlines', () => {
  test.each(broken)('%s', async (_, line, instead, message) => {
    expect(quickstart).toContain(line);
    const found = await server.open(
      fresh(),
      quickstart.replace(line, () => instead),
    );
    expect(found.map((finding) => finding.message).join('\n')).toMatch(message);
    // In the part of the file that was broken, and nowhere else.
    const changed = quickstart.slice(0, quickstart.indexOf(line)).split('\n').length - 1;
    const owner = ownerLine(quickstart, changed);
    for (const { range } of found) {
      expect(range.start.line).toBeGreaterThanOrEqual(owner);
      expect(range.start.line).toBeLessThanOrEqual(changed + 1);
    }
  });
});

/** Two levels above the line: what it belongs to. */
function ownerLine(text: string, line: number): number {
  const lines = text.split('\n');
  const depth = (at: number) => lines[at]!.search(/\S/);
  let owner = line;
  if (depth(line) === 0) return 0;
  for (let hops = 0; hops < 2; hops++)
    for (let at = owner - 1; at >= 0; at--)
      if (lines[at]!.trim() !== '' && depth(at) < depth(owner)) {
        owner = at;
        break;
      }
  return owner;
}

/** What is offered at `|`. */
async function offered(text: string): Promise<string[]> {
  const at = text.indexOf('|');
  const before = text.slice(0, at).split('\n');
  const position: Position = { line: before.length, character: before.at(-1)!.length };
  const path = fresh();
  await server.open(path, firstLine + text.replace('|', ''));
  return (await server.complete(path, position)).map(({ label }) => label);
}

const head = 'ticketlab: 1\nname: p\nstages:\n';

describe('an editor completes', () => {
  test('stage types', async () => {
    const words = await offered(`${head}  a:\n    uses: |\n`);
    expect(words).toEqual(expect.arrayContaining(['dataset', 'init', 'train-es', 'prune', 'rewind', 'plot']));
  });

  test('the parameters and inputs of a stage type', async () => {
    const words = await offered(
      `${head}  a:\n    uses: prune\n    with:\n      criterion: random\n      |\n`,
    );
    expect(words).toEqual(expect.arrayContaining(['ticket', 'mask', 'sparsity', 'rng']));
    expect(words).not.toContain('criterion');
  });

  test('the parameters of the strategy that was chosen', async () => {
    const words = await offered(
      `${head}  a:\n    uses: train-es\n    with:\n      strategy: snes\n      |\n`,
    );
    expect(words).toEqual(expect.arrayContaining(['data', 'popsize', 'sigma_init', 'temperature']));
    expect(words).not.toContain('elite_ratio');
  });

  test('the words of a choice', async () => {
    const words = await offered(`${head}  a:\n    uses: train-es\n    with:\n      strategy: |\n`);
    expect(words).toEqual(expect.arrayContaining(['open-es', 'pgpe', 'snes', 'sep-cma-es']));
  });

  test('the keys of the file and of a loop', async () => {
    expect(await offered(`${head}  a: { uses: init }\n|\n`)).toEqual(
      expect.arrayContaining(['params', 'presets', 'targets']),
    );
    expect(await offered(`${head}  a:\n    steps: { b: { uses: init } }\n    iterate:\n      |\n`)).toEqual(
      expect.arrayContaining(['axis', 'times', 'state']),
    );
  });
});

test('an editor shows what a stage type and a parameter are for', async () => {
  const path = fresh();
  await server.open(
    path,
    `${firstLine}${head}  a:\n    uses: train-es\n    with:\n      strategy: snes\n      popsize: 8\n`,
  );
  expect(await server.hover(path, { line: 8, character: 8 })).toMatch(/Candidates/);
  expect(await server.hover(path, { line: 5, character: 6 })).toMatch(/Stage type/);
});
