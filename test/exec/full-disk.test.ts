import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LoggedEvent } from '../../src/events/event.js';
import { EventLog } from '../../src/exec/event-log.js';
import { systemClock } from '../../src/exec/clock.js';
import { eventsOf, rigTest } from '../rig/rig.js';
import { noTinyDisk, tinyDisk } from '../rig/temporary.js';

const entry = { v: 1, t: 0, type: 'warn' } as const;

describe.skipIf(noTinyDisk)(`on a full disk ${noTinyDisk ?? ''}`, () => {
  test(
    'a run says how much is missing where, starts nothing more and ends with exit code 1',
    rigTest(async (rig) => {
      const disk = tinyDisk(256)!;
      try {
        const storeDir = join(disk.path, 'store');
        const spec = { a: {}, b: { after: ['a'] }, c: { params: { hold: false } } };
        const run = rig.run(spec, { jobs: 1, storeDir });
        (await rig.started('a')).finish({ out: 'x'.repeat(1 << 20) });
        expect(await run.ends()).toEqual({ a: 'failed', b: 'skipped', c: 'skipped' });
        expect((await run.ended).exit).toBe(1);
        const messages = eventsOf(run.events, 'inst.end').map(({ message }) => message);
        expect(messages[0]).toMatch(/^The disk is full \(ENOSPC\): could not write 1,048,576 bytes to /);
        expect(messages.slice(1).sort()).toEqual([
          'not started, because a failed',
          'not started, because no space is left',
        ]);
        expect(readdirSync(storeDir).sort()).toEqual(['STORE.json', 'lease', 'runs', 'tmp']);
        expect(readdirSync(join(storeDir, 'lease'))).toEqual([]);
        expect(readdirSync(join(storeDir, 'tmp'))).toEqual([]);
      } finally {
        disk.remove();
      }
    }),
  );

  test('the event log says once that it is incomplete, and the run is not disturbed', async () => {
    const disk = tinyDisk(16)!;
    try {
      const messages: string[] = [];
      const path = join(disk.path, 'events.jsonl');
      const log = new EventLog({ path, clock: systemClock, failed: (message) => messages.push(message) });
      log.append({ ...entry, seq: 0, message: 'x'.repeat(100_000) });
      await new Promise((resolve) => setImmediate(resolve));
      log.append({ ...entry, seq: 1, message: 'more' });
      await log.close();
      expect(messages).toHaveLength(1);
      expect(messages[0]).toMatch(/^The event log is incomplete\. The disk is full \(ENOSPC\): /);
      expect(statSync(path).size).toBeLessThanOrEqual(16 * 1024);
    } finally {
      disk.remove();
    }
  });
});

describe('the event log', () => {
  test(
    'keeps progress at most every ten seconds an instance',
    rigTest(async (rig) => {
      let time = 0;
      const path = join(rig.dir, 'events.jsonl');
      const clock = { now: () => 0, monotonic: () => time };
      const log = new EventLog({ path, clock, failed: () => undefined });
      const progress = (seq: number, inst: string): LoggedEvent => ({
        ...{ v: 1, t: 0, seq, type: 'inst.progress', inst },
        ...{ unit: 'generation', done: seq, total: 9, values: {} },
      });
      log.append(progress(0, 'a'));
      log.append(progress(1, 'a'));
      log.append(progress(2, 'b'));
      time = 9_999;
      log.append(progress(3, 'a'));
      time = 10_000;
      log.append(progress(4, 'a'));
      await log.close();
      const kept = readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as LoggedEvent).seq);
      expect(kept).toEqual([0, 2, 4]);
    }),
  );
});
