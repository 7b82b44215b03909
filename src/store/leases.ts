import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { createFile, ensureFolder, linkFirst } from './durable.js';
import { failpoint } from './failpoints.js';
import type { Layout } from './layout.js';
import { readLease, type LeaseHolder, type SeenLease } from './lease-file.js';
import { isAlive, ownIdentity } from './process-identity.js';
import { openStaging, type Staging } from './staging.js';

/** `mine`: go ahead. Else somebody else is at it; `holder` is unknown when their lease cannot be read. */
export type Taken =
  { readonly mine: true } | { readonly mine: false; readonly holder: LeaseHolder | undefined };

export interface LeaseOptions {
  readonly layout: Layout;
  readonly run: string;
  /** Milliseconds, never backwards. */
  readonly monotonic: () => number;
}

/** How often whoever holds leases says that it lives. */
export const heartbeatMs = 10_000;
/** A lease that did not change for so long, as the observer sees it, belongs to nobody. */
export const staleMs = 60_000;

/**
 * Says who computes what, so that two clients of one store need not do the same work. Advisory: results are right
 * without, because publishing has one winner. So whatever goes wrong here means: go ahead.
 */
export class Leases {
  readonly #options: LeaseOptions;
  readonly #held = new Map<string, string>();
  /** Leases of others: when this process saw their present state first. No two machines' clocks are compared. */
  readonly #watched = new Map<string, { readonly mark: string; readonly since: number }>();
  #staging: Staging | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Takes the lease of a key unless somebody who lives has it. */
  take(key: string, instance: string): Taken {
    try {
      return this.#take(key, instance);
    } catch {
      return { mine: true };
    }
  }

  /** True when somebody who seems to live computes the key. */
  heldElsewhere(key: string): boolean {
    const seen = this.#look(key);
    return seen !== undefined && !this.#isStale(key, seen);
  }

  /** Whether anybody has said to be computing the key and not that it is over: also who died meanwhile. */
  isHeld(key: string): boolean {
    return this.#look(key) !== undefined;
  }

  /** The work is done, or given up. */
  release(key: string): void {
    const token = this.#held.get(key);
    this.#held.delete(key);
    // It may have been taken over while this process was asleep: then it is not ours to remove.
    if (token === undefined || this.#look(key)?.holder?.token !== token) return;
    rmSync(this.#options.layout.lease(key), { force: true });
    failpoint('lease.released');
  }

  /** To be called every `heartbeatMs`. */
  beat(): void {
    for (const [key, token] of this.#held) {
      if (this.#look(key)?.holder?.token === token) touchNow(this.#options.layout.lease(key));
      else this.#held.delete(key);
    }
  }

  close(): void {
    for (const key of [...this.#held.keys()]) this.release(key);
    this.#staging?.remove();
  }

  #take(key: string, instance: string): Taken {
    const { layout, run } = this.#options;
    const path = layout.lease(key);
    const token = randomBytes(8).toString('hex');
    this.#staging ??= openStaging(layout);
    const temporary = this.#staging.next();
    const lease: LeaseHolder = { token, ...ownIdentity(), run, instance };
    createFile(temporary, Buffer.from(`${JSON.stringify(lease)}\n`));
    failpoint('lease.written');
    try {
      ensureFolder(dirname(path), new Set());
      // More rounds than one only while others come and go at this very moment.
      for (let round = 0; round < 5; round++) {
        if (linkFirst(temporary, path)) {
          this.#held.set(key, token);
          this.#watched.delete(key);
          failpoint('lease.taken');
          return { mine: true };
        }
        const seen = this.#look(key);
        if (!seen) continue;
        if (!this.#isStale(key, seen)) return { mine: false, holder: seen.holder };
        this.#steal(path, seen);
      }
      return { mine: true };
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Of several who find a lease stale each moves what lies there aside; whoever moved a newer one puts it back. */
  #steal(path: string, seen: SeenLease): void {
    const aside = this.#staging!.next();
    renameSync(path, aside);
    failpoint('lease.stolen');
    const moved = readLease(aside);
    if (moved !== undefined && moved.holder?.token !== seen.holder?.token) linkFirst(aside, path);
    rmSync(aside, { force: true });
  }

  #look(key: string): SeenLease | undefined {
    return readLease(this.#options.layout.lease(key));
  }

  #isStale(key: string, { holder, mark }: SeenLease): boolean {
    if (holder && isAlive(holder) === false) return true;
    const now = this.#options.monotonic();
    const before = this.#watched.get(key);
    if (before?.mark !== mark) {
      this.#watched.set(key, { mark, since: now });
      return false;
    }
    // Also of a process that lives but was stopped, as by Ctrl-Z: nobody knows for how long.
    return now - before.since >= staleMs;
  }
}

function touchNow(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Removed at this very moment.
  }
}
