import { describe, expect, test } from 'vitest';
import { complaints, study, validationComplaints } from './small-stages.js';

describe('what is wrong', () => {
  test('is reported all together, in the order of the file, without what follows from it', () => {
    const broken = study
      .replace('popsize: ${params.popsize}', 'popsise: ${params.popsize}')
      .replace('uses: rewind', 'uses: rewnd')
      .replace('criterion: ${matrix.method}', 'criterion: ${matrix.methods}')
      .replace('over: [method, seed, k]', 'over: [method, seed]');
    expect(complaints(broken, { preset: 'tinny', targets: ['acuracy'] }))
      .toBe(`p.yaml:36:11  error UNKNOWN_KEY: "popsise" is not a key of "with" of train-es with strategy: snes.
  36 |           popsise: \${params.popsize}
     |           ^^^^^^^
  Its keys are data, generations, mask, popsize, rng, settings, strategy, temperature, validation and weights.
  Did you mean "popsize"?

p.yaml:43:31  error UNKNOWN_NAME: This stage has no matrix axis "methods".
  43 |           criterion: \${matrix.methods}
     |                               ^^^^^^^
  Axes: method and seed.
  Did you mean "method"?

p.yaml:47:15  error UNKNOWN_STAGE_TYPE: There is no stage type "rewnd".
  47 |         uses: rewnd
     |               ^^^^^
  Stage types are count, dataset, init, plot, prune, rewind and train-es.
  Did you mean "rewind"?

p.yaml:56:22  error AXIS_LEFT_OVER: stages.imp.metrics has the axis k, which accuracy does not have: it is not said which value is meant.
  56 |       table: { from: stages.imp.metrics, over: [method, seed] }
     |                      ^^^^^^^^^^^^^^^^^^
  Gather them:  table: { from: stages.imp.metrics, over: [method, seed, k] }  or give accuracy a matrix with k.

command line  error UNKNOWN_PRESET: There is no preset "tinny".
   | --preset tinny
   |          ^^^^^
  Presets of this file: smoke and tiny.
  Did you mean "tiny"?

command line  error UNKNOWN_TARGET: There is no target, stage or step "acuracy".
   | acuracy
   | ^^^^^^^
  Targets: figures and default. Stages: data, init, imp, accuracy and sizes.
  Did you mean "accuracy"?
`);
  });

  test('a preset that nobody chose is checked too, and named with its parameter', () => {
    const probes = study
      .replace('presets:', '  probes: { type: list<int>, default: [1, 3] }\npresets:')
      .replace(
        '  sizes:\n    uses: count\n    matrix: { seed:',
        "  sizes:\n    uses: count\n    matrix: { k: '${params.probes}', seed:",
      )
      .replace('over: [k, method]', 'over: [method]');
    expect(complaints(probes))
      .toBe(`p.yaml:62:19  error AXIS_VALUE_MISSING: sizes reads stages.imp.mask at k = 3, but imp has only k = 1 and 2 (with preset smoke).
  62 |       of: { from: stages.imp.mask, over: [method] }
     |                   ^^^^^^^^^^^^^^^
  Use values of k that imp has.
  p.yaml:9:39  "probes" is [1,3] because of its default
  p.yaml:11:32  "levels" is 2 because of preset smoke
`);
  });

  test('a value that an expression gives is checked once, with its place and why it came out so', () => {
    const text = study.replace(
      'sparsity: ${1.0 - pow(params.keep_ratio, k)}',
      'sparsity: ${params.keep_ratio * k}',
    );
    expect(complaints(text, { overrides: ['levels=4'], targets: ['imp.prune[k=2,seed=1,method=random]'] }))
      .toBe(`p.yaml:44:21  error BAD_VALUE: "sparsity" of imp.prune at k = 2 must be less than 1, not 1.6.
  44 |           sparsity: \${params.keep_ratio * k}
     |                     ^^^^^^^^^^^^^^^^^^^^^^^^
  p.yaml:7:62  "keep_ratio" is 0.8 because of its default
`);
  });

  test('a choice that is an expression is checked against the variant that it gives', () => {
    const chosen = study
      .replace('strategy: snes', 'strategy: ${params.strategy}\n          temperature: 3')
      .replace('presets:', '  strategy: { type: enum, enum: [snes, open-es], default: snes }\npresets:');
    expect(complaints(chosen)).toBe('nothing');
    expect(complaints(chosen, { overrides: ['strategy=open-es'] })).toContain(
      'error OTHER_VARIANT: "temperature" is not a parameter of strategy: open-es, which imp.train has.',
    );
  });

  test('a long circle is told by its two ends', () => {
    const circle = (stages: number) => {
      const stage = (i: number) =>
        `  s${i}: { uses: init, after: [stages.s${(i + 1) % stages}], with: { rng: 1 } }`;
      const lines = Array.from({ length: stages }, (_, i) => stage(i));
      return complaints(`ticketlab: 1\nname: p\nstages:\n${lines.join('\n')}\n`).split('\n')[0] ?? '';
    };
    expect(circle(3)).not.toContain('more');
    expect(circle(8).match(/ needs /g)).toHaveLength(8);
    const long = circle(103);
    expect(long.match(/ needs /g)).toHaveLength(6);
    expect(long).toContain('), ... 97 more ..., s');
    const chain = Array.from({ length: 20 }, (_, i) => `  p${i}: { extends: p${(i + 1) % 20} }`).join('\n');
    expect(complaints(study.replace('presets:', `presets:\n${chain}`))).toContain(
      'circle: p0 -> p1 -> p2 -> ... 15 more ... -> p18 -> p19 -> p0.',
    );
  });

  test('validation says the same without making a plan', () => {
    expect(validationComplaints(study)).toBe('nothing');
    const wrong = study.replace('stages.init.mask', 'stages.init.msk');
    expect(validationComplaints(wrong)).toBe(complaints(wrong));
    expect(validationComplaints(wrong)).toContain('UNKNOWN_OUTPUT');
  });
});
