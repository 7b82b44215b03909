import { describe, expect, test } from 'vitest';
import type { LoggedEvent, RunEvent } from '../../src/events/event.js';
import {
  emptyPlain,
  heartbeatMilliseconds,
  plainStep,
  plainTick,
  type PlainView,
} from '../../src/events/plain.js';
import { ends, log, mixedRun, planned, started, starts, startTime } from './scripted-run.js';

function play(
  events: readonly LoggedEvent[],
  from: PlainView = emptyPlain,
): { view: PlainView; lines: string[] } {
  let view = from;
  const lines: string[] = [];
  for (const event of events) {
    const step = plainStep(view, event);
    view = step.view;
    lines.push(...step.lines);
  }
  return { view, lines };
}

describe('the lines view', () => {
  test('says what happened in a run with one of everything', () => {
    expect(play(mixedRun).lines).toEqual([
      'ticketlab 0.1.0  quickstart (smoke), 2 at a time',
      ' 0:00  7 instances of 4 stages',
      ' 0:01  data  1 hit',
      ' 0:01  train  1 hit',
      ' 0:01  train[seed=2]  started',
      ' 0:03  train[seed=3]  started',
      ' 0:04  train[seed=2]  ran in 4.3 s  test accuracy 0.813',
      ' 0:04  prune[seed=2]  ran in 0.0 s',
      ' 0:05  train[seed=3]  failed after 4.8 s: the weights are not finite after generation 10',
      '       lower sigma_init',
      '       | generation 9: loss 3e+38',
      '       | generation 10: loss \\x1b[31mNaN\\x1b[0m',
      ' 0:05  prune  1 skipped',
      ' 0:05  warning: data: the clock went backwards',
      ' 0:06  accuracy  ran in 0.8 s',
      'result: results/quickstart/smoke/accuracy.svg',
      'failed: train[seed=3]: the weights are not finite after generation 10',
      '2 hit, 3 ran, 1 failed, 1 skipped in 6.1 s',
    ]);
  });

  test('folds a thousand hits into one line a definition', () => {
    const hits = Array.from({ length: 1000 }, (_, k): [number, RunEvent] => [
      0.1,
      ends(`train[k=${k}]`, 'hit'),
    ]);
    const end: RunEvent = {
      type: 'run.end',
      hit: 1001,
      ran: 0,
      failed: 0,
      skipped: 0,
      cancelled: 0,
      seconds: 0.2,
      exit: 0,
    };
    const events = log(
      [0, started],
      [0, planned({ data: 1, train: 1000 })],
      [0.1, ends('data', 'hit')],
      ...hits,
      [0.2, end],
    );
    expect(play(events).lines.slice(2)).toEqual([
      ' 0:00  data  1 hit',
      ' 0:00  train  1000 hit',
      '1001 hit, 0 ran, 0 failed, 0 skipped in 0.2 s',
    ]);
  });

  test('names the first of many that failed alike, and the cancelled ones', () => {
    const failing = [1, 2, 3].map((k): [number, RunEvent] => [
      1,
      ends(`train[k=${k}]`, 'failed', { message: 'disk full\nfree some space' }),
    ]);
    const end: RunEvent = {
      type: 'run.end',
      hit: 0,
      ran: 0,
      failed: 3,
      skipped: 0,
      cancelled: 2,
      seconds: 130,
      exit: 130,
    };
    const { lines } = play(log([0, started], [0, planned({ train: 5 })], ...failing, [130, end]));
    expect(lines.slice(-2)).toEqual([
      'failed: train[k=1] and 2 more: disk full',
      '0 hit, 0 ran, 3 failed, 0 skipped, 2 cancelled in 130 s',
    ]);
  });

  test('stays silent on a tick as long as something was said not long ago', () => {
    const { view } = play(mixedRun.slice(0, 10));
    const saidAt = startTime + 3000;
    expect(plainTick(view, saidAt + heartbeatMilliseconds - 1)).toEqual({ view, lines: [] });
  });

  test('has a heartbeat with what is running and the time left when nothing was said for a while', () => {
    const { view } = play(mixedRun.slice(0, 10));
    const beat = plainTick(view, startTime + 3000 + heartbeatMilliseconds);
    expect(beat.lines).toEqual([
      ' 0:33  2 of 7 done, 2 running, under 10 s left',
      '       train[seed=2]  generation 100/300  test accuracy 0.500',
      '       train[seed=3]  generation 10/300  test accuracy 0.100',
    ]);
    expect(plainTick(beat.view, startTime + 3000 + heartbeatMilliseconds + 1).lines).toEqual([]);
  });

  test('a heartbeat says hits that were not said yet', () => {
    const { view } = play(
      log([0, started], [0, planned({ data: 1, train: 1 })], [1, ends('data', 'hit')], [1, starts('train')]),
    );
    expect(plainTick(view, startTime + 61_000).lines).toEqual([
      ' 1:01  data  1 hit',
      ' 1:01  1 of 2 done, 1 running',
      '       train',
    ]);
  });

  test('has no heartbeat before the start and after the end', () => {
    expect(plainTick(emptyPlain, startTime).lines).toEqual([]);
    expect(plainTick(play(mixedRun).view, startTime + 1e9).lines).toEqual([]);
  });

  test('makes escapes in any string harmless', () => {
    const evil = '\u001b[2J';
    const events = log(
      [0, { ...started, pipeline: evil, variant: evil, version: evil } as RunEvent],
      [0, planned({ [evil]: 2 })],
      [0, ends(evil, 'hit')],
      [1, starts(`${evil}[k=1]`)],
      [
        1,
        { type: 'inst.progress', inst: `${evil}[k=1]`, unit: evil, done: 1, total: 2, values: { [evil]: 1 } },
      ],
      [2, ends(`${evil}[k=1]`, 'failed', { message: evil, log: [evil] })],
      [2, { type: 'warn', message: evil, inst: evil }],
      [2, { type: 'run.result', path: evil }],
      [3, { type: 'run.end', hit: 1, ran: 0, failed: 1, skipped: 0, cancelled: 0, seconds: 3, exit: 1 }],
    );
    const { lines } = play(events);
    const ticked = plainTick(play(events.slice(0, 5)).view, startTime + 1e6).lines;
    expect(lines).toHaveLength(10);
    for (const line of [...lines, ...ticked]) expect(line).not.toContain('\u001b');
  });
});
