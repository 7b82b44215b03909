import { describe, expect, test } from 'vitest';
import { complaints, validationComplaints } from './small-stages.js';

/** A stage that is this script, with one input, one value and one output. */
const script = (lines: readonly string[], env = ''): string => `ticketlab: 1
name: p
stages:
  first: { uses: init, with: { rng: 1 } }
  count:
    matrix: { seed: [1, 2] }
    shell: |
${lines.map((line) => `      ${line}\n`).join('')}    inputs: { mask: { type: mask }, width: { type: int } }
    outputs: { table: { type: table } }
    with: { mask: '\${stages.first.mask}', width: 3 }
${env}`;

describe('a script', () => {
  test('has no place for expressions, and it is said where they stand and what to write', () => {
    expect(complaints(script(['set -x', 'echo "seed ${{ matrix.seed }}" > "$OUT_TABLE"'])))
      .toBe(`p.yaml:9:18  error EXPRESSION_IN_COMMAND: Expressions have no place in a script.
  9 |       echo "seed \${{ matrix.seed }}" > "$OUT_TABLE"
    |                  ^^
  Declare seed under inputs, give it the expression under with, and write "$WITH_SEED" here.
`);
    expect(complaints(script(['echo {in.mask} > "$OUT_TABLE"'])))
      .toBe(`p.yaml:8:12  error UNKNOWN_PLACEHOLDER: Nothing is filled in for {in.mask} in a script.
  8 |       echo {in.mask} > "$OUT_TABLE"
    |            ^^^^^^^^^
  Write  "$IN_MASK"
`);
  });

  test.each([
    [
      'echo ${params.x}',
      'Declare x under inputs, give it the expression under with, and write "$WITH_X" here.',
    ],
    ["echo it\\'s ${matrix.seed}", 'write "$WITH_SEED" here.'],
    ['echo "it\'s ${matrix.seed}"', 'write "$WITH_SEED" here.'],
    ["echo '${{ params.x }}'", 'write "$WITH_X" here.'],
    [
      'echo ${rng(1)}',
      'Declare a value under inputs, give it the expression under with, and write "$WITH_<NAME>" here.',
    ],
    ['echo ${stages.first.mask}', 'write "$WITH_<NAME>" here.'],
    ['cat ${inputs.mask}', 'Write  "$IN_MASK"'],
    ['cat ${in.mask}', 'Write  "$IN_MASK"'],
    ['echo ${with.width}', 'Write  "$WITH_WIDTH"'],
    ['echo ${inputs.width}', 'Write  "$WITH_WIDTH"'],
    ['echo a > ${out.table}', 'Write  "$OUT_TABLE"'],
    ['echo a > {out.table}', 'Write  "$OUT_TABLE"'],
    ["cat <<E\nit's ${params.x}\nE", 'write "$WITH_X" here.'],
    ["cat <<'E'\n${params.a}\nE\necho ${params.x}", 'write "$WITH_X" here.'],
  ])('%j is answered', (line, answer) => {
    const said = complaints(script(line.split('\n')));
    expect(said).toContain(answer);
    expect(said.match(/ error /g)).toHaveLength(1);
  });

  test.each([
    'echo "$WITH_WIDTH" ${HOME} ${HOME:-x.y} ${#} ${OUT_TABLE%.csv}',
    "node -e 'console.log(`${params.x} ${f(1)} ${{}.a}`)'",
    "awk '{ print $1 }' {a,b}.csv",
    'echo \\${params.x} "\\${matrix.seed}"',
    'true # ${params.x}, not ${{ matrix.seed\n',
    "python - <<'END'\nprint(f'${params.x}')\nEND",
    "python - <<\\END\nit's ${params.x}\nEND\necho 'so'",
    "cat <<E\nit's\nE\nnode -e '`${params.x}`'",
    "echo $((1 << 2))\nnode -e '`${params.x}`'",
    'python -c "print(f\'{out.name}\', {out.other})"',
  ])('%j is what sh makes of it', (line) => {
    expect(validationComplaints(script(line.split('\n')))).toBe('nothing');
  });

  test('has variables for what it declares, and env cannot give those another value', () => {
    const env = (name: string) => `    env: { LANG: C, ${name}: a }\n`;
    expect(complaints(script(['true'], env('OUT_TABLE'))))
      .toBe(`p.yaml:12:21  error BAD_NAME: "OUT_TABLE" cannot be a name here: with it the script is told of the output "table".
  12 |     env: { LANG: C, OUT_TABLE: a }
     |                     ^^^^^^^^^
  Choose another name.
`);
    expect(complaints(script(['true'], env('IN_MASK')))).toContain('told of the input "mask".');
    expect(complaints(script(['true'], env('WITH_WIDTH')))).toContain('told of the value "width".');
    expect(complaints(script(['true'], env('WITH_MASK')))).toBe('nothing');
  });

  test.each([
    [
      'outputs: { aB: { type: file }, ab: { type: file } }',
      '"ab"',
      'OUT_AB, with which the script is told of the output "aB"',
    ],
    [
      'inputs: { xA: { type: int }, xa: { type: int } }',
      '"xa"',
      'WITH_XA, with which the script is told of the value "xA"',
    ],
  ])('has one variable for each: %s', (declared, name, rest) => {
    const text = `ticketlab: 1\nname: p\nstages:\n  a:\n    shell: 'true'\n    ${declared}\n    ${declared.startsWith('in') ? 'outputs: { o: { type: file } }\n    with: { xA: 1, xa: 1 }' : ''}\n`;
    expect(complaints(text)).toContain(
      `BAD_NAME: ${name} cannot be a name here: its variable would be ${rest}.`,
    );
    expect(complaints(text.replace("shell: 'true'", 'run: [it]'))).not.toContain('BAD_NAME');
  });

  test('of a hostile size is read in one go', () => {
    // Quadratic where a piece without an end is looked for again and again.
    for (const piece of ['<<', "<<'a' ", '${', '"', "'", '\\', '{in.', '#', '$((', "<<'a'\n"])
      expect(validationComplaints(script(piece.repeat(40_000).split('\n')))).toBe('nothing');
  });
});
