import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestsIn, eventsOf, filesBelow, plannedIn, project, started, ticketlab, tiny } from './command.js';

const runs = (folder: string, ...words: string[]) =>
  eventsOf(ticketlab(folder, ['run', 'tiny.yaml', '--ui', 'json', ...words])).at(-1);

describe('a pipeline from the dataset to the figure', () => {
  const first = project({ 'tiny.yaml': tiny });
  const cold = runs(first, '--jobs', '2');

  test('runs, and shares the first level between the rules', () => {
    // Both rules train the dense level alike: it is computed once.
    expect(cold).toMatchObject({ type: 'run.end', hit: 1, ran: 20, failed: 0, skipped: 0, exit: 0 });
    expect(filesBelow(join(first, 'results'))).toEqual([
      'tiny/default/accuracy.csv',
      'tiny/default/accuracy.png',
      'tiny/default/accuracy.svg',
    ]);
    const table = readFileSync(join(first, 'results/tiny/default/accuracy.csv'), 'utf8').split('\n');
    expect(table[0]).toBe('curve,level,weights_remaining_pct,n,mean,lower,upper');
    expect(table).toHaveLength(1 + 6 + 1);
  });

  test('is restored from the store when it is run again, whatever the file looks like', () => {
    expect(runs(first)).toMatchObject({ hit: 21, ran: 0, failed: 0, skipped: 0 });
    expect(plannedIn(first, ['tiny.yaml']).every(({ verdict }) => verdict === 'hit')).toBe(true);
    expect(ticketlab(first, ['plan', 'tiny.yaml']).code).toBe(0);
    const reworded = `# a comment\n${tiny}presets: { same: { generations: 4 } }\n`
      .replaceAll('stages.data', 'stages.images')
      .replace('\n  data:', '\n\n  images:')
      .replaceAll('stages.imp', 'stages.chain')
      .replace('\n  imp:', '\n  chain:');
    writeFileSync(join(first, 'renamed.yaml'), reworded);
    const end = eventsOf(ticketlab(first, ['run', 'renamed.yaml', '--ui', 'json'])).at(-1);
    expect(end).toMatchObject({ hit: 21, ran: 0 });
  });

  test('gives the same bytes with one job, in another folder, from an empty store', () => {
    const second = project({ 'tiny.yaml': tiny });
    expect(runs(second, '--jobs', '1')).toMatchObject({ failed: 0, exit: 0 });
    const digests = digestsIn(first, ['tiny.yaml']);
    expect(Object.keys(digests).length).toBeGreaterThan(21);
    expect(digestsIn(second, ['tiny.yaml'])).toEqual(digests);
  });

  test('trains again when the number of generations changes, but keeps data and initialisation', () => {
    const verdicts = plannedIn(first, ['tiny.yaml', '-P', 'generations=5']);
    const of = (verdict: string) => verdicts.filter((i) => i.verdict === verdict).map((i) => i.instance);
    expect(of('hit')).toEqual(['data', 'init']);
    expect(ticketlab(first, ['plan', 'tiny.yaml', '-P', 'generations=5']).code).toBe(10);
  });

  test('computes again what --force names, and finds the same bytes', () => {
    const outcome = ticketlab(first, ['run', 'tiny.yaml', '--ui', 'json', '--force', 'imp.prune[k=1]']);
    const events = eventsOf(outcome);
    expect(events.at(-1)).toMatchObject({ ran: 2, hit: 19, exit: 0 });
    expect(events.filter(({ type }) => type === 'warn')).toEqual([]);
  });

  test('runs only what a target needs', () => {
    const folder = project({ 'tiny.yaml': tiny });
    const instances = plannedIn(folder, ['tiny.yaml', 'imp.train[method=random,k=1..2]']);
    expect(instances.map((i) => i.instance)).toEqual([
      'data',
      'init',
      'imp.train[method=random,k=1]',
      'imp.prune[method=random,k=1]',
      'imp.rewind[method=random,k=1]',
      'imp.train[method=random,k=2]',
    ]);
    expect(filesBelow(folder)).toEqual(['tiny.yaml']);
  });
});

describe('a run that is broken off', () => {
  test('ends with 130 on Ctrl-C, keeps what was finished, and goes on from there', async () => {
    const folder = project({ 'tiny.yaml': tiny });
    const child = started(folder, ['run', 'tiny.yaml', '--ui', 'json', '-P', 'generations=1000000']);
    let seen = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (!child.killed && seen.includes('"inst.progress"')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    const end = JSON.parse(seen.trim().split('\n').at(-1)!) as object;
    expect(end).toMatchObject({ type: 'run.end', ran: 2, failed: 0, exit: 130 });
    expect(runs(folder)).toMatchObject({ hit: 3, ran: 18, failed: 0 });
  });

  test('finishes with the bytes of an undisturbed one after kill -9 at any moment', async () => {
    const calm = project({ 'tiny.yaml': tiny });
    runs(calm);
    const expected = digestsIn(calm, ['tiny.yaml']);
    const folder = project({ 'tiny.yaml': tiny });
    for (const moment of [1, 3, 5, 8]) {
      const child = started(folder, ['run', 'tiny.yaml', '--ui', 'json']);
      let seen = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.split('"inst.start"').length > moment) child.kill('SIGKILL');
      });
      await new Promise((resolve) => child.on('close', resolve));
    }
    expect(runs(folder)).toMatchObject({ failed: 0, exit: 0 });
    expect(digestsIn(folder, ['tiny.yaml'])).toEqual(expected);
  });
});

describe('the command line', () => {
  test('helps each command with an example', () => {
    for (const command of [[], ['run'], ['plan'], ['validate'], ['schema']]) {
      const { code, stdout } = ticketlab(project(), [...command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples?:\n {2}ticketlab /);
    }
  });

  test('knows its version and prints the schema that is committed', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(ticketlab(project(), ['--version']).stdout).toBe(`${version}\n`);
    expect(ticketlab(project(), ['schema']).stdout).toBe(
      readFileSync('schemas/pipeline.schema.json', 'utf8'),
    );
  });

  test('runs ticketlab.yaml, or the only pipeline there is', () => {
    expect(ticketlab(project({ 'ticketlab.yaml': tiny }), ['plan', 'data']).code).toBe(10);
    const { code, stderr } = ticketlab(project(), ['plan']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'ticketlab: No pipeline file was named, and there is neither ticketlab.yaml nor a file in pipelines/ here.\n' +
        '  Name one:  ticketlab run path/to/pipeline.yaml\n',
    );
  });

  test('takes the file and the address in either order, and guesses a file that was named by half', () => {
    const folder = project({ 'pipelines/a.yaml': tiny, 'pipelines/study.yaml': tiny });
    expect(ticketlab(folder, ['why', 'pipelines/study.yaml', 'data']).stdout).toMatch(/^data: would run\n/);
    expect(ticketlab(folder, ['plan', 'stdy']).stderr).toMatch(
      /Name one: {2}ticketlab run pipelines\/study\.yaml\n$/,
    );
  });

  test('answers wrong words in its own voice, and leaves empty defaults out of the help', () => {
    expect(ticketlab(project(), ['rum']).stderr).toBe(
      "ticketlab: unknown command 'rum'\n(Did you mean run?)\n  ticketlab COMMAND --help  says what a command takes.\n",
    );
    expect(ticketlab(project(), ['run', '--help']).stdout).not.toContain('[])');
    expect(ticketlab(project(), ['--help']).stdout).toContain('Exit codes: 0 done,');
  });
});
