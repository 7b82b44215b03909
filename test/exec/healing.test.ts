import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeRecord, sealRecord, type Outputs } from '../../src/store/record.js';
import { eventsOf, rigTest, type Rig } from '../rig/rig.js';
import type { PlanSpec } from '../rig/plan.js';

const quick = { params: { hold: false } };
const chain: PlanSpec = { a: quick, b: { ...quick, after: ['a'] } };
const longer: PlanSpec = { ...chain, c: { ...quick, after: ['a', 'b'] } };

function pathOf(rig: Rig, spec: PlanSpec, name: string): string {
  const verdict = rig.verdicts(spec).find(({ instance }) => instance === name)!;
  return rig.store().layout.object(verdict.outputs['out'].sha256);
}

function damage(path: string): void {
  chmodSync(path, 0o644);
  writeFileSync(
    path,
    readFileSync(path).map((byte) => byte ^ 1),
  );
}

describe('an object of the store', () => {
  test(
    'that is missing is made again before anything starts',
    rigTest(async (rig) => {
      await rig.run(chain).ended;
      rmSync(pathOf(rig, chain, 'a'));
      expect(rig.verdicts(longer).map(({ verdict }) => verdict)).toEqual([
        'run',
        'run-unless-unchanged',
        'run-unless-unchanged',
      ]);
      expect(rig.verdicts(chain)[0].reason).toMatch(
        /^object lost: of output "out" object [0-9a-f]{12}… is missing$/,
      );
      const run = rig.run(longer);
      expect(await run.ends()).toEqual({ a: 'ran', b: 'hit', c: 'ran' });
      expect(eventsOf(run.events, 'warn')).toMatchObject([
        { inst: 'a', message: expect.stringMatching(/^object lost: .* is missing; it is computed again$/) },
      ]);
    }),
  );

  test(
    'whose bytes turn out wrong when they are read is made again in the same run',
    rigTest(async (rig) => {
      await rig.run(chain).ended;
      damage(pathOf(rig, chain, 'a'));
      const run = rig.run(longer);
      expect(await run.ends()).toEqual({ a: 'ran', b: 'hit', c: 'ran' });
      expect((await run.ended).exit).toBe(0);
      expect(rig.text(longer, 'c')).toBe('c(a(),b(a()))');
      const [warning] = eventsOf(run.events, 'warn');
      expect(warning.inst).toBe('a');
      expect(warning.message).toMatch(/its bytes do not have its digest; it is computed again$/);
      expect(run.events.at(-1)).toMatchObject({ type: 'run.end', hit: 1, ran: 2, failed: 0 });
    }),
  );

  test(
    'and that of its maker heal each other in a row',
    rigTest(async (rig) => {
      await rig.run(chain).ended;
      for (const name of ['a', 'b']) damage(pathOf(rig, chain, name));
      const run = rig.run(longer, { jobs: 1 });
      expect(await run.ends()).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
      expect(rig.text(longer, 'c')).toBe('c(a(),b(a()))');
    }),
  );

  test(
    'is told of by everyone that is lost, also after one was found to be while it was read',
    rigTest(async (rig) => {
      const three: PlanSpec = { a: quick, b: { ...quick, after: ['a'] }, c: { ...quick, after: ['b'] } };
      await rig.run(three).ended;
      const { key } = rig.verdicts(three)[1];
      rmSync(pathOf(rig, three, 'c'));
      damage(pathOf(rig, three, 'a'));
      rmSync(rig.store().layout.record(key!));
      const run = rig.run(three);
      expect(await run.ends()).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
      expect(eventsOf(run.events, 'warn').map(({ inst }) => inst)).toEqual(['a', 'c']);
    }),
  );

  test(
    'that is lost again and again fails what needs it instead of turning in circles',
    rigTest(async (rig) => {
      const spec: PlanSpec = { a: {}, b: { after: ['a'] } };
      const run = rig.run(spec, { jobs: 1 });
      for (let round = 1; round <= 2; round++) {
        (await rig.started('a')).finish();
        const b = await rig.started('b');
        rmSync(pathOf(rig, spec, 'a'));
        b.finish();
      }
      expect(await run.ends()).toEqual({ a: 'ran', b: 'failed' });
      expect(eventsOf(run.events, 'inst.end').at(-1)!.message).toMatch(/is lost: it is missing$/);
    }),
  );
});

test.each<[string, (outputs: Outputs) => Outputs, string]>([
  ['has no outputs', () => ({}), 'its result has no output "out"'],
  ['has another output', ({ out }) => ({ other: out! }), 'its result has no output "out"'],
  [
    'has an output of another type',
    ({ out }) => ({ out: { ...out!, type: 'table' } }),
    'output "out" of its result is of type table, not file',
  ],
])('a record that %s is made again, and all that reads it stays', (_, outputs, reason) =>
  rigTest(async (rig) => {
    await rig.run(chain).ended;
    const [, { key, outputs: ofB }] = rig.verdicts(chain);
    const path = rig.store().layout.record(rig.verdicts(chain)[0].key!);
    const found = rig.store().lookup(rig.verdicts(chain)[0].key!);
    if (!found.hit) throw new Error(found.reason);
    const { record } = found;
    chmodSync(path, 0o644);
    writeFileSync(path, encodeRecord(sealRecord({ ...record, outputs: outputs(record.outputs) })));
    const run = rig.run(chain);
    expect(await run.ends()).toEqual({ a: 'ran', b: 'hit' });
    const warnings = eventsOf(run.events, 'warn').map(({ inst, message }) => `${inst}: ${message}`);
    expect([...new Set(warnings)]).toEqual([`a: ${reason}; it is computed again`]);
    expect(rig.verdicts(chain)[1]).toMatchObject({ verdict: 'hit', key, outputs: ofB });
  })(),
);
