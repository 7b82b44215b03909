import { describe, expect, test } from 'vitest';
import { said } from './column-stages.js';

const runs = '{ from: stages.imp.metrics, over: [seed, k] }';
const draw = (table: string, color: string) => `  figure:
    uses: draw
    with:
      table: ${table}
      mark: line
      x: k
      y: mean
      color: ${color}
`;
const unknown = (text: string) =>
  [...text.matchAll(/UNKNOWN_COLUMN: "(.*?)" of (.*?) names the column "(.*?)"/g)].map(([, ...found]) =>
    found.join(' '),
  );

describe('a table whose columns follow from parameters', () => {
  const summary = (by: string, rest = '') =>
    `  table:\n    uses: summarise\n    with: { table: ${runs}, value: test_accuracy, by: ${by}${rest} }\n`;
  const ofSummary = "'${stages.table.summary}'";

  test('has those that they name', () => {
    expect(said(summary('[k, seed]') + draw(ofSummary, 'seed'))).toBe('nothing');
    expect(said(summary('[k, seed]') + draw(ofSummary, 'sed')))
      .toBe(`p.yaml:32:14  error UNKNOWN_COLUMN: "color" of figure names the column "sed", which its table does not have.
  32 |       color: sed
     |              ^^^
  Its columns are n, mean, k and seed.
  Did you mean "seed"?
  p.yaml:22:3  the table is "summary" of table (summarise)
`);
  });

  test('but not those that another one takes out', () => {
    const of = "'${stages.table.normalised}'";
    expect(said(summary('[k, seed]', ', task: [seed]') + draw(of, 'k'))).toBe('nothing');
    expect(unknown(said(summary('[k, seed]', ', task: [seed]') + draw(of, 'seed')))).toEqual([
      'color figure seed',
    ]);
  });

  test('under every preset, and why they are not there is told', () => {
    const head = 'params:\n  by: { type: list<string>, default: [k, seed] }\npresets:\n  less: { by: [k] }\n';
    expect(said(summary("'${params.by}'") + draw(ofSummary, 'seed'), { head }))
      .toBe(`p.yaml:36:14  error UNKNOWN_COLUMN: "color" of figure names the column "seed", which its table does not have (with preset less).
  36 |       color: seed
     |              ^^^^
  Its columns are n, mean and k.
  p.yaml:26:3  the table is "summary" of table (summarise)
  p.yaml:6:15  "by" is ["k"] because of preset less
`);
  });

  test('may have what only some instances write', () => {
    const some = summary("'${[matrix.by]}'").replace('    with', '    matrix: { by: [k, seed] }\n    with');
    const gathered = '{ from: stages.table.summary, over: [by] }';
    expect(said(some + draw(gathered, 'seed'))).toBe('nothing');
    expect(unknown(said(some + draw(gathered, 'level')))).toEqual(['color figure level']);
  });

  test('has them for a reader that needs them, too', () => {
    const counted = (by: string) =>
      said(
        `${summary(by)}  count:\n    shell: echo\n    inputs: { rows: { type: table, columns: { k: int, n: int } } }\n    outputs: { n: { type: file } }\n    with: { rows: ${ofSummary} }\n`,
      );
    expect(counted('[k]')).toBe('nothing');
    expect(counted('\'${["k"]}\'')).toBe('nothing');
    expect(counted('[seed]')).toContain(
      'MISSING_COLUMN: count needs a column that stages.table.summary does not have: k (int).',
    );
  });

  test('is not blamed for a name that is wrong where it comes from', () => {
    expect(unknown(said(summary('[k, sed]') + draw(ofSummary, 'seed')))).toEqual(['by table sed']);
    // What has nothing to do with it is told at once.
    expect(
      unknown(said(summary('[k, seed]').replace('accuracy', 'acuracy') + draw(ofSummary, 'sed'))),
    ).toEqual(['value table test_acuracy', 'color figure sed']);
  });
});

test('a table whose columns follow from coordinates has them, with level and what tells sources apart', () => {
  const connected = (ends: string, color: string) =>
    said(
      `  paths:\n    uses: connect\n    with: { ends: ${ends} }\n` +
        draw("'${stages.paths.metrics}'", color).replace(/: (k|mean)$/gm, ': barrier'),
    );
  const one = '{ from: stages.imp.ticket, over: [seed, k] }';
  const two = `{ as: way, from: { one: ${one}, two: '\${stages.other.ticket}' } }`;
  expect(connected(one, 'b_level')).toBe('nothing');
  expect(connected(one, 'level')).toContain(
    '  Its columns are barrier, a_seed, b_seed, a_k, b_k, a_level and b_level.\n',
  );
  expect(connected(two, 'a_way')).toBe('nothing');
  expect(connected(two, 'a_why')).toContain('Did you mean "a_way"?');
});

test('a state variable has the columns that both its start and what replaces it have', () => {
  const carried = (column: string) =>
    said(`  first:
    shell: echo
    outputs: { rows: { type: table, columns: { a: int, b: int } } }
  carry:
    iterate:
      axis: k
      times: 2
      state: { rows: { start: '\${stages.first.rows}', next: '\${steps.next.rows}' } }
    steps:
      next:
        shell: echo
        inputs: { rows: { type: table } }
        outputs: { rows: { type: table, columns: { a: int, c: int } } }
        with: { rows: '\${state.rows}' }
      figure:
        uses: draw
        with: { table: '\${state.rows}', mark: line, x: a, y: ${column} }
`);
  expect(carried('a')).toBe('nothing');
  expect(carried('b'))
    .toBe(`p.yaml:38:62  error UNKNOWN_COLUMN: "y" of carry.figure names the column "b", which state.rows (carry.next.rows) does not have.
  38 |        with: { table: '\${state.rows}', mark: line, x: a, y: b }
     |                                                             ^
  Only state.rows (first.rows) has it. All of its tables have a.
  p.yaml:34:41  the columns of carry.next.rows are declared here
`);
});

const component = `ticketlab: 1
kind: component
stages:
  curve:
    inputs: { runs: { type: table }, what: { type: string, default: test_accuracy }, along: { type: string } }
    outputs: { figure: { type: figure } }
    uses: draw
    with: { table: '\${inputs.runs}', mark: line, x: '\${inputs.along}', y: '\${inputs.what}', color: seed }
  means:
    inputs: { runs: { type: table, columns: { seed: int } }, over: { type: list<string> } }
    outputs: { summary: { type: table, columns: { mean: double } } }
    uses: summarise
    with: { table: '\${inputs.runs}', value: test_accuracy, by: '\${inputs.over}' }
  both:
    inputs: { one: { type: table }, two: { type: table }, along: { type: string } }
    outputs: { figure: { type: figure } }
    uses: draw
    with: { table: { as: which, from: { a: '\${inputs.one}', b: '\${inputs.two}' } }, mark: line, x: '\${inputs.along}', y: test_accuracy }
`;

describe('through components', () => {
  const using = (stages: string, file = component, head = '') =>
    said(stages, { head: `${head}imports: { c: ./lib/c.yaml }\n`, components: { './lib/c.yaml': file } });
  const curve = (rest: string, name = 'figure') =>
    `  ${name}:\n    uses: c/curve\n    with: { runs: ${runs}, ${rest} }\n`;

  test('a name that the pipeline gives is looked for, where it stands', () => {
    expect(using(curve('along: k'))).toBe('nothing');
    expect(using(curve('along: levle')))
      .toBe(`p.yaml:25:73  error UNKNOWN_COLUMN: "along" of figure names the column "levle", which its table does not have.
  25 | runs: { from: stages.imp.metrics, over: [seed, k] }, along: levle }
     |                                                             ^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  Did you mean "level"?
  lib/c.yaml:8:53  x is made from it
  p.yaml:13:7  the table is "metrics" of imp.train (train-es)
`);
  });

  test('and one that the component gives itself, or by default: once, however many use it', () => {
    const wrong = component.replace('color: seed', 'color: sed').replace('default: test_', 'default: test');
    expect(using(curve('along: k') + curve('along: k', 'other_figure'), wrong))
      .toBe(`lib/c.yaml:5:69  error UNKNOWN_COLUMN: "what" of curve names the column "testaccuracy" by default, which its table does not have.
  5 | ts: { runs: { type: table }, what: { type: string, default: testaccuracy }, along: { type: string } }
    |                                                             ^^^^^^^^^^^^
  Its columns are seed, k, level, generation and test_accuracy.
  Did you mean "test_accuracy"?
  lib/c.yaml:8:75  y is made from it
  p.yaml:24:11  figure uses it
  p.yaml:13:7  the table is "metrics" of imp.train (train-es)

lib/c.yaml:8:100  error UNKNOWN_COLUMN: "color" of curve names the column "sed", which its table does not have.
  8 | rk: line, x: '\${inputs.along}', y: '\${inputs.what}', color: sed }
    |                                                             ^^^
  Its columns are seed, k, level, generation and test_accuracy.
  Did you mean "seed"?
  p.yaml:24:11  figure uses it
  p.yaml:13:7  the table is "metrics" of imp.train (train-es)
`);
  });

  test('computed names too, in steps of a loop as anywhere', () => {
    const loop = (what: string) => `  again:
    iterate: { axis: k, times: 2 }
    steps:
      train:
        uses: train-es
        with: { weights: '\${stages.init.weights}', mask: '\${stages.init.mask}', strategy: snes, rng: 2 }
      figure:
        uses: c/both
        with: { one: '\${steps.train.metrics}', two: '\${stages.other.metrics}', along: "${what}" }
`;
    const head = 'params: { x: { type: string, default: generation } }\npresets: { quick: { x: step } }\n';
    expect(using(loop('which'))).toBe('nothing');
    expect(unknown(using(loop("${k == 1 ? 'generation' : 'step'}")))).toEqual([
      'along again.figure at k = 2 step',
    ]);
    expect(using(loop('${params.x}'), component, head)).toContain(
      '"along" of again.figure names the column "step", which its table does not have (with preset quick).',
    );
  });

  test('the inputs of a component are several tables, each of which must have what is drawn', () => {
    expect(
      using(
        `  figure:\n    uses: c/both\n    with: { one: ${runs}, two: '\${stages.other.metrics}', along: k }\n`,
      ),
    ).toContain('"along" of figure names the column "k", which stages.other.metrics ("b") does not have.');
  });

  test('what tells the sources of a component apart is not asked of the pipeline, what its stage type needs else is', () => {
    const ranks = `  ranks:
    inputs: { one: { type: table }, two: { type: table } }
    outputs: { table: { type: table } }
    uses: ranks
    with: { table: { as: way, from: { a: '\${inputs.one}', b: '\${inputs.two}' } } }
`;
    const ranked = (two: string) =>
      using(`  r:\n    uses: c/ranks\n    with: { one: ${runs}, two: ${two} }\n`, component + ranks);
    expect(ranked(runs)).toBe('nothing');
    expect(ranked("'${stages.other.metrics}'")).toContain(
      'MISSING_COLUMN: r needs a column that stages.other.metrics does not have: seed (int).',
    );
  });

  test('an output has the columns of its stage type, whatever a component declares of it', () => {
    const means = (table: string) => `  means:\n    uses: c/means\n    with: { runs: ${table}, over: [k] }\n`;
    const of = "'${stages.means.summary}'";
    expect(using(means(runs) + draw(of, 'n'))).toBe('nothing');
    expect(using(means(runs) + draw(of, 'seed')))
      .toBe(`p.yaml:33:14  error UNKNOWN_COLUMN: "color" of figure names the column "seed", which its table does not have.
  33 |       color: seed
     |              ^^^^
  Its columns are mean, n and k.
  lib/c.yaml:11:40  the columns of means.summary are declared here
`);
    expect(using(means('{ from: stages.imp.metrics, over: [k], at: { seed: 1 } }')))
      .toBe(`p.yaml:25:27  error MISSING_COLUMN: means needs a column that stages.imp.metrics does not have: seed (int).
  25 |     with: { runs: { from: stages.imp.metrics, over: [k], at: { seed: 1 } }, over: [k] }
     |                           ^^^^^^^^^^^^^^^^^^
  Its columns are k, level, generation and test_accuracy.
  lib/c.yaml:10:47  seed is asked for here
  p.yaml:13:7  the table is "metrics" of imp.train (train-es)
`);
  });

  test('and no others: what is declared is compared with what the stage type writes', () => {
    const promised = (columns: string) =>
      using(
        `  figure:\n    uses: c/curve\n    with: { runs: ${runs}, along: k }\n`,
        component +
          `  trained:
    inputs: { mask: { type: mask }, weights: { type: weights } }
    outputs: { metrics: { type: metrics, columns: { ${columns} } } }
    uses: train-es
    with: { mask: '\${inputs.mask}', weights: '\${inputs.weights}', strategy: snes, rng: 1 }
`,
      );
    expect(promised('generation: double, test_accuracy: double')).toBe('nothing');
    expect(promised('test_acuracy: double, generation: string'))
      .toBe(`lib/c.yaml:21:53  error MISSING_COLUMN: The output "metrics" of train-es does not have the column that is declared: test_acuracy (double).
  21 |     outputs: { metrics: { type: metrics, columns: { test_acuracy: double, generation: string } } }
     |                                                     ^^^^^^^^^^^^
  Its columns are generation and test_accuracy.
  Did you mean "test_accuracy"?

lib/c.yaml:21:75  error MISSING_COLUMN: The output "metrics" of train-es does not have the column that is declared: generation as string (it is int).
  21 |  metrics: { type: metrics, columns: { test_acuracy: double, generation: string } } }
     |                                                             ^^^^^^^^^^
  Its columns are generation and test_accuracy.
`);
  });
});
