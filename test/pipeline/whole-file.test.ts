import { describe, expect, test } from 'vitest';
import { validatePipeline } from '../../src/pipeline/plan-pipeline.js';
import { complaints, request, study, validationComplaints, type Asked } from './small-stages.js';

/** `CODE line: message` of everything that is wrong; validation and planning must agree about it. */
function wrong(text: string, asked: Asked = {}): string[] {
  const checked = validatePipeline(request(text, asked));
  expect(complaints(text, asked)).toBe(validationComplaints(text, asked));
  return checked.ok ? [] : checked.error.map(({ code, at, message }) => `${code} ${at.line}: ${message}`);
}

/** The file of a stage or two, with parameters and presets before them. */
const file = (head: string, stages: string): string =>
  `ticketlab: 1\nname: p\n${head}stages:\n${stages.replace(/^(?=.)/gm, '  ')}`;

const init = (rng: string, matrix = ''): string => `init: { uses: init,${matrix} with: { rng: '${rng}' } }\n`;

describe('a preset that nobody chose', () => {
  const head = (presets: string, params = '{ n: { type: int, default: 2 } }') =>
    `params: ${params}\npresets: ${presets}\n`;

  test('is checked for the values that it gives to stages', () => {
    const text = file(head('{ odd: { n: -1 } }'), init('${params.n}'));
    expect(validationComplaints(text))
      .toBe(`p.yaml:6:36  error BAD_VALUE: "rng" of init must be at least 0, not -1 (with preset odd).
  6 |   init: { uses: init, with: { rng: '\${params.n}' } }
    |                                    ^^^^^^^^^^^^^
  p.yaml:4:22  "n" is -1 because of preset odd
`);
    expect(wrong(text, { preset: 'odd' })).toEqual([
      'BAD_VALUE 6: "rng" of init must be at least 0, not -1.',
    ]);
  });

  test('and for what cannot be computed with it, at one point of the axes too', () => {
    const text = file(
      head('{ odd: { n: 0 }, even: { n: 3 } }'),
      init('${matrix.seed / params.n}', " matrix: { seed: '${range(0, params.n + 3)}' },") +
        "twice: { uses: init, with: { rng: '${10 / (params.n - 3)}' }, retry: { times: '${params.n - 3}' } }\n",
    );
    expect(wrong(text)).toEqual([
      'EXPRESSION_FAILED 6: The expression has no value: division by zero at seed = 0 (with preset odd).',
      'BAD_VALUE 7: "rng" of twice must be at least 0, not -10.',
      'BAD_VALUE 7: "rng" of twice must be at least 0, not -3 (with preset odd).',
      'EXPRESSION_FAILED 7: The expression has no value: division by zero (with preset even).',
      'BAD_VALUE 7: "times" must be a whole number from 0, not -1.',
      'BAD_VALUE 7: "times" must be a whole number from 0, not -3 (with preset odd).',
    ]);
    expect(validationComplaints(text)).toContain('  p.yaml:4:38  "n" is 3 because of preset even\n');
  });

  test('is told of once where another one hands its values on, and of each that has its own', () => {
    const text = file(head('{ a: { n: -1 }, b: { extends: a }, c: { n: -1 } }'), init('${params.n}'));
    expect(wrong(text)).toEqual([
      'BAD_VALUE 6: "rng" of init must be at least 0, not -1 (with preset a).',
      'BAD_VALUE 6: "rng" of init must be at least 0, not -1 (with preset c).',
    ]);
  });

  test('takes what it does not set from this run', () => {
    const text = file(
      head('{ a: { m: 1 }, b: { n: [] } }', '{ m: { type: int }, n: { type: list<int>, default: [1] } }'),
      init('${params.m + matrix.seed}', " matrix: { seed: '${params.n}' },"),
    );
    const empty = 'EMPTY_AXIS 6: The axis "seed" has no values (with preset b).';
    expect(wrong(text, { preset: 'a' })).toEqual([empty]);
    expect(wrong(text, { overrides: ['m=1'] })).toEqual([empty]);
    expect(wrong(text)).toEqual(['MISSING_PARAM 3: The parameter "m" (int) has no value.', empty]);
  });

  test('may need an output that is not there with it', () => {
    const text = file(
      head('{ plain: { n: 0 } }'),
      `${init('${1}', " matrix: { seed: '${range(0, 400)}' },")}train:
  uses: train-es
  matrix: { seed: '\${range(0, 400)}' }
  with: { weights: '\${stages.init.weights}', mask: '\${stages.init.mask}', strategy: snes, rng: 1, validation: '\${params.n}' }
cut:
  uses: prune
  matrix: { seed: [1, 2] }
  with: { ticket: '\${stages.train.best}', mask: '\${stages.init.mask}', criterion: random, sparsity: 0.5 }
`,
    );
    expect(wrong(text)).toEqual([
      'OUTPUT_ABSENT 14: train has the output "best" only with validation above 0 (with preset plain).',
    ]);
    // Where the stage that reads it has no such axis value, it does not matter that the others lack it.
    const some = text
      .replace("'${params.n}'", "'${matrix.seed < 3 ? 1 : 0}'")
      .replace('{ n: 0 }', '{ n: 1 }');
    expect(wrong(some)).toEqual([]);
    expect(wrong(some.replace('seed: [1, 2]', 'seed: [1, 3]'))).toEqual([
      'OUTPUT_ABSENT 14: train has the output "best" only with validation above 0.',
    ]);
  });

  test('cannot be called as the values without one are', () => {
    const text = file(head('{ default: { n: 5 } }'), init('${params.n}'));
    expect(complaints(text))
      .toBe(`p.yaml:4:12  error BAD_NAME: A preset cannot be called "default": that is what the values without a preset are called.
  4 | presets: { default: { n: 5 } }
    |            ^^^^^^^
  Give it another name; values that hold without a preset are the defaults of the parameters.
`);
  });
});

describe('a large sweep', () => {
  const sweep = (count: number, rng: string) =>
    file('', init(rng, ` matrix: { seed: '\${range(0, ${count})}' },`));

  test('is checked for values that are the same everywhere, and for those of its axes', () => {
    expect(wrong(sweep(5000, '${0 - 1}'))).toEqual([
      'BAD_VALUE 4: "rng" of init must be at least 0, not -1.',
    ]);
    expect(wrong(sweep(900, '${898 - matrix.seed}'))).toEqual([
      'BAD_VALUE 4: "rng" of init at seed = 899 must be at least 0, not -1.',
    ]);
  });

  test('has its first and its last value looked at, and some between, where there are too many', () => {
    const codes = (rng: string) => {
      const checked = validatePipeline(request(sweep(9000, rng)));
      return checked.ok ? [] : checked.error.map(({ code }) => code);
    };
    expect(codes('${matrix.seed}')).toEqual([]);
    expect(codes('${matrix.seed - 1}')).toEqual(['BAD_VALUE']);
    expect(codes('${8998 - matrix.seed}')).toEqual(['BAD_VALUE']);
    expect(codes('${matrix.seed > 4000 && matrix.seed < 5000 ? -1 : 1}')).toEqual(['BAD_VALUE']);
  });

  test('with several axes has every value of each looked at', () => {
    const text = file(
      '',
      init(
        '${matrix.a == 17 ? -1 : matrix.seed + matrix.b}',
        " matrix: { seed: '${range(0, 500)}', a: '${range(0, 40)}', b: [1, 2], exclude: [{ seed: 7 }] },",
      ),
    );
    expect(wrong(text)).toEqual([
      'BAD_VALUE 4: "rng" of init at seed = 18, a = 17, b = 2 must be at least 0, not -1.',
    ]);
  });

  test('may not have more instances than a plan can', () => {
    const text = file(
      'params: { n: { type: int, default: 2 } }\npresets: { huge: { n: 2000 } }\n',
      init('${1}', " matrix: { a: '${range(0, params.n)}', b: '${range(0, params.n)}' },"),
    );
    expect(wrong(text)).toEqual([
      'TOO_MANY_INSTANCES 6: With init the plan has more than 1000000 instances (with preset huge).',
    ]);
    expect(wrong(text, { preset: 'huge' })).toHaveLength(1);
  });
});

describe('problems that have nothing to do with each other', () => {
  const stages = (...rest: string[]) => init('${matrix.seed}', ' matrix: { seed: [1, 2] },') + rest.join('');
  const count = (name: string, rest: string) => `${name}: { uses: count, ${rest} }\n`;
  const gather = '{ from: stages.init.mask, over: [seed] }';
  const cause = {
    name: "other: { uses: init, matrix: { seed: [1] }, with: { rng: '${matrix.sed}' } }\n",
    missing: count('late', "matrix: { seed: [1, 3] }, with: { of: '${stages.init.mask}' }"),
    empty: count('none', `matrix: { w: [] }, with: { of: ${gather} }`),
    row: count('rows', `matrix: { w: [1, x], exclude: [{ v: 1 }] }, with: { of: ${gather} }`),
    failing: "fails: { uses: init, with: { rng: '${1 / 0}', layers: ['${0 - 1}'] } }\n",
    column: 'figure: { uses: plot, with: { table: "${stages.tr.metrics}", y: nothing } }\n',
    key: 'tr: { uses: train-es, with: { weights: "${stages.one.weights}", mask: "${stages.one.mask}", strategy: snes, rng: 1, popsise: 3 } }\n',
    one: "one: { uses: init, with: { layers: [1], rnf: 1 }, env: { A: '1' } }\n",
    left: count('left', "with: { of: '${stages.init.mask}' }, retry: { times: '${0 - 1}' }"),
  };

  test('are reported together, each once', () => {
    const text = file('', stages(...Object.values(cause))).concat(
      "targets: { a: ['init[seed=3]'], b: ['init[sed=1]', late, nowhere] }\n",
    );
    expect(wrong(text).map((line) => line.replace(/ \d+:.*/, ''))).toEqual([
      'UNKNOWN_NAME',
      'AXIS_VALUE_MISSING',
      'EMPTY_AXIS',
      'BAD_AXIS',
      'AXIS_UNKNOWN',
      'EXPRESSION_FAILED',
      'BAD_VALUE',
      'UNKNOWN_COLUMN',
      'UNKNOWN_KEY',
      'UNKNOWN_KEY',
      'ENV_UNUSED',
      'AXIS_LEFT_OVER',
      'BAD_VALUE',
      'NO_SUCH_INSTANCE',
      'BAD_ADDRESS',
      'UNKNOWN_TARGET',
    ]);
  });

  test('of a group of steps are found beside any other', () => {
    const text = study
      .replace('    outputs:\n', '    group: [train, prunes]\n    outputs:\n')
      .replace('popsize: ${params.popsize}', 'popsise: 1');
    expect(wrong(text)).toHaveLength(2);
    expect(wrong(text)[1]).toContain('UNKNOWN_STEP');
  });
});

describe('one cause is one report', () => {
  const one = (change: (text: string) => string, asked: Asked = {}) => {
    const found = wrong(change(study), asked);
    expect(found).toHaveLength(1);
    return found[0]!.replace(/ \d+:.*/, '');
  };

  test.each<[string, string, string | RegExp, string, Asked?]>([
    ['a list that is empty', 'EMPTY_AXIS', 'unique: true, default: [1, 2]', 'unique: true, default: []'],
    ['a default that is none', 'BAD_PARAM_VALUE', 'max: 40, default: 3', 'max: 40, default: 99'],
    ['a preset with a wrong value', 'BAD_PARAM_VALUE', 'levels: 2 }', 'levels: 99 }', { preset: 'smoke' }],
    ['a parameter that cannot be read', 'UNKNOWN_KEY', 'min: 1, max: 40', 'minn: 1, max: 40'],
    ['a type that is missing', 'MISSING_KEY', 'levels: { type: int, ', 'levels: { '],
    ['a key that is missing', 'MISSING_KEY', 'strategy: snes\n          ', ''],
    ['another key that is missing', 'MISSING_KEY', "\n          rng: ${rng(matrix.seed, 'train', k)}", ''],
    ['a computed value that is missing', 'MISSING_KEY', /\n {10}sparsity: .*/, ''],
    ['a key that is misspelt', 'UNKNOWN_KEY', 'sparsity: ', 'sparsityy: '],
    [
      'a fixed value that is wrong',
      'UNKNOWN_NAME',
      'over: [k, method]',
      "over: [method], at: { k: '${params.k}' }",
    ],
    [
      'a number of passes that is none',
      'BAD_TIMES',
      'levels: { type: int, min: 1',
      'levels: { type: int, min: -9',
      { overrides: ['levels=0'] },
    ],
    [
      'a value on the command line',
      'BAD_PARAM_VALUE',
      'keep_ratio',
      'keep_ratio',
      { overrides: ['levels=x'] },
    ],
  ])('%s', (_, code, from, to, asked) => {
    expect(one((text) => text.replace(from, () => to), asked)).toBe(code);
  });
});

describe('targets of the file', () => {
  const text = (targets: string) =>
    file(
      'params: { seeds: { type: list<int>, default: [1, 2] } }\npresets: { b: { seeds: [2, 3] } }\n',
      init('${matrix.seed}', " matrix: { seed: '${params.seeds}' },"),
    ).concat(`targets: ${targets}\n`);

  test('must mean instances that there are, asked for or not, under every preset', () => {
    expect(complaints(text("{ default: [init], one: ['init[seed=1]'] }"))).toBe(
      `p.yaml:7:35  error NO_SUCH_INSTANCE: No instance of init has seed = 1 (with preset b).
  7 | targets: { default: [init], one: ['init[seed=1]'] }
    |                                   ^^^^^^^^^^^^^^
  seed is 2 and 3.
  p.yaml:4:24  "seeds" is [2,3] because of preset b
`,
    );
    expect(wrong(text("{ default: ['init[seed=2]'], one: ['init[sed=2]'], all: [one] }"))).toEqual([
      'BAD_ADDRESS 7: init has no axis "sed".',
    ]);
    expect(wrong(text("{ one: ['init[seed=1..2]'], all: [one] }"))).toEqual([]);
  });

  test('words of the command line are for this run alone', () => {
    expect(wrong(text('{ all: [init] }'), { targets: ['init[seed=1]'] })).toEqual([]);
    expect(wrong(text('{ all: [init] }'), { targets: ['init[seed=1]'], preset: 'b' })).toHaveLength(1);
  });
});
