import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, project, ticketlab, tiny } from './command.js';

const shipped = (kind: string) =>
  readFileSync(new URL(`../../schemas/${kind}.schema.json`, import.meta.url), 'utf8');

describe('init', () => {
  test('writes a pipeline that plans, the schema that its first line names, and that of component files', () => {
    const folder = project();
    const made = ticketlab(folder, ['init', 'studies/My first.yaml']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(filesBelow(folder)).toEqual([
      'studies/My first.yaml',
      'studies/component.schema.json',
      'studies/pipeline.schema.json',
    ]);
    expect(made.stdout).toContain('\n  # yaml-language-server: $schema=component.schema.json\n');
    const text = readFileSync(join(folder, 'studies/My first.yaml'), 'utf8');
    expect(text).toMatch(
      /^# yaml-language-server: \$schema=pipeline\.schema\.json\nticketlab: 1\nname: my-first\n/,
    );
    for (const kind of ['pipeline', 'component'])
      expect(readFileSync(join(folder, `studies/${kind}.schema.json`), 'utf8')).toBe(shipped(kind));
    const planned = ticketlab(folder, ['plan', 'studies/My first.yaml', '--preset', 'smoke']);
    expect(planned.code).toBe(10);
    expect(planned.stdout).toContain('my-first (smoke): 24 instances');
  });

  test('refuses to overwrite a file, or a schema that is not its own, and writes nothing then', () => {
    const folder = project({ 'a.yaml': 'mine', 'pipeline.schema.json': '{}' });
    const taken = ticketlab(folder, ['init', 'a.yaml']);
    expect(taken.code).toBe(2);
    expect(taken.stderr).toBe(
      'ticketlab: a.yaml exists already. Name another file:  ticketlab init other.yaml\n',
    );
    const schema = ticketlab(folder, ['init', 'b.yaml']);
    expect(schema.code).toBe(2);
    expect(schema.stderr).toContain(
      'pipeline.schema.json exists already and is not the schema of this version',
    );
    writeFileSync(join(folder, 'pipeline.schema.json'), shipped('pipeline'));
    writeFileSync(join(folder, 'component.schema.json'), '{}');
    expect(ticketlab(folder, ['init', 'b.yaml']).stderr).toBe(
      'ticketlab: component.schema.json exists already and is not the schema of this version of ticketlab.\n' +
        '  Bring it up to date first:  ticketlab schema component > component.schema.json\n',
    );
    expect(ticketlab(folder, ['init', 'notes.txt']).stderr).toContain('end it with .yaml');
    expect(ticketlab(folder, ['init', 'a.yaml/b.yaml']).code).toBe(2);
    expect(filesBelow(folder)).toEqual(['a.yaml', 'component.schema.json', 'pipeline.schema.json']);
    expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toBe('mine');
  });
});

describe('schema', () => {
  test('prints the schema of pipeline files, or of component files', () => {
    const folder = project();
    expect(ticketlab(folder, ['schema']).stdout).toBe(shipped('pipeline'));
    expect(ticketlab(folder, ['schema', 'component']).stdout).toBe(shipped('component'));
    const { code, stderr } = ticketlab(folder, ['schema', 'componnt']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('pipeline, component') });
  });
});

describe('--format json', () => {
  test('tells programs on stdout what is wrong and where, and people nothing', () => {
    const folder = project({ 'p.yaml': tiny.replace('popsize: 8', 'popsise: 8') });
    for (const command of ['validate', 'plan', 'run']) {
      const { code, stdout, stderr } = ticketlab(folder, [command, 'p.yaml', '--format', 'json']);
      expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
      const answer = JSON.parse(stdout);
      expect(answer).toMatchObject({ file: 'p.yaml', valid: false });
      expect(answer.diagnostics).toMatchObject([
        {
          code: 'UNKNOWN_KEY',
          severity: 'error',
          suggestion: 'popsize',
          at: { file: 'p.yaml', line: 41, column: 11 },
        },
      ]);
    }
    expect(filesBelow(folder)).toEqual(['p.yaml']);
  });

  test('says of a right file that it is valid', () => {
    const folder = project({ 'p.yaml': tiny });
    const { code, stdout } = ticketlab(folder, ['validate', 'p.yaml', '--format', 'json']);
    expect({ code, answer: JSON.parse(stdout) }).toEqual({
      code: 0,
      answer: { file: 'p.yaml', valid: true, problems: 0, diagnostics: [] },
    });
  });

  test('lets no control character through to a terminal', () => {
    const folder = project({ 'p.yaml': `${tiny}"\\e[31m\\u009b\\u202e\\U000E0001": 1\n` });
    const { stdout } = ticketlab(folder, ['validate', 'p.yaml', '--format', 'json']);
    expect(stdout).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
    expect(stdout).toContain('\\u001b[31m\\u009b\\u202e\\udb40\\udc01');
    expect(JSON.parse(stdout).diagnostics[0].message).toContain('\u202e');
  });
});

describe('graph', () => {
  const draw = (format: string, ...words: string[]) => {
    const folder = project({ 'p.yaml': tiny });
    return ticketlab(folder, ['graph', 'p.yaml', ...words, '--format', format]);
  };

  test('draws a loop as a box with counts and a way back, for Mermaid', () => {
    expect(draw('mermaid').stdout).toBe(`flowchart TD
  n_data["data<br/>dataset"]
  n_init["init<br/>init"]
  subgraph n_imp["imp, for each method, k = 1 to 3"]
    n_imp__train["train<br/>6 × train-es"]
    n_imp__prune["prune<br/>6 × prune"]
    n_imp__rewind["rewind<br/>6 × rewind"]
  end
  n_accuracy["accuracy<br/>plot"]
  n_data -->|"data"| n_imp__train
  n_init -->|"weights, mask"| n_imp__train
  n_imp__train -->|"ticket"| n_imp__prune
  n_init -->|"mask"| n_imp__prune
  n_init -->|"weights"| n_imp__rewind
  n_imp__prune -->|"mask"| n_imp__rewind
  n_imp__rewind -.->|"next k: weights"| n_imp__train
  n_imp__prune -.->|"next k: mask"| n_imp__train
  n_imp__prune -.->|"next k: mask"| n_imp__prune
  n_imp__train ==>|"all metrics"| n_accuracy
`);
  });

  test('draws the same for Graphviz, with a way back that does not turn the layers round', () => {
    const { stdout } = draw('dot');
    expect(stdout).toContain('subgraph "cluster_imp" {\n    label="imp, for each method, k = 1 to 3";');
    expect(stdout).toContain('"imp.train" [label="train\\n6 × train-es"];');
    expect(stdout).toContain(
      '"imp.rewind" -> "imp.train" [label="next k: weights", style=dashed, constraint=false];',
    );
  });

  test('draws only what a target needs', () => {
    const { stdout } = draw('mermaid', 'init');
    expect(stdout).toBe('flowchart TD\n  n_init["init<br/>init"]\n');
  });

  test('counts with the values of a file of parameters, and of -P above it', () => {
    const folder = project({
      'p.yaml': tiny.replace('times: 3', 'times: ${params.generations}'),
      'mine.yaml': 'methods: [random]\ngenerations: 2\n',
    });
    const counted = (...words: string[]) =>
      /(\d+) × train-es/.exec(ticketlab(folder, ['graph', 'p.yaml', ...words]).stdout)?.[1];
    expect(counted()).toBe('8');
    expect(counted('--params', 'mine.yaml')).toBe('2');
    expect(counted('--params', 'mine.yaml', '-P', 'generations=5')).toBe('5');
  });

  test('says what is wrong with a file instead of drawing it', () => {
    const folder = project({ 'p.yaml': tiny.replace('uses: plot', 'uses: plott') });
    const { code, stdout, stderr } = ticketlab(folder, ['graph', 'p.yaml', '--format', 'svg']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('UNKNOWN_STAGE_TYPE');
  });
});

describe('diff', () => {
  test('says which instances appear, vanish and change between two files, and by which value', () => {
    const folder = project({
      'a.yaml': tiny,
      'b.yaml': tiny
        .replace('times: 3', 'times: 2')
        .replace('popsize: 8', 'popsize: 16')
        .replace('[signal-to-noise, random] }', '[signal-to-noise, magnitude] }'),
    });
    const { code, stdout } = ticketlab(folder, ['diff', 'a.yaml', 'b.yaml']);
    expect(code).toBe(0);
    expect(stdout).toBe(`a.yaml (default) → b.yaml (default): 21 → 15 instances
  6 appear
    2 × imp.train, first imp.train[method=magnitude,k=1]
    2 × imp.prune, first imp.prune[method=magnitude,k=1]
    2 × imp.rewind, first imp.rewind[method=magnitude,k=1]
  12 vanish
    4 × imp.train, first imp.train[method=random,k=1]
    4 × imp.prune, first imp.prune[method=random,k=1]
    4 × imp.rewind, first imp.rewind[method=random,k=1]
  7 get another key
    \`popsize\` 8 → 16 in imp.train, line 41  [2 instances, first imp.train[method=signal-to-noise,k=1]]
    input \`table\` gathers other rows: 2 new (k=1 method=magnitude and k=2 method=magnitude), 4 gone (k=3 method=signal-to-noise, k=1 method=random, ... (4 in all))  [accuracy]
    only following: 2 × imp.prune, 2 × imp.rewind
  2 stay as they are
`);
  });

  test('compares two presets, and follows a change to all that it reaches', () => {
    const folder = project({
      'p.yaml': tiny.replace('stages:', 'presets:\n  long: { generations: 9 }\nstages:'),
    });
    const { stdout } = ticketlab(folder, ['diff', 'p.yaml', '--presets', 'default,long']);
    expect(stdout).toBe(`p.yaml (default) → p.yaml (long): 21 → 21 instances
  19 get another key
    \`generations\` 4 → 9 in preset long, line 10  [6 instances, first imp.train[method=signal-to-noise,k=1]]
    only following: 6 × imp.prune, 6 × imp.rewind, 1 × accuracy
  2 stay as they are
`);
  });

  test('compares with files of parameters, of both sides or of one', () => {
    const folder = project({
      'p.yaml': tiny,
      'few.yaml': 'generations: 2\n',
      'many.yaml': 'generations: 50\nmethods: [random]\n',
    });
    const diff = (...words: string[]) => {
      const { stdout, stderr } = ticketlab(folder, ['diff', 'p.yaml', ...words]);
      return `${stdout}${stderr}`.split('\n');
    };
    expect(diff('p.yaml', '--params', 'many.yaml')[0]).toMatch(/: 12 → 12 instances$/);
    expect(diff('--params-before', 'few.yaml', '--params-after', 'many.yaml').slice(0, 1)).toEqual([
      expect.stringMatching(/^p\.yaml \(default\+\w+\) → p\.yaml \(default\+\w+\): 21 → 12 instances$/),
    ]);
    expect(diff('--param-after', 'generations=9')).toContain(
      '    `generations` 4 → 9 by -P  [6 instances, first imp.train[method=signal-to-noise,k=1]]',
    );
    // What both are given holds on each side, but for what it is given itself.
    expect(diff('--params', 'many.yaml', '--params-before', 'few.yaml', '-P', 'generations=7')[0]).toMatch(
      /: 21 → 12 instances$/,
    );
    expect(diff('-P', 'generations=7', '--param-after', 'generations=8')).toContain(
      '    `generations` 7 → 8 by -P  [6 instances, first imp.train[method=signal-to-noise,k=1]]',
    );
  });

  test('finds nothing to say of a file and itself written otherwise', () => {
    const folder = project({ 'a.yaml': tiny, 'b.yaml': tiny.replace('popsize: 8', 'popsize: ${4 + 4}') });
    const { stdout } = ticketlab(folder, ['diff', 'a.yaml', 'b.yaml', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ appear: [], vanish: [], causes: [], changed: 0 });
  });

  test('sees that instances only moved to another address', () => {
    const folder = project({ 'a.yaml': tiny });
    writeFileSync(
      join(folder, 'b.yaml'),
      tiny.replaceAll('stages.init.', 'stages.start.').replace('  init:\n', '  start:\n'),
    );
    const { stdout } = ticketlab(folder, ['diff', 'a.yaml', 'b.yaml', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ appear: ['start'], vanish: ['init'], moved: 1 });
  });

  describe('of what is wrong', () => {
    const folder = project({
      'p.yaml': tiny.replace('stages:', 'presets:\n  long: { generations: 9 }\nstages:'),
      'bad.yaml': tiny.replace('uses: plot', 'uses: plott').replace('stages:', 'presets: { a: {} }\nstages:'),
    });
    const diff = (...words: string[]) => ticketlab(folder, ['diff', ...words]);

    test('says once what both sides have in common, in one document', () => {
      const { code, stdout } = diff('bad.yaml', '--presets', 'default,a', '--format', 'json');
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        file: 'bad.yaml',
        valid: false,
        problems: 1,
        diagnostics: [{ code: 'UNKNOWN_STAGE_TYPE' }],
      });
      expect(diff('bad.yaml', '--presets', 'default,a').stderr.match(/ error [A-Z_]+:/g)).toHaveLength(1);
      expect(diff('p.yaml', 'bad.yaml').stderr).toMatch(/\n1 error in bad\.yaml\. Nothing was started\.\n$/);
    });

    test('names options of one side as they were given', () => {
      expect(diff('p.yaml', '--param-before', 'generations=x', '--param-after', 'methods=a,b').stderr)
        .toBe(`command line  error BAD_PARAM_VALUE: The parameter "generations" (int) must be a whole number; --param-before gives the text "x".
   | --param-before generations=x
   |                            ^
  p.yaml:7:3  "generations" is declared here

command line  error BAD_PARAM_VALUE: The parameter "methods" (list<string>) must be a list; --param-after gives the text "a,b".
   | --param-after methods=a,b
   |                       ^^^
  Write a list in quotes:  --param-after 'methods=[a,b]'
  p.yaml:6:3  "methods" is declared here

2 errors in p.yaml. Nothing was started.
`);
      const common = diff('p.yaml', '-P', 'generations=x', '--param-after', 'methods=[random]').stderr;
      expect(common).toContain('   | -P generations=x\n   |                ^\n');
      expect(common.match(/ error [A-Z_]+:/g)).toHaveLength(1);
      expect(diff('p.yaml', '--presets', 'long,lnog').stderr).toContain(
        '   | --presets long,lnog\n   |                ^^^^\n',
      );
      expect(diff('p.yaml', '--presets', 'lnog,long').stderr).toContain(
        '   | --presets lnog,long\n   |           ^^^^\n',
      );
    });
  });

  test('wants two files, or one and two presets', () => {
    const folder = project({ 'a.yaml': tiny });
    for (const words of [
      ['a.yaml'],
      ['a.yaml', 'a.yaml', 'a.yaml'],
      ['a.yaml', 'a.yaml', '--presets', 'x,y'],
      ['a.yaml', '--presets', 'x'],
    ])
      expect(ticketlab(folder, ['diff', ...words]).code).toBe(2);
  });
});
