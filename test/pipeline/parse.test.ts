import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import { parsePipelineFile } from '../../src/pipeline/parse.js';
import { planPipeline, validatePipeline } from '../../src/pipeline/plan-pipeline.js';
import { complaints, request, study } from './small-stages.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const code = (source: string | Uint8Array) => {
  const plan = planPipeline(request(source));
  return plan.ok ? 'plans' : plan.error.map((d) => d.code).join(' ');
};

describe('a file', () => {
  test('is read with YAML 1.2: no means no, and 012 is twelve', () => {
    const parsed = parsePipelineFile('p.yaml', bytes('a: no\nb: 012\nc: 1e3\nd: 0x1F\n'));
    expect(parsed.ok && parsed.value.value).toEqual({ a: 'no', b: 12, c: 1000, d: 31 });
  });

  test('of random bytes gets one clear answer and never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (source) => {
        const parsed = parsePipelineFile('p.yaml', source);
        if (!parsed.ok) expect(parsed.error.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  test('that is a mutation of a right one plans and is valid, or is explained, with nothing unprintable in the text', () => {
    const mutation = fc.record({
      at: fc.nat(study.length - 1),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.constantFrom(
          '',
          ' ',
          '\n',
          '${',
          '}',
          "'",
          '"',
          '[',
          '{',
          ':',
          ' #',
          '- ',
          '&a ',
          '*a',
          '!x ',
          '<<: ',
          '..',
          '\u001b[31m',
          '\u202e',
        ),
        fc.string({ maxLength: 6 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        let text = study;
        for (const { at, remove, insert } of mutations)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        const plan = planPipeline(request(text));
        expect(validatePipeline(request(text)).ok).toBe(plan.ok);
        if (!plan.ok)
          expect(formatDiagnostics(plan.error)).not.toMatch(
            /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/,
          );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['nested 10,000 lists deep', `stages: ${'['.repeat(10_000)}`, '^TOO_DEEP$'],
    ['nested 10,000 blocks deep', `stages:\n  ${'- '.repeat(10_000)}x`, '^TOO_DEEP$'],
    ['nested 900 flow mappings deep', `stages: ${'{ a: '.repeat(900)}${'}'.repeat(900)}`, '^TOO_DEEP$'],
    ['with one scalar of a megabyte', `name: ${'x'.repeat(1_000_000)}\nticketlab: 1\n`, 'BAD_VALUE'],
    ['with an alias inside itself', 'a: &a [*a]\n', 'UNKNOWN_ALIAS'],
    [
      'with 20,000 unknown keys',
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join(''),
      'UNKNOWN_KEY',
    ],
    [
      'with keys of the prototype',
      'ticketlab: 1\nname: p\n__proto__: { x: 1 }\nconstructor: 1\nstages: { constructor: { uses: toString } }\n',
      'UNKNOWN_KEY',
    ],
    ['with an infinite number', 'ticketlab: .inf\n', 'BAD_VALUE'],
    ['with a number beyond 2^53', 'ticketlab: 12345678901234567890\n', 'BAD_VALUE'],
    ['of bytes that are not UTF-8', Uint8Array.of(0x61, 0xff, 0xfe, 0x0a), 'NOT_TEXT'],
  ])('%s is refused', (_, source, expected) => {
    expect(code(source)).toMatch(new RegExp(expected));
  });

  test('cannot set a prototype', () => {
    const parsed = parsePipelineFile('p.yaml', bytes('__proto__: { polluted: true }\n'));
    expect(parsed.ok && Object.getPrototypeOf(parsed.value.value)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('cannot reach the terminal with an escape in a quoted name', () => {
    expect(
      complaints(
        'ticketlab: 1\nname: p\n"\\e[31mred\\u202e": 1\nstages: { data: { uses: dataset, with: { task: mnist } } }\n',
      ),
    ).toBe(`p.yaml:3:1  error UNKNOWN_KEY: "\\u001b[31mred\\u{202e}" is not a key of a pipeline.
  3 | "\\e[31mred\\u202e": 1
    | ^^^^^^^^^^^^^^^^^
  Its keys are defaults, description, imports, name, params, presets, stages, targets and ticketlab.
`);
  });
});

describe('an expression without its quotes', () => {
  const fixed = (line: string) => {
    const parsed = parsePipelineFile('p.yaml', bytes(`${line}\n`));
    return parsed.ok ? 'fine' : parsed.error.map((d) => `${d.code} ${d.help}`);
  };

  test.each([
    ['a: {x: ${p.q}}', "a: {x: '${p.q}'}"],
    ['a: [${p.q}]', "a: ['${p.q}']"],
    ['a: {p: [${x}, ${y}], z: 1}', "a: {p: ['${x}', '${y}'], z: 1}"],
    ['a: ${p ? 1 : 2}', "a: '${p ? 1 : 2}'"],
    ["a: ${p == 'x' ? 1 : 2} # why", 'a: "${p == \'x\' ? 1 : 2}" # why'],
    ['a: {x: pre-${p.q}-post, y: 1}', "a: {x: 'pre-${p.q}-post', y: 1}"],
    ['- ${p ? 1 : 2}', "- '${p ? 1 : 2}'"],
  ])('%s is answered with the line as it should be', (line, answer) => {
    expect(fixed(line)).toEqual([`QUOTE_EXPRESSION Write:  ${answer}`]);
    expect(fixed(answer)).toEqual(answer.startsWith('-') ? fixed('- 1') : 'fine');
  });

  test('cut off by a comment sign is answered the same way', () => {
    const text = study.replace('label: level ${k - 1} of ${params.levels}', "label: ${'a #b'}");
    expect(complaints(text)).toContain('Write:  label: "${\'a #b\'}"');
  });

  test('is no error where YAML takes it as one text', () => {
    expect(fixed('a: ${p.q}')).toBe('fine');
    expect(fixed('a: "${p ? 1 : 2}"')).toBe('fine');
    expect(fixed('# {x: ${y}}\na: 1')).toBe('fine');
  });
});

describe('the pattern of a parameter', () => {
  const declared = (pattern: string, value = 'x') =>
    code(
      `ticketlab: 1\nname: p\nparams: { a: { type: string, pattern: '${pattern}', default: '${value}' } }\nstages: { data: { uses: dataset, with: { task: mnist } } }\n`,
    );

  test.each([
    '(a+)+',
    '(a|aa)*',
    '((a*)b?)*',
    '(a{1,9}){9}',
    '(?:x+x+)+y',
    '(a)\\1',
    'a*b*c*d*e*',
    '(?<n>a)\\k<n>',
  ])('%s is refused: matching could take forever', (pattern) =>
    expect(declared(pattern)).toBe('BAD_PARAM_DECLARATION'),
  );

  test.each([
    ['[a-z]+-[0-9]+', 'ab-12'],
    ['(abc)+', 'abcabc'],
    ['(a|b)?c', 'ac'],
    ['\\d{2}:\\d{2}', '12:30'],
    ['[+*(|]+', '(+'],
    ['\\p{L}+', 'é'],
  ])('%s is taken', (pattern, value) => expect(declared(pattern, value)).toBe('plans'));

  test('matches no text of more than 200 characters', () => {
    expect(declared('a+', 'a'.repeat(200))).toBe('plans');
    expect(declared('a+', 'a'.repeat(201))).toBe('BAD_PARAM_VALUE');
  });
});

test('targets that stand for each other twice over stay as many as they are', () => {
  const names = Array.from({ length: 30 }, (_, i) => `  t${i}: [t${i + 1}, t${i + 1}]\n`).join('');
  const text = `ticketlab: 1\nname: p\nstages: { data: { uses: dataset, with: { task: mnist } } }\ntargets:\n${names}  t30: [data]\n`;
  expect(code(text)).toBe('plans');
});

describe('quotes and colons', () => {
  const stage = (lines: string) => `ticketlab: 1
name: p
stages:
  init:
    uses: init
    with:
${lines}`;

  test('of an expression that holds the same quotes get the line with others', () => {
    expect(complaints(stage("      rng: '${rng(1, 'init')}'\n")))
      .toBe(`p.yaml:7:12  error QUOTE_EXPRESSION: These quotes end inside the expression, which holds the same ones.
  7 |       rng: '\${rng(1, 'init')}'
    |            ^^^^^^^^^^^^^^^^^^^
  Write:  rng: "\${rng(1, 'init')}"
`);
  });

  test.each([
    ["a: { x: 1, r: '${rng(1, 'b')}' }", `a: { x: 1, r: "\${rng(1, 'b')}" }`],
    ["a: '${p == 'b' ? 'c' : 'd'}'", `a: "\${p == 'b' ? 'c' : 'd'}"`],
    ['a: "${rng(1, "b")}"', `a: '\${rng(1, "b")}'`],
    ["a: 'x ${f('b')} and ${g('c')} y'", `a: "x \${f('b')} and \${g('c')} y"`],
    ["a: ['${f('b')}', ${c}, '${d}']", `a: ["\${f('b')}", '\${c}', '\${d}']`],
    [`a: '\${f('b', "c")}'`, `a: "\${f('b', \\"c\\")}"`],
  ])('%s is answered with %s', (line, answer) => {
    const parsed = parsePipelineFile('p.yaml', bytes(`${line}\n`));
    expect(parsed.ok ? [] : parsed.error.map((d) => `${d.code} ${d.help}`)).toEqual([
      `QUOTE_EXPRESSION Write:  ${answer}`,
    ]);
    expect(parsePipelineFile('p.yaml', bytes(`${answer}\n`)).ok).toBe(true);
  });

  test('of a piece of a mapping that goes on below are answered too', () => {
    expect(complaints(stage("      {\n        rng: '${rng(1, 'init')}',\n      }\n"))).toContain(
      `Write:  rng: "\${rng(1, 'init')}",\n`,
    );
  });

  test('that are right are not to blame for another line', () => {
    const script = "    shell: |\n      awk '${x 'a'}'\n";
    expect(complaints(`ticketlab: 1\nname: a: b\nstages:\n  c:\n${script}`)).toContain(
      "Write:  name: 'a: b'",
    );
  });

  test('that nothing closes are shown where they open', () => {
    expect(complaints(stage("      layers: [1]\n      rng: \"${rng(1, 'a')}\n      x: 1\n")))
      .toBe(`p.yaml:8:12  error YAML_SYNTAX: Missing closing quote ": the text that begins here does not end.
  8 |       rng: "\${rng(1, 'a')}
    |            ^^^^^^^^^^^^^^^
  Write " at its end as well.
`);
  });

  test.each([
    ['      layers: [4, 2\n      rng: 1\n', '7:15', '[4, 2', 'bracket ]: the list'],
    ['      { layers: [4], rng: 1\ntargets: {}\n', '7:7', '{ layers: [4], rng: 1', 'bracket }: the mapping'],
    ['      layers: { a: [4, { b: 2 } }\n', '7:20', '[4, { b: 2 }', 'bracket ]: the list'],
  ])('brackets that nothing closes are shown where they open: %j', (lines, place, shown, what) => {
    const said = complaints(stage(lines)).split('\n');
    expect(said[0]).toBe(
      `p.yaml:${place}  error YAML_SYNTAX: Missing closing ${what} that begins here does not end.`,
    );
    expect(said[2]!.replace(/[^^]/g, '')).toBe('^'.repeat(shown.length));
    expect(said[3]).toMatch(/^ {2}Write [\]}] at its end, and indent its further lines\.$/);
  });

  test('a colon needs a blank behind it, and the line is shown with one', () => {
    expect(complaints(stage('      rng:1\n      layers: [4]\n')))
      .toBe(`p.yaml:7:7  error YAML_SYNTAX: Implicit keys need to be on a single line.
  7 |       rng:1
    |       ^^^^^
  Write:  rng: 1
`);
    expect(complaints(stage('      { layers: [4], rng:1 }\n')))
      .toBe(`p.yaml:7:22  error QUOTE_TEXT: A key ends with a colon and a blank: "rng:1" is one text.
  7 |       { layers: [4], rng:1 }
    |                      ^^^^^
  Write:  { layers: [4], rng: 1 }
`);
  });
});
