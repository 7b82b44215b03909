import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import type { LoggedEvent, RunEvent } from '../../src/events/event.js';
import { keptGroups } from '../../src/events/failures.js';
import { doneOf, emptyRun, reduceRun, replay, totalCounts } from '../../src/events/run-state.js';
import { ends, generation, log, mixedRun, planned, started, starts, startTime } from './scripted-run.js';

describe('the state of a run', () => {
  test('counts every ending of every definition', () => {
    expect(replay(mixedRun).definitions).toEqual([
      { definition: 'data', total: 1, running: 0, hit: 1, ran: 0, failed: 0, skipped: 0, cancelled: 0 },
      { definition: 'train', total: 3, running: 0, hit: 1, ran: 1, failed: 1, skipped: 0, cancelled: 0 },
      { definition: 'prune', total: 2, running: 0, hit: 0, ran: 1, failed: 0, skipped: 1, cancelled: 0 },
      { definition: 'accuracy', total: 1, running: 0, hit: 0, ran: 1, failed: 0, skipped: 0, cancelled: 0 },
    ]);
    expect(totalCounts(replay(mixedRun))).toEqual({
      total: 7,
      running: 0,
      hit: 2,
      ran: 3,
      failed: 1,
      skipped: 1,
      cancelled: 0,
    });
  });

  test('knows what is running since when, with the newest progress', () => {
    const state = replay(mixedRun.slice(0, 10));
    expect([...state.running.values()]).toEqual([
      {
        inst: 'train[seed=2]',
        definition: 'train',
        startedAt: startTime + 200,
        progress: {
          unit: 'generation',
          done: 100,
          total: 300,
          values: { train_score_mean: -1.5, test_accuracy: 0.5 },
        },
      },
      {
        inst: 'train[seed=3]',
        definition: 'train',
        startedAt: startTime + 200,
        progress: {
          unit: 'generation',
          done: 10,
          total: 300,
          values: { train_score_mean: -1.5, test_accuracy: 0.1 },
        },
      },
    ]);
    expect(state.estimate).toEqual({ seconds: 30, at: startTime + 2000 });
  });

  test('keeps failures with message and log, warnings, results and the end', () => {
    const state = replay(mixedRun);
    expect(state.failures.groups).toEqual([
      {
        inst: 'train[seed=3]',
        count: 1,
        message: 'the weights are not finite after generation 10\nlower sigma_init',
        log: ['generation 9: loss 3e+38', 'generation 10: loss \u001b[31mNaN\u001b[0m'],
      },
    ]);
    expect(state.warnings).toEqual(['data: the clock went backwards']);
    expect(state.results).toEqual(['results/quickstart/smoke/accuracy.svg']);
    expect(state.end?.exit).toBe(1);
  });

  test('is the same whether a log is replayed at once or in two parts', () => {
    const all = replay(mixedRun);
    for (let cut = 0; cut <= mixedRun.length; cut += 1) {
      expect(replay(mixedRun.slice(cut), replay(mixedRun.slice(0, cut)))).toEqual(all);
    }
  });

  test('is not changed by the next event: old states stay as they were', () => {
    let state = emptyRun;
    for (const event of mixedRun) {
      const before = structuredClone(state);
      const next = reduceRun(state, event);
      expect(state).toEqual(before);
      state = next;
    }
  });

  test('ignores events of types that it does not know', () => {
    const state = replay(mixedRun.slice(0, 8));
    const fromTheFuture = {
      v: 1,
      seq: 99,
      t: startTime,
      type: 'slurm.submit',
      job: 3,
    } as unknown as LoggedEvent;
    expect(reduceRun(state, fromTheFuture)).toBe(state);
  });

  test('ignores progress of an instance that is not running', () => {
    const state = replay(mixedRun);
    expect(reduceRun(state, log([9, generation('train[seed=2]', 1, 2, 0)])[0]!)).toBe(state);
  });

  test('groups failures with the same message and stays small when a whole sweep fails', () => {
    const failing = Array.from({ length: 1000 }, (_, seed): [number, RunEvent] => [
      1,
      ends(`train[seed=${seed}]`, 'failed', {
        message: seed < 900 ? 'disk full' : `seed ${seed} is odd`,
        log: ['x'],
      }),
    ]);
    const { failures, definitions } = replay(log([0, started], [0, planned({ train: 1000 })], ...failing));
    expect(failures.groups[0]).toEqual({
      message: 'disk full',
      inst: 'train[seed=0]',
      count: 900,
      log: ['x'],
    });
    expect(failures.groups).toHaveLength(keptGroups);
    expect(failures.others).toBe(100 - (keptGroups - 1));
    expect(definitions[0]?.failed).toBe(1000);
  });

  test('a definition that the plan did not announce gets its line when it shows up', () => {
    const state = replay(
      log([0, started], [0, planned({ data: 1 })], [1, starts('late[k=1]')], [2, ends('late[k=1]', 'ran')]),
    );
    expect(state.definitions.map(({ definition, total }) => [definition, total])).toEqual([
      ['data', 1],
      ['late', 1],
    ]);
  });

  test('in every legal order of starts and ends, what runs and what is done adds up', () => {
    const endings = fc.constantFrom('hit', 'ran', 'failed', 'skipped', 'cancelled' as const);
    const run = fc.array(fc.record({ starts: fc.boolean(), how: fc.option(endings, { nil: undefined }) }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(run, (instances) => {
        const steps = instances.flatMap((instance, k): [number, RunEvent][] => [
          ...(instance.starts ? [[1, starts(`a[k=${k}]`)] as [number, RunEvent]] : []),
          ...(instance.how === undefined ? [] : [[2, ends(`a[k=${k}]`, instance.how)] as [number, RunEvent]]),
        ]);
        const state = replay(log([0, planned({ a: instances.length })], ...steps));
        const counts = state.definitions[0]!;
        expect(doneOf(counts)).toBe(instances.filter(({ how }) => how !== undefined).length);
        expect(counts.running).toBe(instances.filter((one) => one.starts && one.how === undefined).length);
        expect(counts.running).toBe(state.running.size);
        expect(counts.total).toBe(instances.length);
      }),
    );
  });
});
