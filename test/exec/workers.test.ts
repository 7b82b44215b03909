import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, rigTest, type Rig, type RigRun } from '../rig/rig.js';

const failure = async (run: RigRun) => {
  await run.ended;
  return eventsOf(run.events, 'inst.end').find(({ how }) => how === 'failed');
};

async function logOf(rig: Rig, run: RigRun, name: string): Promise<string> {
  const folder = join(rig.store().layout.run((await run.ended).run), 'logs');
  const file = readdirSync(folder).find((entry) => entry.endsWith(`-${name}.log`));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
}

describe('a worker process', () => {
  test(
    'that is killed fails its instance by the name of the signal, and the run goes on with a fresh one',
    rigTest(async (rig) => {
      const run = rig.run({ a: {}, b: {} }, { jobs: 1 });
      const a = await rig.started('a');
      a.kill('SIGKILL');
      const b = await rig.started('b');
      expect(b.greeting.pid).not.toBe(a.greeting.pid);
      b.finish();
      expect((await failure(run))?.message).toBe(
        'the worker process was killed from outside by SIGKILL (the system does that when memory runs out)',
      );
      expect(await run.ends()).toEqual({ a: 'failed', b: 'ran' });
      expect((await run.ended).exit).toBe(1);
    }),
  );

  test(
    'that is terminated or leaves by itself is a failure too',
    rigTest(async (rig) => {
      const run = rig.run({ a: {}, b: {} });
      (await rig.started('a')).kill('SIGTERM');
      (await rig.started('b')).exit(7);
      await run.ended;
      const messages = Object.fromEntries(
        eventsOf(run.events, 'inst.end').map(({ inst, message }) => [inst, message]),
      );
      expect(messages).toEqual({
        a: 'the worker process was killed from outside by SIGTERM',
        b: 'the worker process ended with exit code 7 before the stage was done',
      });
    }),
  );

  test(
    'stays warm from task to task, and is not started for what is there already',
    rigTest(async (rig) => {
      const run = rig.run({ a: {}, b: { after: ['a'] } }, { jobs: 2 });
      const a = await rig.started('a');
      a.finish();
      const b = await rig.started('b');
      expect(b.greeting.pid).toBe(a.greeting.pid);
      b.finish();
      await run.ended;
      expect(() => process.kill(b.greeting.pid, 0), 'it is gone when the run is over').toThrow('ESRCH');
    }),
  );

  test(
    'that is warm is taken before another one is started, whichever it is',
    rigTest(async (rig) => {
      // What has most after it starts first.
      const below = { a1: { after: ['a'] }, a2: { after: ['a1'] } };
      const run = rig.run({ a: {}, b: {}, c: { after: ['b'] }, ...below }, { jobs: 2 });
      const [a, b] = [await rig.started('a'), await rig.started('b')];
      a.kill('SIGKILL');
      await run.event((event) => event.type === 'inst.end' && event.inst === 'a');
      b.finish();
      const c = await rig.started('c');
      expect(c.greeting.pid).toBe(b.greeting.pid);
      c.finish();
      await run.ended;
    }),
  );

  test(
    'makes room for a fresh one after fifty tasks',
    rigTest(async (rig) => {
      const quick = Array.from({ length: 49 }, (_, at) => [`q${at}`, { params: { hold: false } }] as const);
      const names = quick.map(([name]) => name);
      const spec = { first: {}, ...Object.fromEntries(quick), last: { after: ['first', ...names] } };
      const run = rig.run(spec, { jobs: 1 });
      const first = await rig.started('first');
      first.finish();
      const last = await rig.started('last');
      expect(last.greeting.pid).not.toBe(first.greeting.pid);
      last.finish();
      expect(Object.values(await run.ends())).toEqual(Array.from({ length: 51 }, () => 'ran'));
    }),
  );

  test(
    'sees neither the secrets of the environment nor the terminal',
    rigTest(async (rig) => {
      const run = rig.run({ a: {} });
      const a = await rig.started('a');
      const environment = readFileSync(`/proc/${a.greeting.pid}/environ`, 'utf8').split('\0');
      expect(environment).toContain('PATH=/usr/bin:/bin');
      expect(environment.join()).not.toContain('SECRET');
      a.finish();
      await run.ended;
    }),
  );

  test(
    'gets its words out while the stage never looks up, and ends when the run is interrupted',
    rigTest(async (rig) => {
      const run = rig.run({ a: {}, b: { after: ['a'] } });
      const a = await rig.started('a');
      a.spin();
      await run.event((event) => event.type === 'inst.progress' && event.inst === 'a');
      run.abort();
      expect(await run.ends()).toEqual({ a: 'cancelled', b: 'cancelled' });
      expect((await run.ended).exit).toBe(130);
      await a.gone;
      expect(run.events.at(-1)).toMatchObject({ type: 'run.end', cancelled: 2, exit: 130 });
    }),
  );

  test(
    'is lent the slots that nothing else is ready for, and keeps them until it ends',
    rigTest(async (rig) => {
      const spec = {
        a: { uses: 'threaded' },
        b: { uses: 'threaded', after: ['a'] },
        c: { after: ['a'] },
        d: {},
      };
      const run = rig.run(spec, { jobs: 3 });
      const [a, d] = [await rig.started('a'), await rig.started('d')];
      expect([a.greeting.threads, d.greeting.threads]).toEqual([2, 1]);
      a.finish();
      const [b, c] = [await rig.started('b'), await rig.started('c')];
      expect([b.greeting.threads, c.greeting.threads]).toEqual([1, 1]);
      for (const call of [b, c, d]) call.finish();
      await run.ended;
    }),
  );
});

describe('the failure of a stage', () => {
  test(
    'shows the last lines of its log; the stack stands in the log only',
    rigTest(async (rig) => {
      const run = rig.run({ a: {} });
      const a = await rig.started('a');
      a.print('printed');
      a.log('logged');
      a.fail('cannot read properties of undefined');
      const end = await failure(run);
      expect(end?.message).toBe('cannot read properties of undefined (a fault of the stage held)');
      expect(end?.log).toEqual(['printed', 'logged']);
      expect(await logOf(rig, run, 'a')).toMatch(
        /^printed\nlogged\nTypeError: cannot read properties of undefined\n {4}at /,
      );
    }),
  );

  test(
    'keeps the lines of other instances out of its log',
    rigTest(async (rig) => {
      const run = rig.run({ a: {}, b: { after: ['a'] } }, { jobs: 1 });
      const a = await rig.started('a');
      a.log('from a');
      a.finish();
      const b = await rig.started('b');
      for (let line = 1; line <= 30; line++) b.log(`line ${line}`);
      b.fail('stop', 'user');
      const end = await failure(run);
      expect(end?.log).toEqual(Array.from({ length: 20 }, (_, at) => `line ${at + 11}`));
      expect(await logOf(rig, run, 'a')).toBe('from a\n');
    }),
  );

  test(
    'that returns other outputs than it declares is its own fault',
    rigTest(async (rig) => {
      const run = rig.run({ a: {} });
      (await rig.started('a')).finish({ other: 'x' });
      expect((await failure(run))?.message).toBe(
        'it returned the outputs [other], but declares [out] (a fault of the stage held)',
      );
    }),
  );

  test(
    'outside its own course is caught',
    rigTest(async (rig) => {
      const run = rig.run({ a: {} });
      (await rig.started('a')).crash('from a timer');
      expect((await failure(run))?.message).toBe("from a timer (outside the stage's own course)");
    }),
  );
});

describe('progress', () => {
  test(
    'is passed on with its values; what is not a number is left out',
    rigTest(async (rig) => {
      const run = rig.run({ a: {} });
      const a = await rig.started('a');
      a.progress({ unit: 'generation', done: 1, total: 4, values: { test_accuracy: 0.5, loss: NaN } });
      const event = await run.event((one) => one.type === 'inst.progress');
      expect(event).toMatchObject({
        inst: 'a',
        unit: 'generation',
        done: 1,
        total: 4,
      });
      expect(event).toHaveProperty('values', { test_accuracy: 0.5 });
      const estimate = await run.event((one) => one.type === 'run.estimate');
      expect(estimate).toMatchObject({ type: 'run.estimate' });
      a.finish();
      await run.ended;
    }),
  );
});
