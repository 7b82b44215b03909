import type { LeaseHolder } from '../store/lease-file.js';
import { heartbeatMs, Leases } from '../store/leases.js';
import { absencePatience } from '../store/patience.js';
import { LiveMark } from '../store/run-folder.js';
import type { Store } from '../store/store.js';
import type { Clock } from './clock.js';

export interface NeighbourOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly run: string;
  /** The run's folder in the store. */
  readonly folder: string;
  /** The one who computed an instance is done with it, or gone. */
  readonly free: (index: number) => void;
  /** Milliseconds before it is believed that somebody who ended left no result; as the store's file system needs. */
  readonly patience?: number | undefined;
}

/** An instance that somebody else computes. */
interface Waiting {
  readonly key: string;
  /** When it was first seen that they had ended, by the monotonic clock. */
  ended?: number;
}

/** `theirs`: somebody else is computing it; `free` will be called. `done`: somebody else did a moment ago. */
export type Turn =
  | { readonly kind: 'start' }
  | { readonly kind: 'done' }
  | { readonly kind: 'theirs'; readonly holder: LeaseHolder | undefined };

/** How often it is looked whether others are done. */
const lookEveryMs = 250;

/** The other clients of the store: what they compute is waited for instead of being computed twice. */
export class Neighbours {
  readonly #options: NeighbourOptions;
  readonly #leases: Leases;
  readonly #waiting = new Map<number, Waiting>();
  readonly #patience: number;
  /** Of whom it was looked once more whether they are done: for some that never helps. */
  readonly #rechecked = new Set<number>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #mark: LiveMark;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: NeighbourOptions) {
    this.#options = options;
    const { store, clock, run, folder } = options;
    this.#leases = new Leases({ layout: store.layout, run, monotonic: () => clock.monotonic() });
    this.#mark = new LiveMark(folder);
    this.#patience = options.patience ?? absencePatience(store.layout.root);
    this.#heartbeat = setInterval(() => {
      this.#leases.beat();
      this.#mark.beat();
    }, heartbeatMs).unref();
  }

  /** Takes an instance on, unless somebody else has done so. @param forced it is wanted whatever others have. */
  take({ index, id }: { readonly index: number; readonly id: string }, key: string, forced: boolean): Turn {
    const taken = this.#leases.take(key, id);
    if (!taken.mine) {
      this.#waiting.set(index, { key });
      this.#looking ??= setInterval(() => this.#look(), lookEveryMs);
      return { kind: 'theirs', holder: taken.holder };
    }
    if (forced || this.#rechecked.has(index) || !this.#options.store.find(key).hit) return { kind: 'start' };
    this.#rechecked.add(index);
    this.#leases.release(key);
    return { kind: 'done' };
  }

  done(key: string): void {
    this.#leases.release(key);
  }

  /** Nobody waits for others any more. */
  stopWaiting(): void {
    this.#waiting.clear();
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  close(): void {
    this.stopWaiting();
    clearInterval(this.#heartbeat);
    this.#leases.close();
    this.#mark.remove();
  }

  #look(): void {
    for (const [index, waiting] of [...this.#waiting]) {
      if (this.#leases.heldElsewhere(waiting.key) || this.#mayAppear(waiting)) continue;
      this.#waiting.delete(index);
      this.#options.free(index);
    }
    if (this.#waiting.size === 0) this.stopWaiting();
  }

  /** Whether a result may only not be seen yet: whoever ended well, and not by dying, took their lease back. */
  #mayAppear(waiting: Waiting): boolean {
    const { store, clock } = this.#options;
    store.refresh(waiting.key);
    if (this.#patience === 0 || this.#leases.isHeld(waiting.key) || store.find(waiting.key).hit) return false;
    waiting.ended ??= clock.monotonic();
    return clock.monotonic() - waiting.ended < this.#patience;
  }
}
