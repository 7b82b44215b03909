import { totalmem } from 'node:os';

/** What an instance occupies while it runs. */
export interface Need {
  /** Slots. */
  readonly cpus: number;
  /** Bytes; 0 where nothing is said. */
  readonly memory: number;
}

/** The memory that processes of this machine or container may use together, in bytes. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** What did not fit for so long gets the next room, however much smaller others are. */
const longestWaitMs = 60_000;

/** Keeps count of what runs. Who asks for more than there is gets all of it, and runs alone. */
export class Capacity {
  readonly #slots: number;
  readonly #memory: number;
  readonly #running = new Map<number, number>();
  /** Since when those that did not fit have waited, the longest first. */
  readonly #refused = new Map<number, number>();

  constructor(slots: number, memory: number) {
    this.#slots = slots;
    this.#memory = memory;
  }

  /** The need as far as it can be met at all. */
  within({ cpus, memory }: Need): Need {
    return { cpus: Math.min(cpus, this.#slots), memory: Math.min(memory, this.#memory) };
  }

  /**
   * Whether an instance may start: there is room beside what runs already, and nobody larger has waited too long for it.
   *
   * @param now milliseconds of a monotonic clock.
   */
  offers(
    index: number,
    need: Need,
    { freeSlots, now }: { readonly freeSlots: number; readonly now: number },
  ): boolean {
    const { cpus, memory } = this.within(need);
    if (cpus > freeSlots || this.#used() + memory > this.#memory) {
      if (!this.#refused.has(index)) this.#refused.set(index, now);
      return false;
    }
    const [first] = this.#refused;
    return first === undefined || first[0] === index || now - first[1] < longestWaitMs;
  }

  take(index: number, need: Need): void {
    this.#refused.delete(index);
    this.#running.set(index, this.within(need).memory);
  }

  /** It has ended, or will never start. */
  give(index: number): void {
    this.#refused.delete(index);
    this.#running.delete(index);
  }

  #used(): number {
    let sum = 0;
    for (const memory of this.#running.values()) sum += memory;
    return sum;
  }
}
