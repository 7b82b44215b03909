import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventsOf, loggedEvents, rigTest } from '../rig/rig.js';
import type { PlanSpec } from '../rig/plan.js';

const chain: PlanSpec = { a: {}, b: { after: ['a'] }, c: { after: ['b'] } };
const unheld = (spec: PlanSpec): PlanSpec =>
  Object.fromEntries(
    Object.entries(spec).map(([name, one]) => [name, { ...one, params: { hold: false, ...one.params } }]),
  );

describe('a run', () => {
  test(
    'computes what the store does not have, and the second time nothing',
    rigTest(async (rig) => {
      const first = rig.run(unheld(chain));
      expect(await first.ends()).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
      expect((await first.ended).exit).toBe(0);
      expect(rig.text(unheld(chain), 'c')).toBe('c(b(a()))');
      const second = rig.run(unheld(chain));
      expect(await second.ends()).toEqual({ a: 'hit', b: 'hit', c: 'hit' });
      expect((await second.ended).exit).toBe(0);
      const { run } = await second.ended;
      expect(readdirSync(rig.store().layout.run(run))).toEqual(['events.jsonl', 'run.json']);
    }),
  );

  test(
    'a failing stage skips its dependants but lets its siblings finish',
    rigTest(async (rig) => {
      const spec: PlanSpec = { a: {}, b: {}, c: { after: ['a'] }, d: { after: ['b'] }, e: { after: ['c'] } };
      const run = rig.run(spec);
      const [a, b] = [await rig.started('a'), await rig.started('b')];
      a.fail('there are no such images: name a folder that has them', 'user');
      await run.event((event) => event.type === 'inst.end' && event.inst === 'a');
      b.finish();
      (await rig.started('d')).finish();
      expect(await run.ends()).toEqual({ a: 'failed', b: 'ran', c: 'skipped', d: 'ran', e: 'skipped' });
      expect((await run.ended).exit).toBe(1);
      const messages = Object.fromEntries(
        eventsOf(run.events, 'inst.end').map(({ inst, message }) => [inst, message]),
      );
      expect(messages).toEqual({
        a: 'there are no such images: name a folder that has them',
        b: undefined,
        c: 'not started, because a failed',
        d: undefined,
        e: 'not started, because a failed',
      });
      expect(rig.work.runCount('c')).toBe(0);
    }),
  );

  test(
    'two instances with one key are computed once',
    rigTest(async (rig) => {
      const shared = { params: { name: 'shared' } };
      const spec: PlanSpec = { a: shared, b: shared, c: { after: ['a'] }, d: { after: ['b'] } };
      const run = rig.run(spec);
      (await rig.started('shared')).finish();
      (await rig.started('c')).finish();
      (await rig.started('d')).finish();
      expect(await run.ends()).toEqual({ a: 'ran', b: 'hit', c: 'ran', d: 'ran' });
      expect(rig.work.runCount('shared')).toBe(1);
    }),
  );

  test(
    'when the one computation fails, all that share it fail',
    rigTest(async (rig) => {
      const shared = { params: { name: 'shared' } };
      const run = rig.run({ a: shared, b: shared, c: { after: ['b'] } });
      (await rig.started('shared')).fail('no', 'user');
      expect(await run.ends()).toEqual({ a: 'failed', b: 'failed', c: 'skipped' });
      const [first, second] = eventsOf(run.events, 'inst.end');
      expect(second.message).toBe('the same computation as a, which failed');
      expect([first.key, second.key]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), first.key]);
    }),
  );

  test(
    'an upstream that comes out unchanged leaves what is below it alone',
    rigTest(async (rig) => {
      const before = rig.run({ a: { params: { v: 1 } }, b: { after: ['a'] } });
      (await rig.started('a')).finish({ out: 'same' });
      (await rig.started('b')).finish();
      await before.ended;
      const changed: PlanSpec = { a: { params: { v: 2 } }, b: { after: ['a'] } };
      expect(rig.verdicts(changed)).toMatchObject([
        { instance: 'a', verdict: 'run', reason: 'no result with this key', outputs: {} },
        { instance: 'b', verdict: 'run-unless-unchanged', key: null },
      ]);
      const after = rig.run(changed);
      (await rig.started('a')).finish({ out: 'same' });
      expect(await after.ends()).toEqual({ a: 'ran', b: 'hit' });
    }),
  );

  test(
    'one slot and two give the same keys and bytes',
    rigTest(async (rig) => {
      const spec = unheld({
        a: {},
        b: { after: ['a'] },
        c: { after: ['a'] },
        d: { gathers: { b: { k: 2 }, c: { k: 1 } } },
      });
      await rig.run(spec, { jobs: 1 }).ended;
      const one = rig.verdicts(spec);
      await rig.run(spec, { jobs: 2, force: ['a', 'b', 'c', 'd'] }).ended;
      expect(rig.verdicts(spec)).toEqual(one);
      const elsewhere = rig.run(spec, { jobs: 2, storeDir: `${rig.dir}/other` });
      await elsewhere.ended;
      const keys = eventsOf(elsewhere.events, 'inst.end').map(({ inst, key }) => [inst, key]);
      expect(Object.fromEntries(keys)).toEqual(Object.fromEntries(one.map((v) => [v.instance, v.key])));
      expect(rig.text(spec, 'd')).toBe('d(c(a()),b(a()))');
    }),
  );

  test(
    'the rows of a gather come in the order of their coordinates, not of the file',
    rigTest(async (rig) => {
      const run = rig.run({
        x: { params: { hold: false } },
        y: { params: { hold: false } },
        z: { gathers: { x: { seed: 1, k: 10 }, y: { k: 2, seed: 1 } } },
      });
      const call = await rig.started('z');
      expect(JSON.stringify(call.greeting.coords)).toBe('[{"k":2,"seed":1},{"k":10,"seed":1}]');
      call.finish();
      await run.ended;
    }),
  );

  test(
    'writes its events to the log with numbers and times',
    rigTest(async (rig) => {
      const run = rig.run(unheld(chain));
      const { log } = await run.ended;
      const logged = loggedEvents(log);
      expect(logged).toEqual(run.events);
      expect(logged.map(({ seq }) => seq)).toEqual(logged.map((_, at) => at));
      expect(logged[0]).toMatchObject({ v: 1, type: 'run.start', pipeline: 'rigged', jobs: 2 });
      expect(logged[1]).toMatchObject({
        type: 'run.plan',
        instances: 3,
        definitions: [
          { definition: 'a', instances: 1 },
          { definition: 'b', instances: 1 },
          { definition: 'c', instances: 1 },
        ],
      });
      expect(logged.at(-1)).toMatchObject({
        type: 'run.end',
        hit: 0,
        ran: 3,
        failed: 0,
        skipped: 0,
        exit: 0,
      });
    }),
  );

  test(
    'forced instances run again; that they come out differently is told, and the first result stays',
    rigTest(async (rig) => {
      const first = rig.run({ a: {} });
      (await rig.started('a')).finish({ out: 'one' });
      await first.ended;
      const second = rig.run({ a: {} }, { force: ['a'] });
      (await rig.started('a')).finish({ out: 'two' });
      expect(await second.ends()).toEqual({ a: 'ran' });
      expect(eventsOf(second.events, 'warn').map(({ message }) => message)).toEqual([
        'nondeterminism: computed again from the same inputs, a gave other bytes for "out". The earlier result stays. The stage held must be mended.',
      ]);
      expect(rig.text({ a: {} }, 'a')).toBe('one');
    }),
  );

  test(
    'a plan is shown without a single write',
    rigTest(async (rig) => {
      expect(rig.verdicts(chain).map(({ verdict }) => verdict)).toEqual([
        'run',
        'run-unless-unchanged',
        'run-unless-unchanged',
      ]);
      expect(existsSync(rig.storeDir)).toBe(false);
    }),
  );
});
