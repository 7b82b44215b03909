import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { maximumRows } from '../../src/dashboard/view.js';
import type { RunEvent } from '../../src/events/event.js';
import { emptyRun, replay } from '../../src/events/run-state.js';
import {
  ends,
  generation,
  log,
  mixedRun,
  planned,
  started,
  starts,
  startTime,
} from '../events/scripted-run.js';
import { frame } from './frame.js';

const wide = { columns: 80, rows: 24 };
const narrow = { columns: 40, rows: 24 };

describe('the dashboard', () => {
  test('shows a run in full swing', () => {
    expect(frame(replay(mixedRun.slice(0, 10)), startTime + 5000, wide)).toEqual([
      'quickstart (smoke)                                         0:05, about 30 s left',
      '━━━━━───────────────  2/7  2 running, 2 hit',
      '',
      'data      1/1  ━━━━━━━━━━━━━━━━━━━━  1 hit',
      'train     1/3  ━━━━━━──────────────  2 running, 1 hit',
      'prune     0/2  ────────────────────',
      'accuracy  0/1  ────────────────────',
      '',
      'train[seed=2]                      generation 100/300  test accuracy 0.500  0:04',
      'train[seed=3]                       generation 10/300  test accuracy 0.100  0:04',
    ]);
  });

  test('shows how a run ended, what failed with its log, and where the results are', () => {
    expect(frame(replay(mixedRun), startTime + 6100, wide)).toEqual([
      'quickstart (smoke)                                                          0:06',
      '━━━━━━━━━━━━━━━━━───  6/7  1 failed, 2 hit, 3 ran, 1 skipped',
      '',
      'data      1/1  ━━━━━━━━━━━━━━━━━━━━  1 hit',
      'train     3/3  ━━━━━━━━━━━━━━━━━━━━  1 failed, 1 hit, 1 ran',
      'prune     1/2  ━━━━━━━━━━──────────  1 ran, 1 skipped',
      'accuracy  1/1  ━━━━━━━━━━━━━━━━━━━━  1 ran',
      '',
      'result: results/quickstart/smoke/accuracy.svg',
      '✗ train[seed=3]',
      '  the weights are not finite after generation 10',
      '  lower sigma_init',
      '  | generation 9: loss 3e+38',
      '  | generation 10: loss \\x1b[31mNaN\\x1b[0m',
      'warning: data: the clock went backwards',
      '',
      '2 hit, 3 ran, 1 failed, 1 skipped in 6.1 s',
    ]);
  });

  test('keeps numbers and drops their names on a narrow terminal', () => {
    expect(frame(replay(mixedRun.slice(0, 10)), startTime + 5000, narrow)).toEqual([
      'quickstart (smok…  0:05, about 30 s left',
      '2/7  2 running, 2 hit',
      '',
      'data      1/1  ━━━━━━  1 hit',
      'train     1/3  ━━────  2 running, 1 hit',
      'prune     0/2  ──────',
      'accuracy  0/1  ──────',
      '',
      'train[seed=2]             100/300  0.500',
      'train[seed=3]              10/300  0.100',
    ]);
  });

  test('breaks the summary and messages on a narrow terminal instead of cutting them', () => {
    expect(frame(replay(mixedRun), startTime + 6100, narrow)).toEqual([
      'quickstart (smoke)                  0:06',
      '6/7  1 failed, 2 hit, 3 ran, 1 skipped',
      '',
      'data      1/1  ━━━━━━  1 hit',
      'train     3/3  ━━━━━━  1 failed, 1 hit,…',
      'prune     1/2  ━━━───  1 ran, 1 skipped',
      'accuracy  1/1  ━━━━━━  1 ran',
      '',
      'result: results/quic…/smoke/accuracy.svg',
      '✗ train[seed=3]',
      '  the weights are not finite after',
      '  generation 10',
      '  lower sigma_init',
      '  | generation 9: loss 3e+38',
      '  | generation 10: loss \\x1b[31mNaN\\x1b…',
      'warning: data: the clock went backwards',
      '',
      '2 hit, 3 ran, 1 failed, 1 skipped in 6.1',
      's',
    ]);
  });

  test('says what it is told to say until the run has ended', () => {
    const notice = 'stopping; what is finished is kept.';
    const during = frame(replay(mixedRun.slice(0, 10)), startTime + 5000, wide, notice);
    expect(during.slice(-2)).toEqual(['', notice]);
    expect(frame(replay(mixedRun), startTime + 6100, wide, notice).join('\n')).not.toContain(notice);
  });

  test('is one line before anything is known', () => {
    expect(frame(emptyRun, startTime, wide)).toEqual(['ticketlab', '────────────────────  0/0']);
  });

  test('puts stages where something happens first when not all fit', () => {
    const definitions = Object.fromEntries(Array.from({ length: 60 }, (_, k) => [`stage_${k}`, 2]));
    const run = replay(
      log(
        [0, started],
        [0, planned(definitions)],
        [1, ends('stage_0', 'hit')],
        [1, ends('stage_0', 'hit')],
        [1, starts('stage_50')],
        [1, ends('stage_59', 'failed', { message: 'no' })],
      ),
    );
    const lines = frame(run, startTime + 2000, { columns: 80, rows: 16 });
    expect(lines.map((line) => line.trimEnd()).slice(3, 11)).toEqual([
      'stage_1   0/2  ────────────────────',
      'stage_2   0/2  ────────────────────',
      'stage_3   0/2  ────────────────────',
      'stage_4   0/2  ────────────────────',
      'stage_50  0/2  ────────────────────  1 running',
      'stage_59  1/2  ━━━━━━━━━━──────────  1 failed',
      '… and 54 more stages',
      '',
    ]);
  });

  test('makes escapes in any string harmless', () => {
    const evil = '\u001b[2J';
    const run = replay(
      log(
        [0, { ...started, pipeline: evil } as RunEvent],
        [0, planned({ [evil]: 2 })],
        [1, starts(`${evil}[k=1]`)],
        [1, starts(`${evil}[k=2]`)],
        [
          1,
          {
            type: 'inst.progress',
            inst: `${evil}[k=1]`,
            unit: evil,
            done: 1,
            total: 2,
            values: { [evil]: 1 },
          },
        ],
        [2, ends(`${evil}[k=2]`, 'failed', { message: evil, log: [evil] })],
        [2, { type: 'warn', message: evil }],
        [2, { type: 'run.result', path: evil }],
      ),
    );
    const shown = frame(run, startTime + 3000, wide).join('\n');
    expect(shown.match(/\\x1b\[2J/g)).toHaveLength(10);
  });

  test('is never higher than the screen or forty lines, and never wider than the screen', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constant('word '.repeat(60)),
      fc.constant('x'.repeat(300)),
    );
    const inst = fc.record({
      name: text,
      how: fc.constantFrom('run', 'failed', 'ran' as const),
      message: text,
    });
    const shape = fc.record({
      columns: fc.constantFrom(40, 80, 120),
      rows: fc.integer({ min: 12, max: 70 }),
      stages: fc.integer({ min: 1, max: 90 }),
      instances: fc.array(inst, { maxLength: 60 }),
      ended: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ columns, rows, stages, instances, ended }) => {
        const steps = instances.flatMap(({ name, how, message }, k): [number, RunEvent][] => {
          const id = `stage_${k % stages}[name=${name},k=${k}]`;
          const begun: [number, RunEvent][] = [
            [1, starts(id)],
            [1, generation(id, k, 300, 0.5)],
          ];
          return how === 'run' ? begun : [...begun, [2, ends(id, how, { message, log: [message, message] })]];
        });
        const definitions = Object.fromEntries(Array.from({ length: stages }, (_, k) => [`stage_${k}`, 7]));
        const end: RunEvent = {
          type: 'run.end',
          hit: 1,
          ran: 2,
          failed: 3,
          skipped: 4,
          cancelled: 5,
          seconds: 6,
          exit: 1,
        };
        const run = replay(
          log(
            [0, started],
            [0, planned(definitions)],
            ...steps,
            ...(ended ? [[3, end] as [number, RunEvent]] : []),
          ),
        );
        const lines = frame(run, startTime + 4000, { columns, rows });
        expect(lines.length).toBeLessThan(rows);
        expect(lines.length).toBeLessThanOrEqual(maximumRows);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 40 },
    );
  });
});
