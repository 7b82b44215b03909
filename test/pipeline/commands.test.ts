import { describe, expect, test } from 'vitest';
import { err, ok } from '../../src/base/result.js';
import type { ModuleDescription } from '../../src/pipeline/modules.js';
import { complaints, instanceOf, planOf, sourcesOf, study } from './small-stages.js';

const head = study.slice(0, study.indexOf('targets:'));
const counted = `${head}  curve:
    run: [python, plots/curve.py, '{in.runs}', '{out.figure}', '--width={with.width}']
    code: [plots/curve.py]
    matrix: { method: '\${params.methods}' }
    inputs:
      runs: { type: table, columns: { seed: int, level: int, test_accuracy: double } }
      width: { type: int, min: 1, default: 3 }
      title: { type: string }
    outputs:
      figure: { type: figure, format: svg }
      data: { type: table, columns: { level: int } }
    with:
      runs: { from: stages.imp.metrics, over: [seed, k] }
      title: \${matrix.method}
    env: { LANG: C, OMP_NUM_THREADS: { external: true }, LEVELS: '\${params.levels}' }
    timeout: 5m
  count:
    shell: wc -l < "$IN_DATA" > "$OUT_TABLE"
    inputs: { data: { type: table, columns: { level: int } } }
    outputs: { table: { type: table } }
    with: { data: { from: stages.curve.data, at: { method: random } } }
`;
const target = { targets: ['count'] };

describe('a stage of run or shell', () => {
  const plan = planOf(counted, target);
  const id = 'curve[method=random]';

  test('has its declared inputs, values and outputs', () => {
    expect(instanceOf(plan, id).params).toEqual({ width: 3, title: 'random' });
    expect(Object.keys(instanceOf(plan, id).inputs)).toEqual(['runs']);
    expect(sourcesOf(plan, 'count')).toEqual({ data: [{ of: `${id}.data` }] });
  });

  test('is described for the executor, with its settings', () => {
    expect(plan.types?.get(instanceOf(plan, id).type)).toMatchObject({
      signature: { type: 'run', runtime: 'portable' },
      command: {
        argv: ['python', 'plots/curve.py', '{in.runs}', '{out.figure}', '--width={with.width}'],
        code: ['plots/curve.py'],
        inputs: { runs: 'runs.csv' },
        outputs: { figure: 'figure.svg', data: 'data.csv' },
      },
    });
    expect(plan.types?.get(instanceOf(plan, 'count').type)?.command?.shell).toBe(
      'wc -l < "$IN_DATA" > "$OUT_TABLE"',
    );
    expect(instanceOf(plan, id).settings).toMatchObject({
      timeout: 300,
      env: { LANG: 'C', OMP_NUM_THREADS: null, LEVELS: '3' },
    });
  });

  test.each([
    [
      'runs: { from: stages.imp.metrics, over: [seed, k] }',
      'runs: 3',
      '"runs" takes the output of a stage, not 3.',
    ],
    ['title: ${matrix.method}', 'titel: x', 'UNKNOWN_KEY: "titel" is not a key of "with" of run.'],
    ['      title: ${matrix.method}\n', '', 'The key "title" of "with" of run is missing.'],
    [
      'width: { type: int, min: 1, default: 3 }',
      'width: { type: int, default: a }',
      '"default" must be a whole number',
    ],
    ['code: [plots/curve.py]', 'code: [../curve.py]', 'must be a path inside the project, without ..'],
    ['code: [plots/curve.py]', 'code: [/curve.py]', 'must be a path inside the project, without ..'],
    [
      'level: int, test_accuracy: double',
      'level: int, accuracy: double',
      'MISSING_COLUMN: curve needs a column',
    ],
    ['format: svg', 'format: ../a', 'must be a file extension such as svg'],
    ['shell: wc', 'uses: plot\n    shell: wc', 'UNKNOWN_KEY: "uses" is not a key of a stage with shell.'],
    ['LANG: C,', '"A B": C,', 'It is a name of letters, digits and _.'],
    ['timeout: 5m', 'timeout: 5', '"timeout" must be a duration such as 90s, 5m or 1h30m, not 5.'],
    [
      'timeout: 5m',
      "timeout: '${params.levels - 9}'",
      '"timeout" must be a duration such as 90s, 5m or 1h30m, not -6',
    ],
    [
      'timeout: 5m',
      'retry: { on: [never] }',
      'must be infra, oom, timeout or exit:<code>, not the text "never"',
    ],
    ['timeout: 5m', 'resources: { cpus: 0 }', '"cpus" must be at least 1, not 0.'],
    ['timeout: 5m', 'resources: { memory: 3G }', '"memory" must be a size such as 512MiB or 3GiB'],
  ])('is checked: %s -> %s', (right, wrong, message) => {
    expect(counted).toContain(right);
    expect(complaints(counted.replace(right, wrong), target)).toContain(message);
  });
});

describe('defaults', () => {
  test('hold where a stage says nothing, field by field', () => {
    const text = study
      .replace('stages:\n', 'defaults: { timeout: 1h, resources: { cpus: 2, memory: 1GiB } }\nstages:\n')
      .replace('uses: dataset\n', 'uses: dataset\n    resources: { memory: 2GiB }\n');
    const plan = planOf(text);
    expect(instanceOf(plan, 'data').settings).toMatchObject({
      timeout: 3600,
      resources: { cpus: 2, memory: 2 ** 31 },
    });
    expect(instanceOf(plan, 'init[seed=1]').settings).toMatchObject({
      resources: { cpus: 2, memory: 2 ** 30 },
    });
    expect(instanceOf(planOf(study), 'data').settings).toBeUndefined();
  });

  test('and group are checked', () => {
    expect(complaints(study.replace('    outputs:\n', '    group: [train, prun]\n    outputs:\n'))).toContain(
      'UNKNOWN_STEP: There is no step "prun".',
    );
    expect(complaints(study.replace('stages:\n', 'defaults: { tiemout: 1h }\nstages:\n'))).toContain(
      'UNKNOWN_KEY: "tiemout" is not a key of defaults.',
    );
  });
});

describe('a module', () => {
  const flip: ModuleDescription = {
    file: 'stages/flip.mjs',
    closure: ['stages/flip.mjs', 'stages/help.mjs'],
    packages: {},
    signature: {
      type: 'flip',
      version: 2,
      params: {
        type: 'object',
        properties: { share: { type: 'number', default: 0.5 } },
        additionalProperties: false,
      },
      inputs: { mask: { type: 'mask', doc: '' } },
      outputs: { mask: { type: 'mask', doc: '' } },
      runtime: 'portable',
    },
  };
  const text = study
    .slice(0, study.indexOf('targets:'))
    .concat(
      "  flipped:\n    uses: ./stages/flip.mjs\n    matrix: { seed: '${params.seeds}' }\n    with: { mask: '${stages.init.mask}' }\n",
    );
  const asked = (module: unknown) => ({
    targets: ['flipped'],
    describeModules: (wanted: readonly { path: string }[]) =>
      wanted.map(() => ok(module as ModuleDescription)),
  });

  test('is a stage type like any other', () => {
    const plan = planOf(text, asked(flip));
    const { type, params } = instanceOf(plan, 'flipped[seed=2]');
    expect([type, params]).toEqual(['./stages/flip.mjs', { share: 0.5 }]);
    expect(plan.types?.get(type)?.module?.closure).toEqual(['stages/flip.mjs', 'stages/help.mjs']);
    expect(complaints(text.replace('with: { mask:', 'with: { shar: 1, mask:'), asked(flip))).toContain(
      'UNKNOWN_KEY: "shar" is not a key of "with" of flip.',
    );
  });

  test('says what of its contract is missing', () => {
    const signature = (change: object) =>
      complaints(text, asked({ ...flip, signature: { ...(flip.signature as object), ...change } }));
    expect(signature({ version: 0 })).toContain(
      'MODULE_UNUSABLE: ./stages/flip.mjs cannot be used as a stage type: version must be at least 1.',
    );
    expect(signature({ outputs: { mask: { type: 'masks' } } })).toContain(
      'outputs.mask.type must be one of weights,',
    );
    expect(signature({ inputs: { share: { type: 'mask' } } })).toContain(
      'it has an input and a parameter called share.',
    );
    expect(
      complaints(text, { ...asked(flip), describeModules: () => [err('there is no such file')] }),
    ).toContain('./stages/flip.mjs cannot be used as a stage type: there is no such file.');
  });

  test('that cannot be used is reported where it is used first, and not again', () => {
    const twice = text.replace('stages:\n', 'stages:\n  other: { uses: ./stages/flip.mjs }\n');
    const said = complaints(twice, { ...asked(flip), describeModules: () => [err('there is no such file')] });
    expect(said.match(/MODULE_UNUSABLE/g)).toHaveLength(1);
  });
});
