import { describe, expect, it } from 'vitest';
import { ok } from '../../src/base/result.js';
import { complaints } from './small-stages.js';

const head = 'ticketlab: 1\nname: p\n';
const inits = `stages:
  init: { uses: init, matrix: { seed: [1, 2], width: [8, 16] }, with: { rng: '\${matrix.seed}' } }
`;
const mask = 'mask: { from: stages.init.mask, at: { seed: 1, width: 8 } }';
const rewind = (weights: string, matrix = ''): string =>
  `${head}${inits}  b: { uses: rewind,${matrix} with: { weights: ${weights}, ${mask} } }\n`;
const count = (source: string): string => `${head}${inits}  c: { uses: count, with: { of: ${source} } }\n`;
const loop = (outputs: string, reader: string): string => `${head}stages:
  first: { uses: init, with: { rng: 1 } }
  imp:
    iterate: { axis: k, times: 2, state: { mask: { start: '\${stages.first.mask}', next: '\${steps.prune.mask}' } } }
    steps:
      prune: { uses: prune, with: { ticket: '\${stages.first.weights}', mask: '\${state.mask}', criterion: random, sparsity: 0.5 } }
    outputs: { ${outputs} }
  c: { uses: count, matrix: { k: [1, 2] }, with: { of: ${reader} } }
`;

const first = 'stages:\n  first: { uses: init, with: { rng: 1 } }\n';
const stage = (type: string, given: string): string =>
  `${head}${first}  s:\n    uses: ${type}\n    with: { ${given} }\n`;
const setting = (line: string): string =>
  `${head}${first}  other: { uses: init, with: { rng: 2 } }\n  s:\n    uses: init\n    ${line}\n    with: { rng: 1 }\n`;
const variable = (value: string): string =>
  `${head}stages:\n  s:\n    shell: 'true'\n    outputs: { t: { type: file } }\n    env: { X: ${value} }\n`;
const library = `ticketlab: 1
kind: component
stages:
  measure: { shell: 'true', outputs: { t: { type: file } } }
`;
const uses = (what: string): string =>
  `${head}imports: { lib: ./lib.yaml }\nstages:\n  s: { uses: ${what} }\n`;
const files = { readFile: () => ok({ file: 'lib.yaml', bytes: new TextEncoder().encode(library) }) };

/** What somebody writes, and the last line of the only answer: it keeps all that stands there and is right. */
const corrections: readonly (readonly [what: string, file: string, answer: string])[] = [
  [
    'a step from outside, and an output of its name is something else',
    loop("mask: '${state.mask}'", "'${stages.imp.prune.mask}'"),
    'Of a loop its outputs are seen:  stages.imp.prune_mask  with  prune_mask: ${steps.prune.mask}  under outputs of imp.',
  ],
  [
    'a step from outside that is seen under another name',
    loop("mask: '${state.mask}', after: '${steps.prune.mask}'", "'${stages.imp.prune.mask}'"),
    'Write  stages.imp.after',
  ],
  [
    'an output that the step does not have',
    loop("weights: '${state.mask}'", "'${stages.imp.prune.weights}'"),
    'The step prune of imp has no output "weights", but mask.',
  ],
  [
    'an output of a loop as in GitHub Actions',
    loop("mask: '${state.mask}'", "'${stages.imp.outputs.mask}'"),
    'Write  stages.imp.mask',
  ],
  [
    'a word that is no step of a loop',
    loop("mask: '${state.mask}'", "'${stages.imp.prunes.msk}'"),
    'Write  stages.imp.<output>  with one of mask.',
  ],
  [
    'a gather of a step, and an output of its name is something else',
    loop("mask: '${state.mask}'", '{ from: stages.imp.prune.mask, over: [k] }'),
    'Of a loop its outputs are seen:  stages.imp.prune_mask  with  prune_mask: ${steps.prune.mask}  under outputs of imp.',
  ],
  [
    'a gather of a step that is seen under another name',
    loop("after: '${ steps.prune.mask }'", '{ from: stages.imp.prune.mask, over: [k] }'),
    'Write  stages.imp.after',
  ],
  [
    'one of two axes of a source',
    rewind('{ from: stages.init.weights, at: { width: 8 } }'),
    'Give b a matrix with seed, or choose:  weights: { from: stages.init.weights, at: { width: 8, seed: ... } }',
  ],
  [
    'a reference to a source with axes',
    rewind("'${stages.init.weights}'", ' matrix: { seed: [1] },'),
    'Give b a matrix with width, or choose:  weights: { from: stages.init.weights, at: { width: ... } }',
  ],
  [
    'a gather of some rows over one of two axes',
    count("{ from: stages.init.mask, over: [seed], where: 'seed > 1' }"),
    "Gather them:  of: { from: stages.init.mask, over: [seed, width], where: 'seed > 1' }  or give c a matrix with width.",
  ],
  [
    'a gather that fixes one of two axes',
    count("{ from: stages.init.mask, over: [], at: { width: 8 }, where: '1 > 0' }"),
    "Gather them:  of: { from: stages.init.mask, over: [seed], at: { width: 8 }, where: '1 > 0' }  or give c a matrix with seed.",
  ],
  [
    'one of several sources that is not gathered over all axes',
    count(
      '{ as: what, from: { a: { from: stages.init.mask, over: [seed], at: { width: 8 } }, b: { from: stages.init.mask, over: [seed] } } }',
    ),
    'Gather them:  b: { from: stages.init.mask, over: [seed, width] }  or give c a matrix with width.',
  ],
  [
    'a gather where one artefact is taken',
    rewind('{ from: stages.init.weights, over: [width], at: { seed: last } }'),
    'Write  weights: { from: stages.init.weights, at: { seed: last, width: ... } }',
  ],
  [
    'a gather over an axis that the reader has itself',
    rewind('{ from: stages.init.weights, over: [seed] }', ' matrix: { seed: [1], width: [8] },'),
    'Write  weights: ${stages.init.weights}',
  ],
  [
    'a misspelt key that chooses',
    stage(
      'train-es',
      "weights: '${stages.first.weights}', mask: '${stages.first.mask}', stratgy: snes, rng: 1, temperature: 2",
    ),
    'Did you mean "strategy"?',
  ],
  [
    'a text where a mapping belongs, without the blank',
    `${head}stages:\n  first:\n    uses: init\n    with:\n      rng:1\n`,
    'Write  with: { rng: 1 }',
  ],
  ['a number of tries', setting('retry: 3'), 'Write  retry: { times: 3 }'],
  ['a time between checkpoints', setting('checkpoint: 60s'), 'Write  checkpoint: { every: 60s }'],
  ['memory', setting('resources: 3GiB'), 'Write  resources: { memory: 3GiB }'],
  ['processors', setting('resources: 2'), 'Write  resources: { cpus: 2 }'],
  ['a number for all stages', `${head}defaults: { retry: 3 }\n${first}`, 'Write  retry: { times: 3 }'],
  ['a stage to wait for by its name', setting('after: [other]'), 'Write  stages.other'],
  ['a stage to wait for as an expression', setting("after: ['${stages.other}']"), 'Write  stages.other'],
  ['an output to wait for', setting('after: [stages.other.mask]'), 'Write  stages.other'],
  [
    'a step to wait for by its name',
    loop("mask: '${state.mask}'", "'${stages.imp.mask}'").replace(
      '    steps:\n',
      '    steps:\n      next: { uses: init, after: [prune], with: { rng: 1 } }\n',
    ),
    'Write  steps.prune',
  ],
  [
    'a gather without stages in front',
    count('{ from: init.mask, over: [seed, width] }'),
    'Write  from: stages.init.mask',
  ],
  ['a range as in addresses', setting('matrix: { a: 1..3 }'), 'Write  a: [1, 2, 3]'],
  [
    'two presets to extend',
    `${head}params: { n: { type: int, default: 1 } }\npresets: { a: { n: 2 }, b: { n: 3 }, c: { extends: [a, b] } }\n${first}`,
    'A preset extends one other, which may extend a further one.',
  ],
  ['a variable that is a number', variable('5'), "Write  X: '5'"],
  ['a variable that is a truth', variable('true'), "Write  X: 'true'"],
  [
    'a misspelt external',
    variable('{ externl: true }'),
    'Write  X: { external: true }  or its value in quotes.',
  ],
  [
    'external: false',
    variable('{ external: false }'),
    'Write  X: { external: true }  or its value in quotes.',
  ],
  ['a component with a point', uses('lib.measure'), 'Write  uses: lib/measure'],
  ['a component by its file', uses('./lib.yaml'), 'Write  uses: lib/<stage>'],
  ['a component by its file and name', uses('./lib.yaml/measure'), 'Write  uses: lib/measure'],
  [
    'a file of components that is not imported',
    uses('./more/x-y.yaml/measure'),
    'Components are imported:  imports: { x: ./more/x-y.yaml }  and then  uses: x/measure',
  ],
  [
    'a module outside the project',
    uses('/tmp/m.mjs'),
    'A module lies in the project, and its path begins with a point:  uses: ./<file>.mjs',
  ],
  [
    'a module in TypeScript',
    uses('./m.ts'),
    'A module of your own is JavaScript with import and export:  uses: ./<file>.mjs',
  ],
];

/** What is said of a file, in one sentence that is one. */
const sentences: readonly (readonly [file: string, said: string])[] = [
  [`${head}stages: {}\n`, 'BAD_VALUE: "stages" must not be empty.'],
  [setting('after: []'), 'BAD_VALUE: "after" must have at least 1 element, and has none.'],
  [
    setting('after: [stages.other, stages.other]'),
    'BAD_VALUE: "after" must not hold a value twice: "stages.other".',
  ],
  [
    variable('5'),
    'BAD_VALUE: "X" must be a text, or { external: true } for that of your environment, not 5.',
  ],
  [
    stage(
      'train-es',
      "weights: '${stages.first.weights}', mask: '${stages.first.mask}', stratgy: snes, rng: 1",
    ),
    'UNKNOWN_KEY: "stratgy" is not a key of "with" of train-es.',
  ],
];

it.each(sentences)('%j is told in a sentence', (file, said) => {
  expect(
    complaints(file)
      .split('\n')[0]
      ?.replace(/^.* error /, ''),
  ).toBe(said);
});

describe('a correction', () => {
  it.each(corrections)('is told to who writes %s', (_, file, answer) => {
    const lines = complaints(file, files).trimEnd().split('\n');
    expect(
      lines.filter((line) => line.includes(' error ')),
      lines.join('\n'),
    ).toHaveLength(1);
    expect(lines).toContain(`  ${answer}`);
  });
});

describe('what is imported and holds no components', () => {
  const imported = (text: string, file = 'other.yaml'): string =>
    complaints(`${head}imports: { other: ./${file} }\nstages:\n  a: { uses: other/data, with: { x: 1 } }\n`, {
      readFile: () => ok({ file, bytes: new TextEncoder().encode(text) }),
    });

  it('is told once, where it is imported', () => {
    expect(imported(`${head}${first}`))
      .toBe(`p.yaml:3:19  error IMPORT_UNREADABLE: ./other.yaml cannot be imported: it is a pipeline, and no component file.
  3 | imports: { other: ./other.yaml }
    |                   ^^^^^^^^^^^^
  A component file starts with "ticketlab: 1" and "kind: component"; its stages have inputs and outputs, and no pipeline around them.
`);
    expect(imported(library, 'p.yaml')).toContain(
      'IMPORT_UNREADABLE: ./p.yaml cannot be imported: it is this file itself.',
    );
  });

  it('but says that it does, or nearly, is explained in its own place', () => {
    expect(imported(`${head}kind: component\n${first}`)).toContain(
      'other.yaml:2:1  error UNKNOWN_KEY: "name"',
    );
    expect(imported(`kin: component\n${head}${first}`)).toContain('other.yaml:1:1  error UNKNOWN_KEY: "kin"');
  });
});

it('an element of after that is wrong does not hide another one', () => {
  expect(complaints(setting('after: [stages.othr, other]')).match(/error \w+/g)).toEqual([
    'error UNKNOWN_STAGE',
    'error BAD_VALUE',
  ]);
});
