import type { StageSettings } from '../pipeline/plan.js';
import type { Clock } from './clock.js';
import { Capacity, type Need } from './capacity.js';
import type { Report } from './protocol.js';
import type { Death } from './worker-process.js';

/** Why an attempt did not come to its end, in the words of `retry: on`; undefined when trying again cannot help. */
export type FailureCause = string | undefined;

export interface AttemptsOptions {
  readonly settings: (index: number) => StageSettings | undefined;
  readonly clock: Clock;
  readonly slots: number;
  /** Bytes that instances may use together. */
  readonly memory: number;
  /** Stops what an instance runs, giving it time to follow. */
  readonly stop: (index: number) => void;
  /** An instance may be started again. */
  readonly again: (index: number) => void;
}

interface Attempt {
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout | undefined;
}

/** What a failed instance says: its message, and when it is tried again. */
export interface Verdict {
  readonly message: string;
  /** Milliseconds until the next try; undefined when there is none. */
  readonly retryIn: number | undefined;
  /** Which try comes next, of how many further ones. */
  readonly of: string;
}

/** Timers stay below what setTimeout can count. */
const longestMs = 2 ** 31 - 1;

/** After memory ran out, half as much again is kept free for the next try. */
const memoryGrowth = 1.5;

/** Times, limits and further tries of the instances that run. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #capacity: Capacity;
  readonly #running = new Map<number, Attempt>();
  readonly #late = new Set<number>();
  readonly #tries = new Map<number, number>();
  readonly #growth = new Map<number, number>();
  readonly #lastExit = new Map<number, string>();
  readonly #waiting = new Set<NodeJS.Timeout>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#capacity = new Capacity(options.slots, options.memory);
  }

  /** Whether an instance may start beside what runs. */
  offers(index: number, freeSlots: number): boolean {
    const now = this.#options.clock.monotonic();
    return this.#capacity.offers(index, this.#need(index), { freeSlots, now });
  }

  /** Keeps room for an instance that is about to start. @returns slots. */
  reserve(index: number): number {
    this.#capacity.take(index, this.#need(index));
    return this.#capacity.within(this.#need(index)).cpus;
  }

  /** It will not start any more. */
  forget(index: number): void {
    this.#capacity.give(index);
  }

  #need(index: number): Need {
    const { cpus = 1, memory = 0 } = this.#options.settings(index)?.resources ?? {};
    return { cpus, memory: memory * (this.#growth.get(index) ?? 1) };
  }

  begin(index: number): void {
    const { settings, clock, stop } = this.#options;
    const { timeout } = settings(index) ?? {};
    const late = (): void => {
      this.#late.add(index);
      stop(index);
    };
    const timer = timeout === undefined ? undefined : setTimeout(late, Math.min(timeout * 1000, longestMs));
    this.#late.delete(index);
    this.#running.set(index, { startedAt: clock.monotonic(), timer });
  }

  /** Seconds since it started. */
  seconds(index: number): number {
    return (this.#options.clock.monotonic() - (this.#running.get(index)?.startedAt ?? 0)) / 1000;
  }

  end(index: number): void {
    clearTimeout(this.#running.get(index)?.timer);
    this.#capacity.give(index);
  }

  /** What to say of a failure, and whether the file asks for another try. */
  judge(index: number, report: Extract<Report, { type: 'failed' }> | Death): Verdict {
    const settings = this.#options.settings(index);
    const late = this.#late.has(index);
    const message = late
      ? `it took longer than its timeout of ${settings?.timeout ?? 0} s, and was stopped`
      : report.message;
    const cause = late ? 'timeout' : report.cause;
    const { times = 0, on = [], backoff = 0 } = settings?.retry ?? {};
    const tried = this.#tries.get(index) ?? 0;
    const hopeless = cause === undefined || !on.includes(cause) || tried >= times;
    if (hopeless || this.#sameAgain(index, cause, message)) return { message, retryIn: undefined, of: '' };
    this.#tries.set(index, tried + 1);
    if (cause === 'oom') this.#growth.set(index, (this.#growth.get(index) ?? 1) * memoryGrowth);
    return {
      message,
      retryIn: Math.min(backoff * 1000 * 2 ** tried, longestMs),
      of: `${tried + 1} of ${times}`,
    };
  }

  /** Lets an instance start again after a pause. */
  later(index: number, milliseconds: number): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      this.#options.again(index);
    }, milliseconds);
    this.#waiting.add(timer);
  }

  /** No timer keeps the process alive, nobody is started again. */
  close(): void {
    for (const { timer } of this.#running.values()) clearTimeout(timer);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
  }

  /** A program that ends twice in the same way will do so a third time. */
  #sameAgain(index: number, cause: string, message: string): boolean {
    if (!cause.startsWith('exit:')) return false;
    const before = this.#lastExit.get(index);
    this.#lastExit.set(index, message);
    return before === message;
  }
}
