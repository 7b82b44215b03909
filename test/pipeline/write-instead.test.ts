import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { nearest } from '../../src/pipeline/near.js';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import { planPipeline, validatePipeline, type PipelineRequest } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';
import { complaints } from './small-stages.js';

const head = 'ticketlab: 1\nname: p\n';
const first = '  first: { uses: init, with: { rng: 1 } }\n';
const stages = (more: string): string => `${head}stages:\n${first}${more}`;
const command = (more: string): string =>
  stages(`  c:\n    run: [sh, -c, 'true']\n    outputs: { t: { type: file } }\n${more}`);
const loop = (steps: string): string =>
  stages(`  imp:
    iterate:
      axis: k
      times: 2
      state:
        mask: { start: '\${stages.first.mask}', next: '\${steps.prune.mask}' }
${steps}`);
const train =
  "      train: { uses: train-es, with: { weights: '${stages.first.weights}', mask: '${state.mask}', strategy: snes, rng: 1 } }\n";
const prune = (ticket: string, sparsity = '0.5'): string =>
  `      prune: { uses: prune, with: { ticket: '${ticket}', mask: '\${state.mask}', criterion: random, sparsity: ${sparsity} } }\n`;

/** What somebody writes, and the last line of the only answer. */
const mistakes: readonly (readonly [what: string, file: string, answer: string])[] = [
  [
    'a parameter that is a value',
    `${head}params: { seeds: [1, 2] }\nstages:\n${first}`,
    'Write  seeds: { type: list<int>, default: [1, 2] }',
  ],
  [
    'a parameter of ints and doubles',
    `${head}params: { rates: [1, 0.5] }\nstages:\n${first}`,
    'Write  rates: { type: list<double>, default: [1, 0.5] }',
  ],
  [
    'a parameter without type',
    `${head}params: { who: { default: me } }\nstages:\n${first}`,
    'Add  type: string',
  ],
  [
    'a type of another language',
    `${head}params: { rate: { type: float, default: 0.5 } }\nstages:\n${first}`,
    'Did you mean "double"?',
  ],
  [
    'a list of floats',
    `${head}params: { rate: { type: 'list[float]', default: [0.5] } }\nstages:\n${first}`,
    'Did you mean "list<double>"?',
  ],
  ['no version of the format', `name: p\nstages:\n${first}`, 'Add  ticketlab: 1'],
  ['a file of code that is no list', command('    code: plot.py\n'), 'Write  code: [plot.py]'],
  [
    'a program that is one text',
    command('').replace("[sh, -c, 'true']", "'python plot.py {out.t}'"),
    "Write  run: [python, plot.py, '{out.t}']  or, for a line that sh reads,  shell: <script>",
  ],
  [
    'outputs that are a list',
    command('').replace('{ t: { type: file } }', '[figure]'),
    'Write  outputs: { figure: { type: figure } }',
  ],
  ['an output that is its type', command('').replace('{ type: file }', 'table'), 'Write  t: { type: table }'],
  [
    'columns that are a list',
    command('').replace('type: file', 'type: table, columns: [a, b]'),
    'Write  columns: { a: double, b: double }',
  ],
  [
    'an axis that is one value',
    stages('  b: { uses: init, matrix: { seed: 3 }, with: { rng: 1 } }\n'),
    'Write  seed: [3]',
  ],
  [
    'an axis that is a call',
    stages('  b: { uses: init, matrix: { seed: "range(1, 4)" }, with: { rng: 1 } }\n'),
    'Write  seed: ${range(1, 4)}',
  ],
  [
    'layers that are a text',
    stages('  b: { uses: init, with: { layers: 196-16-10, rng: 1 } }\n'),
    'Write  layers: [196, 16, 10]',
  ],
  [
    'a list around a text',
    stages(
      "  b: { uses: prune, with: { ticket: '${stages.first.weights}', mask: '${stages.first.mask}', criterion: random, sparsity: 0.5, label: [x] } }\n",
    ),
    'Write  label: x',
  ],
  ['targets that are a list', `${stages('')}targets: [first]\n`, 'Write  targets: { default: [first] }'],
  [
    'steps that are a list',
    loop('    steps:\n      - prune: { uses: prune }\n'),
    'Write  steps: { <name>: { uses: ... } }  without dashes',
  ],
  [
    'a share in percent',
    loop(`    steps:\n${train}${prune('${steps.train.ticket}', '80%')}`),
    'Write  sparsity: 0.8',
  ],
  [
    'a power as in Python',
    loop(`    steps:\n${train}${prune('${steps.train.ticket}', "'${1.0 - 0.8 ** k}'")}`),
    'A power is a function:  pow(0.8, k)',
  ],
  [
    'a power as in R',
    loop(`    steps:\n${train}${prune('${steps.train.ticket}', "'${1.0 - 0.8^k}'")}`),
    'A power is a function:  pow(0.8, k)',
  ],
  [
    'outputs of a step as in GitHub Actions',
    loop(`    steps:\n${train}${prune('${steps.train.outputs.ticket}')}`),
    'Write  steps.train.ticket',
  ],
  [
    'a step that is called a stage',
    loop(`    steps:\n${train}${prune('${stages.train.ticket}')}`),
    'Write  steps.train.ticket  for a step of imp.',
  ],
  [
    'a step without steps in front',
    loop(`    steps:\n${train}${prune('${train.ticket}')}`),
    'Write  ticket: ${steps.train.ticket}',
  ],
  [
    'needs of a loop',
    loop(`    needs: [first]\n    steps:\n${train}${prune('${steps.train.ticket}')}`),
    'A reference such as ${stages.<name>.<output>} under "with" is the edge. Where only the order matters:  after: [stages.<name>]',
  ],
  [
    'a stage without its output',
    stages("  b: { uses: rewind, with: { weights: '${stages.first}', mask: '${stages.first.mask}' } }\n"),
    'Write  stages.first.<output>  with one of weights and mask.',
  ],
  [
    'a stage without stages in front',
    stages("  b: { uses: rewind, with: { weights: '${first.weights}', mask: '${stages.first.mask}' } }\n"),
    'Write  weights: ${stages.first.weights}',
  ],
  [
    'a gather of an expression',
    stages("  b: { uses: count, with: { of: { from: '${stages.first.mask}', over: [] } } }\n"),
    'Write  from: stages.first.mask',
  ],
  [
    'a gather that is a bare reference',
    stages('  b: { uses: count, with: { of: stages.first.mask } }\n'),
    'Write  of: { from: stages.first.mask, over: [<axis>] }',
  ],
  [
    'a gather of the step of a loop',
    stages('  b: { uses: count, with: { of: { from: stages.imp.train.mask, over: [] } } }\n'),
    'Of a loop its outputs are seen:  stages.imp.mask  with  mask: ${steps.train.mask}  under outputs of imp.',
  ],
  [
    'a seed that is a text',
    stages(`  b: { uses: init, with: { rng: "\${rng('a', 'b')}" } }\n`),
    "A seed comes first, a whole number; then what it is for: rng(matrix.seed, 'train', k).",
  ],
  [
    'a gather over an axis with a slip',
    stages(
      '  b: { uses: init, matrix: { seed: [1] }, with: { rng: 1 } }\n  c: { uses: count, with: { of: { from: stages.b.mask, over: [sed] } } }\n',
    ),
    'Did you mean "seed"?',
  ],
  [
    'a gather of an expression without quotes',
    stages('  c: { uses: count, with: { of: { from: ${stages.first.mask}, over: [] } } }\n'),
    'Write:  c: { uses: count, with: { of: { from: stages.first.mask, over: [] } } }',
  ],
  [
    'a text with a colon',
    `${stages('')}description: Accuracy: by ratio\n`,
    "Write:  description: 'Accuracy: by ratio'",
  ],
  [
    'a module without the point',
    stages('  c: { uses: stages/smooth.mjs }\n'),
    'A module of your own begins with a point:  uses: ./stages/smooth.mjs',
  ],
  [
    'a script as a stage type',
    stages('  c: { uses: plot.py }\n'),
    'A program in another language:  run: [<program>, plot.py]',
  ],
  ['an output with two pairs of braces', command('').replace("'true'", "'{{ out.t }}'"), 'Write  {out.t}'],
  ['an output by another name', command('').replace("'true'", "'--to={outputs.t}'"), 'Write  {out.t}'],
  ['an output as an expression', command('').replace("'true'", () => "'${out.t}'"), 'Write  {out.t}'],
  ['a variable of a script', command('').replace("'true'", '$OUT_T'), 'Write  {out.t}'],
  [
    'a value of the matrix in a command',
    command('').replace("'true'", "'--seed={matrix.seed}'"),
    'Declare a value under inputs, give it the expression under with, and write {with.<name>} here.',
  ],
  ['what starts a workflow', `${stages('')}on: push\n`, 'Nothing starts a pipeline but  ticketlab run.'],
];

describe('what somebody meant', () => {
  it.each(mistakes)('is said to who writes %s', (_, file, answer) => {
    const lines = complaints(file).trimEnd().split('\n');
    expect(
      lines.filter((line) => line.includes(' error ')),
      lines.join('\n'),
    ).toHaveLength(1);
    expect(lines).toContain(`  ${answer}`);
  });
});

test('a value that is wrong for several instances is told once, with the word that was meant', () => {
  const shipped = new URL('../../schemas/stages.schema.json', import.meta.url);
  const signatures = readSignatures(JSON.parse(readFileSync(shipped, 'utf8')));
  const text = `${head}params: { models: { type: list<string>, default: [mpl] } }
stages:
  start:
    uses: init
    matrix: { model: '\${params.models}', seed: [1, 2, 3] }
    with: { model: '\${matrix.model}', rng: '\${matrix.seed}', layers: [4, 2], activation: relu }
`;
  const of = (file: string): PipelineRequest => ({ source: Buffer.from(file), file: 'p.yaml', signatures });
  const lines = (result: ReturnType<typeof planPipeline | typeof validatePipeline>): string[] =>
    result.ok ? [] : formatDiagnostics(result.error).split('\n');
  const planned = lines(planPipeline(of(text)));
  expect(planned.filter((line) => line.includes(' error '))).toEqual([
    expect.stringMatching(/^p\.yaml:8:\d+ {2}error BAD_VALUE: "model" of start at model = mpl must be/),
  ]);
  expect(planned).toContain('  Did you mean "mlp"?');
  expect(lines(validatePipeline(of(text)))).toEqual(planned);
  const many = text.replace('[1, 2, 3]', () => "'${range(0, 2000)}'");
  expect(lines(validatePipeline(of(many))).filter((line) => line.includes(' error '))).toHaveLength(1);
});

test('a list on the command line that is none is shown as one', () => {
  const file = `${head}params: { seeds: { type: list<int>, default: [1] } }\nstages:\n${first}`;
  for (const [given, meant] of [
    ['1,2', '[1,2]'],
    ['3', '[3]'],
    ['[1,', '[1,...]'],
    ['1..3', '[1,2,3]'],
    ['1..300', '[1,...,300]'],
  ] as const)
    expect(complaints(file, { overrides: [`seeds=${given}`] })).toContain(
      `  Write a list in quotes:  -P 'seeds=${meant}'\n`,
    );
});

/** `[a word, what there is, what was meant]` */
const words: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['ReLU', ['relu', 'tanh'], 'relu'],
  ['SNES', ['open-es', 'snes'], 'snes'],
  ['signal_to_noise', ['magnitude', 'signal-to-noise'], 'signal-to-noise'],
  ['sigma', ['popsize', 'sigma_init'], 'sigma_init'],
  ['batch_size', ['batch', 'popsize'], 'batch'],
  ['init', ['fresh', 'initial'], 'initial'],
  ['lrate', ['lrate_mean', 'lrate_sigma'], undefined],
  ['seed', ['rng', 'weights'], undefined],
];

test.each(words)('for %s among %j the nearest is %s', (word, known, meant) => {
  expect(nearest(word, known)).toBe(meant);
});
