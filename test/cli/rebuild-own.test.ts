import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { usualLimit } from '../../src/cli/rebuild.js';
import type { ResultRecord } from '../../src/store/record.js';
import { filesBelow, project, ticketlab } from './command.js';

const pipeline = `ticketlab: 1
name: p
stages:
  fixed:
    run: [node, make.mjs, '{out.out}', '{with.size}']
    code: [make.mjs]
    inputs: { size: { type: int } }
    outputs: { out: { type: file } }
    env: { COLOUR: { external: true } }
    with: { size: 3 }
  copied:
    shell: cat "$IN_OUT" "$IN_OUT" > "$OUT_TWICE"
    inputs: { out: { type: file } }
    outputs: { twice: { type: file } }
    with: { out: '\${stages.fixed.out}' }
  own:
    uses: ./m.mjs
    with: { text: '\${stages.copied.twice}' }
`;
const program =
  "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2], process.env.COLOUR + process.argv[3]);\n";
const stage = (made: string) => `export default {
  type: 'm', version: 1, params: { type: 'object', properties: {} }, inputs: { text: { type: 'file' } },
  outputs: { out: { type: 'file' } }, runtime: 'portable', run: () => ({ out: ${made} }) };
`;

function ran(module: string): string {
  const folder = project({ 'p.yaml': pipeline, 'make.mjs': program, 'm.mjs': stage(module) });
  const done = ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain'], { COLOUR: 'red' });
  expect(done.stdout).toContain('0 hit, 3 ran, 0 failed');
  return folder;
}

/** What it says, with stand-ins for what differs between runs. */
const rebuilt = (folder: string, ...words: string[]) => {
  const { stdout, code } = ticketlab(folder, ['verify', '--rebuild', '100%', ...words]);
  const [, ...lines] = stdout.trimEnd().split('\n');
  return { code, lines: lines.map((line) => line.replace(/\([0-9a-f]{12}\)/, '(K)')) };
};
const computed = (counts: string) => `results again (sample 1; --seed takes another): ${counts}`;

describe("verify --rebuild of programs and modules of one's own", () => {
  test('computes them in scratch as they were, with the variables of their key, and leaves nothing behind', () => {
    const folder = ran("'always'");
    const before = filesBelow(folder);
    expect(rebuilt(folder, 'p.yaml')).toEqual({
      code: 0,
      lines: [`Computed 3 of 3 ${computed('3 the same, 0 different, 0 failed, 0 not possible here.')}`],
    });
    expect(filesBelow(folder)).toEqual(before);
  });

  test('finds one that is not deterministic', () => {
    const folder = ran('String(process.hrtime.bigint())');
    expect(rebuilt(folder, 'p.yaml')).toEqual({
      code: 1,
      lines: [
        'own (K): other bytes of out. NOT REPRODUCIBLE.',
        `Computed 3 of 3 ${computed('2 the same, 1 different, 0 failed, 0 not possible here.')}`,
      ],
    });
  });

  test('gives up on one that does not end', () => {
    // Alone: any other might take as long on a busy machine.
    const folder = project({
      'p.yaml': `ticketlab: 1
name: p
stages:
  stuck:
    shell: '[ -e "$MARK" ] || sleep 600; echo x > "$OUT_OUT"'
    outputs: { out: { type: file } }
    env: { MARK: { external: true } }
`,
      mark: '',
    });
    ticketlab(folder, ['run', 'p.yaml', '--ui', 'quiet'], { MARK: join(folder, 'mark') });
    rmSync(join(folder, 'mark'));
    const before = filesBelow(folder);
    expect(rebuilt(folder, 'p.yaml', '--timeout', '500ms')).toEqual({
      code: 1,
      lines: [
        'stuck (K): failed: it took longer than 0.5 s, and was stopped; --timeout gives it more',
        'Computed 1 of 1 result again (sample 1; --seed takes another): 0 the same, 0 different, 1 failed, 0 not possible here.',
      ],
    });
    expect(filesBelow(folder)).toEqual(before);
    for (const [words, why] of [
      [['--rebuild', '1%', '--timeout', '0s'], 'a duration such as 90s'],
      [['--timeout', '1h'], '--timeout goes with --rebuild'],
      [['--locked', 'p.yaml', '--timeout', '1h'], 'takes neither'],
    ] as const) {
      const { code, stderr } = ticketlab(folder, ['verify', ...words]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(why) });
    }
  });

  test('has patience without being told: a minute, or ten times as long as it took; with what comes with ticketlab any', () => {
    const made = (wall_s: number) => ({ made: { wall_s } }) as ResultRecord;
    expect([usualLimit(made(0.1), true), usualLimit(made(90), true), usualLimit(made(1), false)]).toEqual([
      60,
      900,
      undefined,
    ]);
  });

  test('does not compute what nobody says how, or what has other code now, and says so once', () => {
    const folder = ran("'always'");
    const unnamed = rebuilt(folder);
    expect(unnamed.code).toBe(0);
    expect(unnamed.lines).toHaveLength(2);
    expect(unnamed.lines[0]).toMatch(
      /^\w+ \(K\) and 2 more: not computed: a program or module of your own made it; name its pipeline file: {2}ticketlab verify --rebuild 5% FILE$/,
    );
    const text = readFileSync(join(folder, 'make.mjs'), 'utf8');
    writeFileSync(join(folder, 'make.mjs'), `// changed\n${text}`);
    expect(rebuilt(folder, 'p.yaml')).toEqual({
      code: 0,
      lines: [
        'fixed (K): not computed: the program or module that made it is not in p.yaml, or its code has changed',
        `Computed 2 of 3 ${computed('2 the same, 0 different, 0 failed, 1 not possible here.')}`,
      ],
    });
  });
});
