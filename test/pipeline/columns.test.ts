import { describe, expect, test } from 'vitest';
import { said } from './column-stages.js';

const runs = 'table: { from: stages.imp.metrics, over: [seed, k] }';
const both =
  "table: { as: trainer, from: { a: { from: stages.imp.metrics, over: [seed, k] }, b: '${stages.other.metrics}' } }";
/** A figure of a table, with further lines of its `with`. */
const figure = (table: string, ...rest: readonly string[]) =>
  `  figure:\n    uses: draw\n    with:\n      ${table}\n      mark: line\n${rest.map((line) => `      ${line}\n`).join('')}`;
const plot = (table: string, ...rest: readonly string[]) =>
  figure(table, ...rest)
    .replace('draw', 'plot')
    .replace('      mark: line\n', '');
const summary = (rest: string) => `  table:\n    uses: summarise\n    with: { ${runs}, ${rest} }\n`;
const ofSummary = "table: '${stages.table.summary}'";

/** The columns that are told to be unknown, in their order. */
const unknown = (text: string) =>
  [...text.matchAll(/UNKNOWN_COLUMN: .* names the columns? (.*?)( by default)?, /g)].map(([, name]) => name);

describe('the columns that parameters name', () => {
  test('are those of the table, its coordinates, level, and what tells sources apart', () => {
    expect(said(plot(runs, 'y: level', 'by: [seed, k, generation]', 'where: { test_accuracy: x }'))).toBe(
      'nothing',
    );
    expect(said(plot(both, 'by: [trainer, seed, level]'))).toBe('nothing');
  });

  test('are looked for in texts, lists and keys, each wrong one where it stands', () => {
    expect(said(plot(runs, 'y: test_acuracy', 'by: [seed, method]', "where: { levle: '1' }"))).toBe(
      `p.yaml:26:10  error UNKNOWN_COLUMN: "y" of figure names the column "test_acuracy", which its table does not have.
  26 |       y: test_acuracy
     |          ^^^^^^^^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  Did you mean "test_accuracy"?
  p.yaml:12:7  the table is "metrics" of imp.train (train-es)

p.yaml:27:18  error UNKNOWN_COLUMN: "by" of figure names the column "method", which its table does not have.
  27 |       by: [seed, method]
     |                  ^^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  p.yaml:12:7  the table is "metrics" of imp.train (train-es)

p.yaml:28:16  error UNKNOWN_COLUMN: "where" of figure names the column "levle", which its table does not have.
  28 |       where: { levle: '1' }
     |                ^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  Did you mean "level"?
  p.yaml:12:7  the table is "metrics" of imp.train (train-es)
`,
    );
  });

  test('are left alone where columns are not declared, a source is wrong or an expression is', () => {
    const program = '  own:\n    shell: echo\n    outputs: { rows: { type: table } }\n';
    expect(said(program + figure("table: '${stages.own.rows}'", 'x: anything', 'y: else'))).toBe('nothing');
    const misspelt = said(plot(both.replace('stages.other', 'stages.otter'), 'by: [nothing]'));
    expect(misspelt).toContain('UNKNOWN_STAGE');
    expect(unknown(misspelt)).toEqual([]);
    const left = said(plot(runs.replace('seed, k', 'k'), 'by: [seed]'));
    expect(left).toContain('AXIS_LEFT_OVER');
    expect(unknown(left)).toEqual([]);
    const broken = said(
      summary("value: test_accuracy, by: ['${params.no}']") + figure(ofSummary, 'x: k', 'y: mean'),
    );
    expect(broken).toContain('UNKNOWN_NAME');
    expect(unknown(broken)).toEqual([]);
  });

  test('count where they are defaults, of the variant that there is', () => {
    expect(
      said(
        "  table:\n    uses: summarise\n    with: { table: '${stages.other.metrics}', value: test_accuracy }\n",
      ),
    )
      .toBe(`p.yaml:22:3  error UNKNOWN_COLUMN: "repetition" of table names the column "seed" by default, which its table does not have.
  22 |   table:
     |   ^^^^^
  Its columns are generation and test_accuracy.
  p.yaml:19:3  the table is "metrics" of other (train-es)
`);
    expect(unknown(said(figure(runs).replace('line', 'path')))).toEqual(['"barrier"']);
    expect(unknown(said(figure(runs, 'x: k', 'y: level')))).toEqual([]);
  });
});

describe('in a gather of several stages', () => {
  test('every table must have what is drawn, and the message names the one that lacks it', () => {
    expect(said(figure(both, 'x: k', 'y: test_accuracy', 'color: seed')))
      .toBe(`p.yaml:27:10  error UNKNOWN_COLUMN: "x" of figure names the column "k", which stages.other.metrics ("b") does not have.
  27 |       x: k
     |          ^
  Only stages.imp.metrics ("a") has it. All of its tables have trainer, generation and test_accuracy.
  p.yaml:19:3  the table is "metrics" of other (train-es)
`);
  });

  test('what tells rows apart may be empty in some tables, but not be in none', () => {
    expect(said(figure(both, 'x: generation', 'y: test_accuracy', 'color: seeds')))
      .toBe(`p.yaml:29:14  error UNKNOWN_COLUMN: "color" of figure names the column "seeds", which its table does not have.
  29 |       color: seeds
     |              ^^^^^
  Its columns are trainer, seed, k, level, generation and test_accuracy.
  Did you mean "seed"?
  p.yaml:12:7  the table is "metrics" of imp.train (train-es)
  p.yaml:19:3  the table is "metrics" of other (train-es)
`);
  });

  test('of a list of which each needs one, the table is named that has none', () => {
    expect(said(plot(both, 'last_by: [step, generation]'))).toBe('nothing');
    expect(said(plot(both, "last_by: ''"))).toBe('nothing');
    expect(said(plot(both, 'last_by: [step, k]')))
      .toBe(`p.yaml:26:16  error UNKNOWN_COLUMN: "last_by" of figure names the columns "step" and "k", none of which stages.other.metrics ("b") has.
  26 |       last_by: [step, k]
     |                ^^^^^^^^^
  Only stages.imp.metrics ("a") has one of them. The other has trainer, generation and test_accuracy.
  p.yaml:19:3  the table is "metrics" of other (train-es)
`);
  });

  test('the column that tells them apart is one that a reader can need', () => {
    const counted = (column: string) =>
      `  count:\n    shell: echo\n    inputs: { rows: { type: table, columns: { ${column}: string } } }\n    outputs: { n: { type: file } }\n    with: { ${both.replace('table', 'rows')} }\n`;
    expect(said(counted('trainer'))).toBe('nothing');
    expect(said(counted('trainr')))
      .toBe(`p.yaml:26:53  error MISSING_COLUMN: count needs a column that stages.imp.metrics ("a") does not have: trainr (string).
  26 |     with: { rows: { as: trainer, from: { a: { from: stages.imp.metrics, over: [seed, k] }, b: '\${stages.other.metrics}'
     |                                                     ^^^^^^^^^^^^^^^^^^
  Its columns are trainer, seed, k, level, generation and test_accuracy.
  Did you mean "trainer"?
  p.yaml:24:47  trainr is asked for here
  p.yaml:12:7  the table is "metrics" of imp.train (train-es)

p.yaml:26:98  error MISSING_COLUMN: count needs a column that stages.other.metrics ("b") does not have: trainr (string).
  26 | : { a: { from: stages.imp.metrics, over: [seed, k] }, b: '\${stages.other.metrics}' } } }
     |                                                             ^^^^^^^^^^^^^^^^^^^^
  Its columns are trainer, generation and test_accuracy.
  Did you mean "trainer"?
  p.yaml:24:47  trainr is asked for here
  p.yaml:19:3  the table is "metrics" of other (train-es)
`);
  });
});

describe('names that are computed', () => {
  const head =
    'params:\n  y: { type: string, default: test_accuracy }\npresets:\n  quick: { y: test_acuracy }\n';
  const chosen = figure(runs, 'x: k', 'y: ${params.y}');

  test('are looked for under every preset', () => {
    const wrong = (note: string) =>
      `p.yaml:32:10  error UNKNOWN_COLUMN: "y" of figure names the column "test_acuracy", which its table does not have${note}.
  32 |       y: \${params.y}
     |          ^^^^^^^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  Did you mean "test_accuracy"?
  p.yaml:6:15  "y" is "test_acuracy" because of preset quick
  p.yaml:16:7  the table is "metrics" of imp.train (train-es)
`;
    expect(said(chosen, { head })).toBe(wrong(' (with preset quick)'));
    expect(said(chosen, { head, preset: 'quick' })).toBe(wrong(''));
  });

  test('and those of the command line', () => {
    const right = head.replace('test_acuracy', 'generation');
    expect(said(chosen, { head: right, overrides: ['y=level'] })).toBe('nothing');
    expect(said(chosen, { head: right, overrides: ['y=acc'] })).toContain(
      '  command line  "y" is "acc" because of -P\n',
    );
  });

  test('from axes are looked for where there is an instance', () => {
    const sided = (rest: string) =>
      `  figure:\n    uses: draw\n    matrix: { what: [accuracy, los], side: [test, train]${rest} }\n    with:\n      ${runs}\n      mark: line\n      x: k\n      y: '\${matrix.side + "_" + matrix.what}'\n`;
    expect(said(sided(', exclude: [{ side: train }]')))
      .toBe(`p.yaml:29:10  error UNKNOWN_COLUMN: "y" of figure at what = los, side = test names the column "test_los", which its table does not have.
  29 |       y: '\${matrix.side + "_" + matrix.what}'
     |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  p.yaml:12:7  the table is "metrics" of imp.train (train-es)
`);
    expect(unknown(said(sided('')))).toEqual(['"train_accuracy"', '"test_los"', '"train_los"']);
    const apart = (rest: string) =>
      said(
        `  figure:\n    uses: draw\n    matrix: { a: [1, 2], b: [1, 2]${rest} }\n    with:\n      ${runs}\n      mark: line\n      x: k\n      y: "\${matrix.a * matrix.b == 4 ? 'four' : 'level'}"\n`,
      );
    expect(unknown(apart(''))).toEqual(['"four"']);
    expect(apart(', exclude: [{ a: 2, b: 2 }]')).toBe('nothing');
  });

  test('are not looked at where they are many', () => {
    const many = (count: number) =>
      said(
        `  figure:\n    uses: draw\n    matrix: { n: '\${range(0, ${count})}' }\n    with:\n      ${runs}\n      mark: line\n      x: k\n      y: 'c\${matrix.n}'\n`,
      );
    expect(unknown(many(1000))).toHaveLength(20);
    expect(many(1001)).toBe('nothing');
  });

  test('that cannot be computed are told of once, as what they are', () => {
    const failing = said(figure(runs, 'x: k', "y: '${[string(1 / (params.zero - 1))][0]}'"), {
      head: 'params:\n  zero: { type: int, default: 1 }\n',
    });
    expect(failing.match(/ error /g)).toHaveLength(1);
    expect(failing).toContain('EXPRESSION_FAILED');
  });
});

describe('beside the names that are given', () => {
  test('a kind of figure draws columns of its own', () => {
    const drawn = (mark: string, table = runs, head = '') =>
      said(figure(table).replace('line', mark), { head });
    expect(drawn('spectrum'))
      .toBe(`p.yaml:25:22  error MISSING_COLUMN: figure needs columns that stages.imp.metrics does not have: value and weight.
  25 |       table: { from: stages.imp.metrics, over: [seed, k] }
     |                      ^^^^^^^^^^^^^^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  p.yaml:26:13  mark is "spectrum" here
  p.yaml:12:7  the table is "metrics" of imp.train (train-es)
`);
    const own =
      '  own:\n    shell: echo\n    outputs: { rows: { type: table, columns: { value: double, weight: double } } }\n';
    expect(said(own + figure("table: '${stages.own.rows}'").replace('line', 'spectrum'))).toBe('nothing');
    expect(
      drawn('${params.mark}', runs, 'params: { mark: { type: string, default: spectrum } }\n'),
    ).toContain('  p.yaml:3:42  "mark" is "spectrum" because of its default\n');
  });

  test('names that are to be some of those in another parameter are looked for there', () => {
    const claims = (rest: string, head = '') => said(summary(`value: test_accuracy, ${rest}`), { head });
    expect(claims('by: [seed, k], task: [k], claims: [{ column: seed, at_most: { k: 2 } }]')).toBe('nothing');
    expect(claims('by: [seed, k], claims: [{ column: seed }, { column: sed, at_most: { level: 2 } }]'))
      .toBe(`p.yaml:24:141  error UNKNOWN_COLUMN: "claims" of table names the column "sed", which "by" does not name.
  24 | curacy, by: [seed, k], claims: [{ column: seed }, { column: sed, at_most: { level: 2 } }] }
     |                                                             ^^^
  "by" names seed and k.
  Did you mean "seed"?

p.yaml:24:157  error UNKNOWN_COLUMN: "claims" of table names the column "level", which "by" does not name.
  24 | d, k], claims: [{ column: seed }, { column: sed, at_most: { level: 2 } }] }
     |                                                             ^^^^^
  "by" names seed and k.
`);
    expect(unknown(claims('by: [sed, k], task: [seed]'))).toEqual(['"sed"']);
    const head =
      'params: { by: { type: list<string>, default: [k, seed] } }\npresets: { less: { by: [] } }\n';
    expect(claims("by: '${params.by}', task: [seed]", head)).toContain(
      'which "by" does not name (with preset less).',
    );
    expect(claims("by: '${params.by}', task: [seed]", head)).toContain('  "by" names none.\n');
  });
});
