import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, rigTest, type Rig } from '../rig/rig.js';
import type { PlanSpec } from '../rig/plan.js';

const drawing: PlanSpec = { plot: { uses: 'figure' } };
const files = { 'figure.svg': '<svg/>', 'figure.png': 'PNG', 'data.csv': 'x,y\n' };

async function draw(rig: Rig, spec: PlanSpec = drawing): Promise<void> {
  const run = rig.run(spec);
  for (const name of Object.keys(spec)) (await rig.started(name)).finish({ figure: files });
  await run.ended;
}

describe('figures of targets', () => {
  test(
    'are copied to the results, under the name of the definition',
    rigTest(async (rig) => {
      await draw(rig);
      const home = join(rig.projectDir, 'results/rigged/default');
      expect(readdirSync(home).sort()).toEqual(['plot.csv', 'plot.png', 'plot.svg']);
      expect(readFileSync(join(home, 'plot.svg'), 'utf8')).toBe('<svg/>');
    }),
  );

  test(
    'carry their coordinates, in characters that every file system takes',
    rigTest(async (rig) => {
      const coords = { method: 'signal/noise', k: 3 };
      await draw(rig, { 'fig.plot[…]': { uses: 'figure', coords } });
      expect(readdirSync(join(rig.projectDir, 'results/rigged/default')).sort()).toEqual([
        'fig.plot-method=signal_noise-k=3~4f829e.csv',
        'fig.plot-method=signal_noise-k=3~4f829e.png',
        'fig.plot-method=signal_noise-k=3~4f829e.svg',
      ]);
    }),
  );

  test(
    'do not overwrite each other where coordinates differ in such characters only',
    rigTest(async (rig) => {
      const words = ['a/b', 'a b', 'a_b'];
      await draw(
        rig,
        Object.fromEntries(words.map((word) => [`plot[${word}]`, { uses: 'figure', coords: { word } }])),
      );
      const files = readdirSync(join(rig.projectDir, 'results/rigged/default'));
      expect(files.filter((file) => file.endsWith('.svg')).sort()).toEqual([
        'plot-word=a_b.svg',
        'plot-word=a_b~719370.svg',
        'plot-word=a_b~c743da.svg',
      ]);
    }),
  );

  test(
    'are told in every run, and written only where they differ',
    rigTest(async (rig) => {
      await draw(rig);
      const home = join(rig.projectDir, 'results/rigged/default');
      const before = statSync(join(home, 'plot.svg')).ino;
      writeFileSync(join(home, 'plot.csv'), 'somebody wrote here');
      const again = rig.run(drawing);
      expect(await again.ends()).toEqual({ plot: 'hit' });
      expect(eventsOf(again.events, 'run.result').map(({ path }) => path)).toEqual([
        'results/rigged/default/plot.csv',
        'results/rigged/default/plot.png',
        'results/rigged/default/plot.svg',
      ]);
      expect(statSync(join(home, 'plot.svg')).ino).toBe(before);
      expect(readFileSync(join(home, 'plot.csv'), 'utf8')).toBe('x,y\n');
    }),
  );

  test(
    'that the store has lost are drawn again',
    rigTest(async (rig) => {
      await draw(rig);
      const { objects, layout } = rig.store();
      const tree = rig.verdicts(drawing)[0].outputs['figure'].sha256;
      const svg = layout.object(objects.tree(tree).find((file) => file.path === 'figure.svg')!.sha256);
      chmodSync(svg, 0o644);
      writeFileSync(svg, '<SVG/>');
      writeFileSync(join(rig.projectDir, 'results/rigged/default/plot.svg'), 'stale');
      const again = rig.run(drawing);
      (await rig.started('plot')).finish({ figure: files });
      expect(await again.ends()).toEqual({ plot: 'ran' });
      expect((await again.ended).exit).toBe(0);
      expect(readFileSync(join(rig.projectDir, 'results/rigged/default/plot.svg'), 'utf8')).toBe('<svg/>');
    }),
  );

  test(
    'that were not drawn keep nobody else from theirs',
    rigTest(async (rig) => {
      const run = rig.run({ bad: { uses: 'figure' }, plot: { uses: 'figure' } });
      (await rig.started('bad')).fail('no', 'user');
      (await rig.started('plot')).finish({ figure: files });
      expect(await run.ends()).toEqual({ bad: 'failed', plot: 'ran' });
      expect(eventsOf(run.events, 'run.result')).toHaveLength(3);
    }),
  );

  test(
    'that cannot be written are a trouble of the run, not a crash',
    rigTest(async (rig) => {
      mkdirSync(rig.projectDir, { recursive: true });
      writeFileSync(join(rig.projectDir, 'results'), 'a file where a folder is needed');
      const run = rig.run(drawing);
      (await rig.started('plot')).finish({ figure: files });
      expect((await run.ended).exit).toBe(1);
      expect(await run.ends()).toEqual({ plot: 'ran' });
      expect(eventsOf(run.events, 'warn')[0].message).toMatch(
        /a file is in the way where a folder is needed/,
      );
    }),
  );
});

describe('files from outside', () => {
  test(
    'are part of the key by their bytes, and fail the instance with a message when they are not there',
    rigTest(async (rig) => {
      const spec: PlanSpec = {
        a: { uses: 'reader', params: { path: 'data', hold: false } },
        b: { after: ['a'] },
      };
      const missing = rig.run(spec);
      expect(await missing.ends()).toEqual({ a: 'failed', b: 'skipped' });
      expect(eventsOf(missing.events, 'inst.end')[0].message).toBe(
        `path: there is no numbers.txt or numbers.csv in ${rig.projectDir}/data. Put the file there, or name another folder.`,
      );
      mkdirSync(join(rig.projectDir, 'data'));
      writeFileSync(join(rig.projectDir, 'data/numbers.csv'), '1,2');
      const alone = { a: spec['a'] };
      expect(await rig.run(alone).ends()).toEqual({ a: 'ran' });
      expect(rig.text(alone, 'a')).toBe('a(1,2)');
      const { key } = rig.verdicts(alone)[0];
      writeFileSync(join(rig.projectDir, 'data/numbers.csv'), '1,2,3');
      expect(rig.verdicts(alone)[0]).toMatchObject({ verdict: 'run', reason: 'no result with this key' });
      writeFileSync(join(rig.projectDir, 'data/numbers.txt'), '1,2');
      expect(rig.verdicts(alone)[0]).toMatchObject({ verdict: 'hit', key });
    }),
  );

  test(
    'count by what is in them, wherever they lie',
    rigTest(async (rig) => {
      const reading = (path: string): PlanSpec => ({ a: { uses: 'reader', params: { path, hold: false } } });
      for (const folder of ['here', 'there/below']) {
        mkdirSync(join(rig.projectDir, folder), { recursive: true });
        writeFileSync(join(rig.projectDir, folder, 'numbers.txt'), '1,2');
      }
      expect(await rig.run(reading('here')).ends()).toEqual({ a: 'ran' });
      expect(await rig.run(reading('there/below')).ends()).toEqual({ a: 'hit' });
      expect(await rig.run(reading(join(rig.projectDir, 'here'))).ends()).toEqual({ a: 'hit' });
      writeFileSync(join(rig.projectDir, 'here', 'numbers.txt'), '1,3');
      expect(await rig.run(reading('here')).ends()).toEqual({ a: 'ran' });
    }),
  );
});
