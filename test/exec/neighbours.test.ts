import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { liveRuns, readDescription } from '../../src/store/run-folder.js';
import { eventsOf, rigTest, type Rig, type RigRun } from '../rig/rig.js';
import type { PlanSpec } from '../rig/plan.js';

const one: PlanSpec = { a: {} };
const isElsewhere = (event: { readonly type: string }): boolean => event.type === 'inst.elsewhere';

/** A second run that has come to wait for the first one's work. */
async function waiting(rig: Rig, spec: PlanSpec): Promise<RigRun> {
  const run = rig.run(spec, { jobs: 1 });
  expect(await run.event(isElsewhere)).toMatchObject({ inst: 'a' });
  return run;
}

describe('what another client of the store computes', () => {
  test(
    'is waited for, not computed twice, while other work goes on',
    rigTest(async (rig) => {
      const first = rig.run(one);
      const a = await rig.started('a');
      const second = await waiting(rig, { a: {}, b: {}, c: { after: ['a'] } });
      expect(eventsOf(second.events, 'inst.elsewhere')[0]).toMatchObject({
        pid: process.pid,
        definition: 'a',
      });
      (await rig.started('b')).finish();
      a.finish();
      (await rig.started('c')).finish();
      expect(await first.ends()).toEqual({ a: 'ran' });
      expect(await second.ends()).toEqual({ a: 'hit', b: 'ran', c: 'ran' });
      expect(rig.work.runCount('a')).toBe(1);
      expect(readdirSync(`${rig.storeDir}/lease`)).toEqual([]);
    }),
  );

  test(
    'is computed here when it failed there',
    rigTest(async (rig) => {
      const first = rig.run(one);
      const a = await rig.started('a');
      const second = await waiting(rig, one);
      a.fail('no', 'user');
      (await rig.started('a')).finish();
      expect(await first.ends()).toEqual({ a: 'failed' });
      expect(await second.ends()).toEqual({ a: 'ran' });
    }),
  );

  test(
    'is computed here as soon as the other client is dead, however it died',
    rigTest(async (rig) => {
      const client = rig.client(one);
      const a = await rig.started('a');
      const second = await waiting(rig, one);
      client.kill('SIGKILL');
      await Promise.all([once(client, 'exit'), a.gone]);
      (await rig.started('a')).finish();
      expect(await second.ends()).toEqual({ a: 'ran' });
    }),
  );

  test(
    'does not hold up an interrupt',
    rigTest(async (rig) => {
      const first = rig.run(one);
      const a = await rig.started('a');
      const second = await waiting(rig, one);
      second.abort();
      expect(await second.ends()).toEqual({ a: 'cancelled' });
      expect((await second.ended).exit).toBe(130);
      a.finish();
      expect(await first.ends()).toEqual({ a: 'ran' });
    }),
  );

  test(
    'serves all instances here that share it',
    rigTest(async (rig) => {
      const shared = { params: { name: 'a' } };
      const first = rig.run(one);
      const a = await rig.started('a');
      const second = await waiting(rig, { a: shared, same: shared });
      a.finish();
      expect(await second.ends()).toEqual({ a: 'hit', same: 'hit' });
      await first.ended;
    }),
  );
});

describe('a run', () => {
  test(
    'shows that it is going on as long as it is',
    rigTest(async (rig) => {
      const run = rig.run(one);
      const a = await rig.started('a');
      const { layout } = rig.store();
      expect(liveRuns(layout, Date.now())).toHaveLength(1);
      a.finish();
      await run.ended;
      expect(liveRuns(layout, Date.now())).toEqual([]);
    }),
  );

  test(
    'that was killed does not seem to go on',
    rigTest(async (rig) => {
      const client = rig.client(one);
      const a = await rig.started('a');
      client.kill('SIGKILL');
      await Promise.all([once(client, 'exit'), a.gone]);
      expect(readdirSync(`${rig.storeDir}/runs`)).toHaveLength(1);
      expect(liveRuns(rig.store().layout, Date.now())).toEqual([]);
    }),
  );

  test(
    'says what was asked for, and so do its results',
    rigTest(async (rig) => {
      const run = rig.run(one);
      const a = await rig.started('a');
      a.print('first line');
      a.log('second line');
      a.finish();
      const { run: id } = await run.ended;
      const store = rig.store();
      const described = readDescription(store.layout.run(id));
      expect(described).toMatchObject({
        run: id,
        pipeline: 'rigged',
        variant: 'default',
        preset: null,
        jobs: 2,
      });
      const found = store.lookup(rig.verdicts(one)[0].key!);
      if (!found.hit) throw new Error(found.reason);
      expect(found.record.made).toMatchObject({
        run: id,
        pipeline: { name: 'rigged', variant: 'default', preset: null },
        params: {},
        log: { bytes: 'first line\nsecond line\n'.length, tail: ['first line', 'second line'] },
      });
    }),
  );
});
