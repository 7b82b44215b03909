import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import type { LoggedEvent } from '../../src/events/event.js';
import type { PlanSpec } from '../rig/plan.js';
import { rigTest, type Rig } from '../rig/rig.js';

const quick = { params: { hold: false } };
const diamond: PlanSpec = {
  a: quick,
  b: { ...quick, after: ['a'] },
  c: { ...quick, after: ['a'] },
  d: { ...quick, after: ['b', 'c'] },
  e: { ...quick, gathers: { a: { k: 1 }, b: { k: 2 }, d: { k: 3 } } },
};

const digests = (rig: Rig): unknown =>
  rig.verdicts(diamond).map(({ instance, key, outputs }) => [instance, key, outputs]);

/** Starts a client and kills it when it has said the n-th event. @returns false when it ended before. */
async function killAt(rig: Rig, moment: number): Promise<boolean> {
  const client = rig.client(diamond);
  const exited = once(client, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: client.stdout })) {
    expect((JSON.parse(line) as LoggedEvent).v).toBe(1);
    if (++seen === moment) client.kill('SIGKILL');
  }
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  return signal === 'SIGKILL';
}

describe('kill -9 of the run', () => {
  test(
    'at several moments leaves a store from which the next run finishes with the same digests',
    rigTest(async (undisturbed) => {
      await undisturbed.run(diamond).ended;
      const expected = digests(undisturbed);
      await rigTest(async (rig) => {
        let killed = 0;
        for (let moment = 1; moment <= 11; moment += 2) if (await killAt(rig, moment)) killed++;
        expect(killed).toBeGreaterThan(2);
        const last = rig.run(diamond);
        expect((await last.ended).exit).toBe(0);
        expect(digests(rig)).toEqual(expected);
        expect(rig.text(diamond, 'e')).toBe('e(a(),b(a()),d(b(a()),c(a())))');
        expect(readdirSync(rig.store().layout.temporary)).toEqual([]);
      })();
    }),
  );

  test(
    'takes its workers with it, even one that never looks up',
    rigTest(async (rig) => {
      const client = rig.client({ a: {}, b: {} });
      const [a, b] = [await rig.started('a'), await rig.started('b')];
      a.progress({ unit: 'turn', done: 1, total: 1 });
      a.brood();
      for await (const line of createInterface({ input: client.stdout }))
        if (line.includes('inst.progress')) break;
      client.kill('SIGKILL');
      await Promise.all([a.gone, b.gone]);
      const again = rig.run({ a: {}, b: {} });
      (await rig.started('a')).finish();
      (await rig.started('b')).finish();
      expect(await again.ends()).toEqual({ a: 'ran', b: 'ran' });
    }),
  );
});

describe('Ctrl-C', () => {
  test(
    'ends the run with exit code 130; the next one takes up what was finished',
    rigTest(async (rig) => {
      const spec: PlanSpec = { a: {}, b: { after: ['a'] } };
      const client = rig.client(spec);
      const exited = once(client, 'exit');
      (await rig.started('a')).finish();
      const b = await rig.started('b');
      client.kill('SIGINT');
      expect(await exited).toEqual([130, null]);
      await b.gone;
      const again = rig.run(spec);
      (await rig.started('b')).finish();
      expect(await again.ends()).toEqual({ a: 'hit', b: 'ran' });
    }),
  );
});
