import { describe, expect, it } from 'vitest';
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
      "{ as: what, from: { a: { from: stages.init.mask, over: [seed], at: { width: '8' } }, b: { from: stages.init.mask, over: [seed] } } }",
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
];

describe('a correction', () => {
  it.each(corrections)('is told to who writes %s', (_, file, answer) => {
    const lines = complaints(file).trimEnd().split('\n');
    expect(
      lines.filter((line) => line.includes(' error ')),
      lines.join('\n'),
    ).toHaveLength(1);
    expect(lines).toContain(`  ${answer}`);
  });
});
