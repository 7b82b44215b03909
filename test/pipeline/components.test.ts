import { describe, expect, test } from 'vitest';
import { err, ok } from '../../src/base/result.js';
import type { Asked } from './small-stages.js';
import { complaints, instanceOf, planOf, sourcesOf } from './small-stages.js';

const component = `ticketlab: 1
kind: component
stages:
  short:
    inputs:
      start: { type: weights }
      keep: { type: mask }
      size: { type: int, min: 2, default: 8 }
      word: { type: string, enum: [snes, open-es], default: snes }
      limit: { type: duration, default: 2m }
    outputs:
      ticket: { type: ticket }
    uses: train-es
    with:
      weights: \${inputs.start}
      mask: \${inputs.keep}
      strategy: \${inputs.word}
      popsize: \${inputs.size * 2}
      generations: \${int(inputs.limit)}
      rng: 7
`;
const pipeline = `ticketlab: 1
name: p
imports: { short: ./lib/short.yaml }
stages:
  init:
    uses: init
    matrix: { seed: [1, 2] }
    with: { rng: '\${matrix.seed}' }
  brief:
    uses: short/short
    matrix: { seed: [1, 2] }
    with: { start: '\${stages.init.weights}', keep: '\${stages.init.mask}', size: '\${matrix.seed + 3}' }
  sizes:
    uses: prune
    with:
      ticket: { from: stages.brief.ticket, at: { seed: 2 } }
      mask: { from: stages.init.mask, at: { seed: 2 } }
      criterion: random
      sparsity: 0.5
`;
const asked = (text: string): Asked => ({
  readFile: (from, path) =>
    from === 'p.yaml' && path === './lib/short.yaml'
      ? ok({ file: 'lib/short.yaml', bytes: new TextEncoder().encode(text) })
      : err('there is no such file'),
});
const said = (change: (text: string) => string) => complaints(pipeline, asked(change(component)));

describe('a component', () => {
  const plan = planOf(pipeline, asked(component));

  test('is its stage type, with parameters made from its inputs', () => {
    const { type, params } = instanceOf(plan, 'brief[seed=2]');
    expect(type).toBe('train-es');
    expect(params).toMatchObject({
      strategy: 'snes',
      popsize: 10,
      generations: 120,
      temperature: 12,
      rng: 7,
    });
  });

  test('hands artefacts on under the names of its stage type, and its outputs as they are', () => {
    expect(sourcesOf(plan, 'brief[seed=1]')).toEqual({
      weights: 'init[seed=1].weights',
      mask: 'init[seed=1].mask',
    });
    expect(sourcesOf(plan, 'sizes')).toMatchObject({ ticket: 'brief[seed=2].ticket' });
  });

  test('has the key that the same stage has without it', () => {
    const direct = pipeline
      .replace('uses: short/short', 'uses: train-es')
      .replace(
        /with: \{ start.*\}/,
        "with: { weights: '${stages.init.weights}', mask: '${stages.init.mask}', strategy: snes, popsize: '${(matrix.seed + 3) * 2}', generations: 120, rng: 7 }",
      );
    const { params, inputs } = instanceOf(planOf(direct, asked(component)), 'brief[seed=1]');
    expect(instanceOf(plan, 'brief[seed=1]')).toMatchObject({ params, inputs });
  });

  test('puts several of its inputs under each other for one of its stage type', () => {
    const compare = `ticketlab: 1
kind: component
stages:
  sizes:
    inputs:
      es: { type: mask }
      gd: { type: mask }
    outputs:
      table: { type: table }
    uses: count
    with:
      of: { as: trainer, from: { es: '\${inputs.es}', gd: '\${inputs.gd}' } }
`;
    const used = pipeline.replace(
      /  brief:[^]*/,
      `  both:
    uses: short/sizes
    with:
      es: { from: stages.init.mask, over: [seed] }
      gd: { from: stages.init.mask, at: { seed: last } }
`,
    );
    expect(sourcesOf(planOf(used, asked(compare)), 'both')).toEqual({
      of: [
        { seed: 1, trainer: 'es', of: 'init[seed=1].mask' },
        { seed: 2, trainer: 'es', of: 'init[seed=2].mask' },
        { trainer: 'gd', of: 'init[seed=2].mask' },
      ],
    });
    const wrong = (change: (text: string) => string) => complaints(used, asked(change(compare)));
    expect(wrong((text) => text.replace("gd: '${inputs.gd}'", "gd: '${inputs.sgd}'"))).toContain(
      'lib/short.yaml:12:58  error UNKNOWN_NAME: This component has no artefact "sgd" among its inputs.',
    );
    expect(wrong((text) => text.replace('gd: { type: mask }', 'gd: { type: ticket }'))).toContain(
      'WRONG_ARTEFACT: "of" takes mask or weights, but the input "gd" is ticket.',
    );
    expect(wrong((text) => text.replace(", gd: '${inputs.gd}'", ''))).toContain(
      'UNUSED_INPUT: Nothing is made of the input "gd".',
    );
    expect(wrong((text) => text.replace("'${inputs.gd}' }", 'inputs.gd }'))).toContain(
      'EXPECTED_EDGE: "gd" takes',
    );
  });

  test('is checked in its own file', () => {
    expect(said((text) => text.replace('popsize: ${inputs.size * 2}', 'popsise: 3'))).toContain(
      'lib/short.yaml:18:7  error UNKNOWN_KEY: "popsise" is not a key of "with" of train-es',
    );
    expect(said((text) => text.replace('mask: ${inputs.keep}', 'mask: ${inputs.start}'))).toContain(
      'WRONG_ARTEFACT: "mask" takes mask, but the input "start" is weights.',
    );
    expect(said((text) => text.replace('inputs.size', 'inputs.sise'))).toContain(
      'UNKNOWN_NAME: This component has no input "sise".',
    );
    expect(said((text) => text.replace('ticket: { type: ticket }', 'tickt: { type: ticket }'))).toContain(
      'UNKNOWN_OUTPUT: train-es has no output "tickt".',
    );
    expect(said((text) => text.replace('ticket: { type: ticket }', 'ticket: { type: mask }'))).toContain(
      'WRONG_ARTEFACT: The output "ticket" of train-es is ticket, not mask.',
    );
    expect(said((text) => text.replace('default: 8', 'default: 1'))).toContain(
      'BAD_PARAM_VALUE: The parameter "size" (int) must be at least 2; its default is 1.',
    );
    expect(said((text) => text.replace('kind: component\n', ''))).toContain(
      'The key "kind" of a component file is missing.',
    );
    expect(said((text) => text.replace('uses: train-es', 'uses: short/short'))).toContain(
      'UNKNOWN_STAGE_TYPE',
    );
    expect(said((text) => text.replace('rng: 7', 'rng: ${params.x}'))).toContain(
      'There is nothing called "params" here.',
    );
  });

  test('is checked where it is used', () => {
    const used = (change: (text: string) => string) => complaints(change(pipeline), asked(component));
    expect(used((text) => text.replace("size: '${matrix.seed + 3}'", 'size: 1'))).toContain(
      'BAD_VALUE: "size" must be at least 2, not 1.',
    );
    expect(used((text) => text.replace("size: '${matrix.seed + 3}'", "size: '${matrix.seed}'"))).toContain(
      'BAD_VALUE: "size" of brief at seed = 1 must be at least 2, not 1.',
    );
    expect(used((text) => text.replace("start: '${stages.init.weights}', ", ''))).toContain(
      'The key "start" of "with" of short is missing.',
    );
    expect(
      used((text) => text.replace("start: '${stages.init.weights}'", "start: '${stages.init.mask}'")),
    ).toContain('WRONG_ARTEFACT: "start" of brief takes weights, but stages.init.mask is mask.');
  });

  test('that is hostile is refused like any file', () => {
    expect(said(() => '')).toContain('EMPTY_FILE: The file is empty.');
    expect(said(() => '\0')).toContain('NOT_TEXT');
    expect(said(() => '['.repeat(5000))).toContain('lib/short.yaml');
    expect(said((text) => text.replaceAll('start', '__proto__'))).toContain('BAD_NAME');
  });
});
