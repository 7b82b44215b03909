import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Attempts } from '../../src/exec/attempts.js';
import { Capacity } from '../../src/exec/capacity.js';
import type { StageSettings } from '../../src/pipeline/plan.js';

const settings = (change: Partial<StageSettings> = {}): StageSettings => ({
  resources: { cpus: 1, memory: 0, gpus: 0 },
  retry: { times: 0, on: ['infra'], backoff: 0 },
  checkpoint: {},
  env: {},
  ...change,
});

describe('room on the machine', () => {
  const need = (cpus: number, memory = 0) => ({ cpus, memory });
  const at = (freeSlots: number, now = 0) => ({ freeSlots, now });

  test('is given by slots and by memory, whichever is short', () => {
    const capacity = new Capacity(4, 100);
    expect(capacity.offers(0, need(3), at(2))).toBe(false);
    capacity.take(1, need(1, 70));
    expect(capacity.offers(2, need(1, 40), at(3))).toBe(false);
    expect(capacity.offers(3, need(1, 30), at(3))).toBe(true);
    capacity.give(1);
    expect(capacity.offers(2, need(1, 40), at(3))).toBe(true);
  });

  test('is all there is for who asks for more, alone', () => {
    const capacity = new Capacity(2, 100);
    expect(capacity.within(need(8, 1000))).toEqual(need(2, 100));
    expect(capacity.offers(0, need(8, 1000), at(2))).toBe(true);
    capacity.take(0, need(8, 1000));
    expect(capacity.offers(1, need(1, 1), at(1))).toBe(false);
  });

  test('is kept after a minute for who waited longest, until that one starts or will not', () => {
    const capacity = new Capacity(2, 100);
    capacity.take(0, need(1));
    expect(capacity.offers(1, need(2), at(1, 0))).toBe(false);
    expect(capacity.offers(2, need(1), at(1, 59_999))).toBe(true);
    expect(capacity.offers(2, need(1), at(1, 60_000))).toBe(false);
    expect(capacity.offers(1, need(2), at(2, 60_000))).toBe(true);
    capacity.give(1);
    expect(capacity.offers(2, need(1), at(1, 60_000))).toBe(true);
  });
});

describe('an attempt', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function attempts(of: StageSettings | undefined) {
    const stopped: number[] = [];
    const again: number[] = [];
    const clock = { now: () => 0, monotonic: () => Date.now() };
    const made = new Attempts({
      ...{ settings: () => of, clock, slots: 4, memory: 1000 },
      stop: (index) => stopped.push(index),
      again: (index) => again.push(index),
    });
    return { attempts: made, stopped, again };
  }
  const died = (cause: 'infra' | 'oom') => ({ type: 'died', message: `${cause}!`, cause }) as const;
  const exit = (code: number, message = 'p ended') =>
    ({ type: 'failed', kind: 'user', message, cause: `exit:${code}` }) as const;

  test('is stopped when its time is over, and says so', () => {
    const { attempts: made, stopped } = attempts(settings({ timeout: 90 }));
    made.begin(7);
    vi.advanceTimersByTime(89_999);
    expect(stopped).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(stopped).toEqual([7]);
    expect(made.judge(7, died('infra'))).toMatchObject({
      message: 'it took longer than its timeout of 90 s, and was stopped',
      retryIn: undefined,
    });
  });

  test('that ended in time is left alone', () => {
    const { attempts: made, stopped } = attempts(settings({ timeout: 90 }));
    made.begin(7);
    vi.advanceTimersByTime(1500);
    expect(made.seconds(7)).toBe(1.5);
    made.end(7);
    vi.advanceTimersByTime(100_000);
    expect(stopped).toEqual([]);
  });

  test('is repeated for the causes that are named, after pauses that double, so many times', () => {
    const { attempts: made } = attempts(
      settings({ retry: { times: 3, on: ['infra', 'timeout'], backoff: 2 } }),
    );
    expect(made.judge(0, died('oom')).retryIn).toBeUndefined();
    expect(made.judge(0, died('infra'))).toEqual({ message: 'infra!', retryIn: 2000, of: '1 of 3' });
    expect(made.judge(0, died('infra')).retryIn).toBe(4000);
    expect(made.judge(0, died('infra')).retryIn).toBe(8000);
    expect(made.judge(0, died('infra')).retryIn).toBeUndefined();
    expect(made.judge(1, died('infra')).retryIn).toBe(2000);
  });

  test('that was stopped late is repeated where timeouts are named, and not for how it ended', () => {
    for (const [on, retryIn] of [
      ['timeout', 0],
      ['infra', undefined],
    ] as const) {
      const { attempts: made } = attempts(
        settings({ timeout: 90, retry: { times: 3, on: [on], backoff: 0 } }),
      );
      made.begin(0);
      vi.advanceTimersByTime(90_000);
      expect(made.judge(0, died('infra')).retryIn).toBe(retryIn);
      made.end(0);
      // The next one is in time: what it dies of counts again.
      made.begin(0);
      expect(made.judge(0, died('infra')).message).toBe('infra!');
    }
  });

  test('gives its room back when it ends, and when it will not start', () => {
    const { attempts: made } = attempts(settings({ resources: { cpus: 1, memory: 600, gpus: 0 } }));
    for (const leave of [(index: number) => made.end(index), (index: number) => made.forget(index)]) {
      made.reserve(0);
      made.begin(0);
      expect(made.offers(1, 3)).toBe(false);
      leave(0);
      expect(made.offers(1, 3)).toBe(true);
    }
  });

  test('is not repeated when a program ended twice in the same way', () => {
    const { attempts: made } = attempts(settings({ retry: { times: 9, on: ['exit:3'], backoff: 0 } }));
    expect(made.judge(0, exit(4)).retryIn).toBeUndefined();
    expect(made.judge(0, exit(3)).retryIn).toBe(0);
    expect(made.judge(0, exit(3)).retryIn).toBeUndefined();
    expect(made.judge(0, exit(3, 'p ended otherwise')).retryIn).toBe(0);
  });

  test('gets half as much memory again after memory ran out', () => {
    const { attempts: made } = attempts(
      settings({
        resources: { cpus: 1, memory: 400, gpus: 0 },
        retry: { times: 2, on: ['oom'], backoff: 0 },
      }),
    );
    made.reserve(1);
    expect(made.offers(0, 3)).toBe(true);
    expect(made.judge(0, died('oom')).retryIn).toBe(0);
    expect(made.offers(0, 3)).toBe(true);
    expect(made.judge(0, died('oom')).retryIn).toBe(0);
    expect(made.offers(0, 3)).toBe(false);
  });

  test('waits for its turn, unless the run is over', () => {
    const { attempts: made, again } = attempts(undefined);
    made.later(4, 1000);
    made.later(5, 5000);
    vi.advanceTimersByTime(1000);
    expect(again).toEqual([4]);
    made.close();
    vi.advanceTimersByTime(10_000);
    expect(again).toEqual([4]);
  });
});
