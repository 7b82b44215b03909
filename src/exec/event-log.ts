import { closeSync, fdatasync, fdatasyncSync, writeSync } from 'node:fs';
import type { LoggedEvent } from '../events/event.js';
import { openToAppend } from '../store/durable.js';
import { inWords } from '../store/errors.js';
import { failpoint, failpointsWatched } from '../store/failpoints.js';
import type { Clock } from './clock.js';

const progressEveryMs = 10_000;
const syncEveryMs = 1000;
/** Gathered before they are written, so that a hundred thousand hits do not fill the memory. */
const mostLines = 4096;

export interface EventLogOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Called once, when the log cannot be written any more; the run goes on without it. */
  readonly failed: (message: string) => void;
}

/**
 * events.jsonl: one line an event. Lines are gathered and written together at the end of each turn of the event loop,
 * and synced at most once a second, so that a run of many hits costs few system calls.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #file: number;
  readonly #progressAt = new Map<string, number>();
  #lines: string[] = [];
  #scheduled = false;
  #broken = false;
  #unsynced = false;
  /** Something is being computed: of a run that only looked nothing is lost with its log. */
  #matters = false;
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> | undefined;

  /** @throws StoreError when the file cannot be made. */
  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#file = openToAppend(options.path, 'ax');
  }

  append(event: LoggedEvent): void {
    if (this.#broken || this.#isTooSoon(event)) return;
    if (event.type === 'inst.start') this.#matters = true;
    this.#lines.push(`${JSON.stringify(event)}\n`);
    if (this.#lines.length >= mostLines) this.#write();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#write());
  }

  /** Writes and syncs the rest. */
  async close(): Promise<void> {
    this.#write();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#syncing;
    this.#attempt(() => {
      if (this.#unsynced) fdatasyncSync(this.#file);
    });
    closeSync(this.#file);
  }

  /** Progress comes several times a second; what is kept of it is for looking back. */
  #isTooSoon(event: LoggedEvent): boolean {
    if (event.type !== 'inst.progress') return false;
    const now = this.#options.clock.monotonic();
    if (now - (this.#progressAt.get(event.inst) ?? -Infinity) < progressEveryMs) return true;
    this.#progressAt.set(event.inst, now);
    return false;
  }

  #write(): void {
    this.#scheduled = false;
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#attempt(() => {
      for (let at = 0; at < bytes.length;) {
        // A crash may come between any two bytes; a test that wants one there gets it.
        const length = failpointsWatched() ? Math.ceil((bytes.length - at) / 2) : bytes.length - at;
        at += writeSync(this.#file, bytes, at, length);
        failpoint(at < bytes.length ? 'events.half-written' : 'events.written');
      }
      if (!this.#matters) return;
      this.#unsynced = true;
      this.#soon();
    });
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#sync(), syncEveryMs).unref();
  }

  /** In the background: a slow disk must not hold up the run. One at a time: the end waits for that one. */
  #sync(): void {
    this.#timer = undefined;
    if (!this.#unsynced || this.#broken) return;
    if (this.#syncing !== undefined) return this.#soon();
    this.#unsynced = false;
    this.#syncing = new Promise((resolve) => {
      fdatasync(this.#file, (error) => {
        if (error) this.#fail(error);
        this.#syncing = undefined;
        resolve();
      });
    });
  }

  #attempt(work: () => void): void {
    if (this.#broken) return;
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#broken) return;
    this.#broken = true;
    const words = inWords(error, this.#options.path, 0);
    this.#options.failed(
      `The event log is incomplete. ${words instanceof Error ? words.message : String(words)}`,
    );
  }
}
