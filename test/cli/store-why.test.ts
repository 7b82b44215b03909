import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, plannedIn, project, ticketlab, tiny } from './command.js';

const presets = `presets:
  quick: { generations: 2 }
`;
const source = tiny.replace('stages:\n', `${presets}stages:\n`);
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

describe('why', () => {
  const folder = project({ 'tiny.yaml': source });
  ticketlab(folder, ['run', 'tiny.yaml', '--preset', 'quick', '--ui', 'quiet']);
  const why = (...words: string[]) => ticketlab(folder, ['why', ...words]);

  test('names the parameter, both values, the preset and the line, and folds what follows', () => {
    const changed = source.replace('generations: 2 }', 'generations: 3 }');
    writeFileSync(join(folder, 'changed.yaml'), changed);
    const { code, stdout } = why('accuracy', 'changed.yaml', '--preset', 'quick');
    expect(stdout.replace(/run \d{8}-\d{6}-[0-9a-f]{6}/, 'run R')).toBe(
      [
        'accuracy: would run unless what it needs comes out unchanged',
        'Because, compared with run R (quick):',
        `  \`generations\` 2 → 3 in preset quick, line ${lineOf(changed, 'quick: {')}  [6 instances, first imp.train[method=signal-to-noise,k=1]]`,
        '  9 more only follow: 1 × accuracy, 4 × imp.prune, 4 × imp.rewind',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test('names -P, a value in the stage, and an expression with what it uses', () => {
    expect(why('imp.train[k=1]', 'tiny.yaml', '-P', 'generations=7').stdout).toContain(
      '`generations` 2 → 7 by -P',
    );
    const changed = source.replace('popsize: 8', 'popsize: 10').replace('pow(0.3', 'pow(0.4');
    writeFileSync(join(folder, 'changed.yaml'), changed);
    const { stdout } = why('imp', 'changed.yaml', '--preset', 'quick');
    expect(stdout).toContain(`\`popsize\` 8 → 10 in imp.train, line ${lineOf(changed, 'popsize: 10')}  [6`);
    expect(stdout).toContain(
      `\`sparsity\` 0.7 → 0.6 (and others) = 1.0 - pow(0.4, k), line ${lineOf(changed, 'pow(0.4')}  [6`,
    );
  });

  test('says of a result that is there when and by which run it was computed', () => {
    const { code, stdout } = why('data', 'tiny.yaml', '--preset', 'quick');
    expect(stdout).toMatch(
      /^data: in the store; computed in [\d.]+ s by run \d{8}-\d{6}-[0-9a-f]{6} on \S+, \d{4}-\S+Z\n$/,
    );
    expect(code).toBe(0);
  });

  test('says after the run why it ran', () => {
    const changed = source.replace('generations: 2 }', 'generations: 3 }');
    writeFileSync(join(folder, 'changed.yaml'), changed);
    ticketlab(folder, ['run', 'changed.yaml', '--preset', 'quick', '--ui', 'quiet']);
    const { stdout } = why('accuracy', 'changed.yaml', '--preset', 'quick');
    expect(stdout).toContain('It was computed anew because, compared with run ');
    expect(stdout).toContain('`generations` 2 → 3 in preset quick, line ');
    const { causes } = JSON.parse(why('accuracy', 'changed.yaml', '--preset', 'quick', '--json').stdout) as {
      causes: object[];
    };
    expect(causes).toMatchObject([
      { definition: 'imp.train', change: { kind: 'parameter', name: 'generations', was: 2, now: 3 } },
    ]);
  });

  test('as JSON has the verdicts of plan', () => {
    const changed = source.replace('generations: 2 }', 'generations: 3 }');
    writeFileSync(join(folder, 'anew.yaml'), changed.replace('popsize: 8', 'popsize: 12'));
    const words = ['imp', 'anew.yaml', '--preset', 'quick'];
    type Said = { instances: { instance: string; verdict: string }[] };
    const { instances } = JSON.parse(why(...words, '--json').stdout) as Said;
    const planned = plannedIn(folder, ['anew.yaml', '--preset', 'quick']);
    const verdicts = new Map(planned.map(({ instance, verdict }) => [instance, verdict]));
    expect(instances.map(({ verdict }) => verdict)).toEqual(
      instances.map(({ instance }) => verdicts.get(instance)),
    );
    expect(instances.map(({ verdict }) => verdict)).toContain('run-unless-unchanged');
  });

  test('names the place inside a component', () => {
    const component = `ticketlab: 1
kind: component
stages:
  curve:
    inputs:
      runs: { type: table, columns: { remaining: double, test_accuracy: double, generation: int, method: string } }
    outputs:
      figure: { type: figure }
    uses: plot
    with:
      table: \${inputs.runs}
      x: remaining
      y: test_accuracy
      last_by: generation
      color: method
      title: First
`;
    const user = source
      .replace(/ {2}accuracy:[^]*/, '')
      .replace('name: tiny\n', 'name: tiny\nimports: { figs: ./figs.yaml }\n');
    const uses =
      '  curve: { uses: figs/curve, with: { runs: { from: stages.imp.metrics, over: [method, k] } } }\n';
    writeFileSync(join(folder, 'figs.yaml'), component);
    writeFileSync(join(folder, 'user.yaml'), user + uses);
    expect(ticketlab(folder, ['run', 'user.yaml', '--preset', 'quick', '--ui', 'quiet'])).toMatchObject({
      stderr: '',
      code: 0,
    });
    const changed = component.replace('First', 'Second');
    writeFileSync(join(folder, 'figs.yaml'), changed);
    expect(why('curve', 'user.yaml', '--preset', 'quick').stdout).toContain(
      `\`title\` "First" → "Second" in figs.yaml, line ${lineOf(changed, 'title:')}  [curve]`,
    );
  });

  test('refuses what is no instance, and writes nothing', () => {
    const before = filesBelow(folder).map((name) => [name, readFileSync(join(folder, name)).length]);
    const { code, stdout, stderr } = why('imp.trian', 'tiny.yaml');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/imp\.trian[^]*imp\.train/);
    why('accuracy', 'tiny.yaml');
    expect(filesBelow(folder).map((name) => [name, readFileSync(join(folder, name)).length])).toEqual(before);
    expect(why('accuracy', 'none.yaml').code).toBe(2);
  });
});

describe('of results that are not what they were, why', () => {
  const chain = `ticketlab: 1
name: p
params: { word: { type: string, default: x } }
stages:
  a:
    shell: 'echo "$WITH_WORD $(date +%s%N)" > "$OUT_OUT"'
    inputs: { word: { type: string } }
    outputs: { out: { type: file } }
    with: { word: '\${params.word}' }
  b:
    shell: cp "$IN_X" "$OUT_OUT"
    inputs: { x: { type: file } }
    outputs: { out: { type: file } }
    with: { x: '\${stages.a.out}' }
`;
  const causes = (folder: string, address: string, ...words: string[]): string[] => {
    const { stdout } = ticketlab(folder, ['why', address, 'p.yaml', ...words, '--json']);
    return (JSON.parse(stdout) as { causes: { text: string; instances: string[] }[] }).causes.map(
      ({ text, instances }) => `${instances.join()}: ${text}`,
    );
  };
  const run = (folder: string, ...words: string[]) =>
    ticketlab(folder, ['run', 'p.yaml', ...words, '--ui', 'plain']);
  const pathOf = (folder: string, top: string, name: string, ending = ''): string => {
    const path = join(folder, '.ticketlab/store', top, name.slice(0, 2), name.slice(2) + ending);
    chmodSync(path, 0o644);
    return path;
  };

  test('names the program that gave other bytes than before', () => {
    const folder = project({ 'p.yaml': chain });
    run(folder);
    const [a] = plannedIn(folder, ['p.yaml']);
    truncateSync(pathOf(folder, 'cas', a!.outputs['out']!.sha256));
    expect(run(folder).stdout).toContain('nondeterminism');
    const text = 'it came out with other bytes, though nothing that it is made from changed';
    expect(causes(folder, 'b')).toEqual([`a: ${text}`]);
  });

  test('names what changed in what a later run has computed alone', () => {
    const folder = project({ 'p.yaml': chain });
    run(folder);
    run(folder, 'a', '-P', 'word=y');
    expect(causes(folder, 'b', '-P', 'word=y')).toEqual(['a: `word` "x" → "y" by -P']);
  });

  test('names a damaged record, also where no run is left that had it', () => {
    const folder = project({ 'p.yaml': chain });
    run(folder);
    const [a] = plannedIn(folder, ['p.yaml']);
    truncateSync(pathOf(folder, 'res', a!.key!, '.json'));
    for (const name of filesBelow(join(folder, '.ticketlab')))
      if (name.startsWith('index.')) rmSync(join(folder, '.ticketlab', name));
    expect(causes(folder, 'b')).toEqual(['a: its record is damaged']);
    rmSync(join(folder, '.ticketlab/store/runs'), { recursive: true });
    expect(causes(folder, 'a')).toEqual(['a: its record is damaged']);
  });

  test('has the verdict of plan where something from outside is missing', () => {
    const needy = chain.replace('  a:\n', '  a:\n    env: { NOT_SET: { external: true } }\n');
    const folder = project({ 'p.yaml': needy });
    const [planned] = plannedIn(folder, ['p.yaml']);
    const { stdout } = ticketlab(folder, ['why', 'a', 'p.yaml', '--json']);
    const { instances } = JSON.parse(stdout) as { instances: { verdict: string; reason: string }[] };
    expect(planned).toMatchObject({ verdict: 'run', key: null });
    expect(instances).toMatchObject([
      { verdict: 'run', key: null, reason: 'the environment variable NOT_SET is not set' },
    ]);
  });

  test('names the nearest result of a program', () => {
    const folder = project({ 'p.yaml': chain });
    run(folder);
    rmSync(join(folder, '.ticketlab/store/runs'), { recursive: true });
    expect(causes(folder, 'a', '-P', 'word=y')).toEqual([
      'a: no run of this pipeline has computed it; the nearest result: a, differs in word',
    ]);
  });
});
