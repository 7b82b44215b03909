import type { Ending } from '../events/event.js';
import type { KnownResult } from '../store/packed-results.js';
import type { Outputs } from '../store/record.js';
import type { Computation, Decision } from './decide.js';
import { dependantsOf, linksOf, type Links } from './graph.js';
import { ReadyHeap } from './heap.js';

/** What is told of an instance when it ends. */
export interface EndDetails {
  readonly key?: string;
  readonly seconds?: number;
  readonly message?: string;
  readonly log?: readonly string[];
  /** Of a hit that the store already had: what it took to make. */
  readonly madeIn?: number;
}

export interface BoardOptions {
  /** Ids for messages. */
  readonly ids: readonly string[];
  readonly producers: Links;
  readonly ranks: Float64Array;
  readonly decide: (index: number, known: (index: number) => Outputs | undefined) => Decision;
  readonly ended: (index: number, how: Ending, details: EndDetails) => void;
}

/** `elsewhere`: another client of the store is computing it. */
type State = 'waiting' | 'ready' | 'following' | 'elsewhere' | 'running' | 'ended';

/** Looking further for something that fits would cost more than it brings. */
const mostPassed = 64;

/**
 * Who may start, who waits for whom, how each instance ended. Knows no processes, files or time: the run tells it what
 * happened and asks it what to start.
 */
export class Board {
  readonly #options: BoardOptions;
  readonly #dependants: Links;
  readonly #state: State[];
  readonly #how: (Ending | undefined)[];
  readonly #results: (KnownResult | undefined)[];
  readonly #computations: (Computation | undefined)[] = [];
  /** How many producers have no outputs yet. */
  readonly #pending: Int32Array;
  readonly #ready: ReadyHeap;
  /** Key -> the instance that computes it, and those that get its result. */
  readonly #leaders = new Map<string, { readonly index: number; readonly followers: number[] }>();
  /** When an instance last started or was reopened: counts both, to tell which came first. */
  readonly #startedAt: number[] = [];
  readonly #reopenedAt = new Map<number, number>();
  readonly #known = (index: number): Outputs | undefined => this.#results[index]?.outputs;
  #tick = 0;
  #undecided: number[] = [];
  #open: number;

  constructor(options: BoardOptions) {
    this.#options = options;
    const { ids, producers, ranks } = options;
    this.#dependants = dependantsOf(producers);
    this.#state = ids.map(() => 'waiting');
    this.#how = ids.map(() => undefined);
    this.#results = ids.map(() => undefined);
    this.#pending = Int32Array.from(
      ids,
      (_, index) => producers.starts[index + 1]! - producers.starts[index]!,
    );
    this.#ready = new ReadyHeap(ranks);
    this.#open = ids.length;
  }

  /** Decides everything that can be decided at once: with everything cached that is all there is to do. */
  begin(): void {
    this.#pending.forEach((count, index) => {
      if (count === 0) this.#undecided.push(index);
    });
    this.#settle();
  }

  /** Instances that have not ended. */
  get open(): number {
    return this.#open;
  }

  /** The result of an instance, however it came to be there. */
  made(index: number): KnownResult | undefined {
    return this.#results[index];
  }

  how(index: number): Ending | undefined {
    return this.#how[index];
  }

  /** How many instances ended in which way. */
  counts(): Record<Ending, number> {
    const counts = { hit: 0, ran: 0, failed: 0, skipped: 0, cancelled: 0 };
    for (const how of this.#how) if (how) counts[how]++;
    return counts;
  }

  isRunning(index: number): boolean {
    return this.#state[index] === 'running';
  }

  /**
   * Takes the ready instance with the highest rank.
   *
   * @param fits whether there is room for it: of those that stand first, some may be passed over.
   */
  start(
    fits: (index: number) => boolean = () => true,
  ): { readonly index: number; readonly computation: Computation } | undefined {
    const passed: number[] = [];
    let started: { index: number; computation: Computation } | undefined;
    while (started === undefined && passed.length < mostPassed) {
      const index = this.#ready.pop();
      if (index === undefined) break;
      const computation = this.#computations[index];
      // What was withdrawn since it became ready is dropped.
      if (this.#state[index] !== 'ready' || !computation) continue;
      if (fits(index)) started = { index, computation };
      else passed.push(index);
    }
    for (const index of passed) this.#ready.push(index);
    if (started === undefined) return undefined;
    this.#state[started.index] = 'running';
    this.#startedAt[started.index] = this.#tick++;
    return started;
  }

  /** What was just started is being computed by another client: it is nobody's turn until `look` is called. */
  leave(index: number): void {
    this.#state[index] = 'elsewhere';
  }

  /** The other client may be done, or gone: the instance is decided again. */
  look(index: number): void {
    if (this.#state[index] !== 'elsewhere') return;
    for (const follower of this.#release(index)) this.#reconsider(follower);
    this.#reconsider(index);
    this.#settle();
  }

  ran(index: number, outputs: Outputs, details: EndDetails & { readonly key: string }): void {
    const followers = this.#release(index);
    const { key, seconds = 0 } = details;
    const result: KnownResult = { key, outputs, seconds };
    this.#results[index] = result;
    this.#end(index, 'ran', details);
    for (const follower of followers) {
      this.#results[follower] = result;
      this.#end(follower, 'hit', { key });
    }
    this.#settle();
  }

  failed(index: number, details: EndDetails): void {
    const followers = this.#release(index);
    this.#end(index, 'failed', details);
    const id = this.#options.ids[index]!;
    const key = details.key === undefined ? {} : { key: details.key };
    for (const follower of followers)
      this.#end(follower, 'failed', { ...key, message: `the same computation as ${id}, which failed` });
    this.#settle();
  }

  /**
   * A running instance could not read an object: whoever made the object runs again, and so does the instance then.
   *
   * @returns the producers that run again; undefined when that did not help, and the instance must fail.
   */
  lost(index: number, sha256: string): readonly number[] | undefined {
    const producers = [...linksOf(this.#options.producers, index)];
    const makers = producers.filter((producer) => this.#made(producer, sha256));
    const since = (maker: number): number => this.#reopenedAt.get(maker) ?? -1;
    if (makers.some((maker) => this.#reopenedAt.has(maker) && since(maker) < this.#startedAt[index]!))
      return undefined;
    if (makers.length === 0 && this.#pending[index] === 0) return undefined;
    // One that was reopened while this instance ran has made the object anew since.
    const again = makers.filter((maker) => !this.#reopenedAt.has(maker));
    for (const follower of this.#release(index)) this.#reconsider(follower);
    for (const maker of again) this.#reopen(maker);
    this.#reconsider(index);
    this.#settle();
    return again;
  }

  /** An ended instance whose outputs are lost runs again. @returns false when that was tried before. */
  reopen(index: number): boolean {
    if (this.#reopenedAt.has(index)) return false;
    this.#reopen(index);
    this.#settle();
    return true;
  }

  /** Ends everything that has not started. */
  withdraw(how: 'skipped' | 'cancelled', message: string): void {
    this.#state.forEach((state, index) => {
      if (state !== 'running' && state !== 'ended') this.#end(index, how, { message });
    });
  }

  cancelled(index: number): void {
    this.#release(index);
    this.#end(index, 'cancelled', {});
  }

  #reopen(index: number): void {
    this.#reopenedAt.set(index, this.#tick++);
    this.#open++;
    this.#how[index] = undefined;
    this.#results[index] = undefined;
    for (const dependant of linksOf(this.#dependants, index)) {
      this.#pending[dependant]!++;
      if (this.#state[dependant] !== 'ready' && this.#state[dependant] !== 'elsewhere') continue;
      for (const follower of this.#release(dependant)) this.#reconsider(follower);
      this.#state[dependant] = 'waiting';
    }
    this.#reconsider(index);
  }

  #made(producer: number, sha256: string): boolean {
    return Object.values(this.#results[producer]?.outputs ?? {}).some((ref) => ref.sha256 === sha256);
  }

  #reconsider(index: number): void {
    this.#state[index] = 'waiting';
    if (this.#pending[index] === 0) this.#undecided.push(index);
  }

  /** Decides what can be decided; that may make more decidable, which joins the end of the list. */
  #settle(): void {
    for (let at = 0; at < this.#undecided.length; at++) {
      const index = this.#undecided[at]!;
      if (this.#state[index] === 'waiting' && this.#pending[index] === 0) this.#decide(index);
    }
    this.#undecided = [];
  }

  #decide(index: number): void {
    const decision = this.#options.decide(index, this.#known);
    if (decision.verdict === 'hit') {
      this.#results[index] = decision.result;
      this.#end(index, 'hit', { key: decision.key, madeIn: decision.result.seconds });
    } else if (decision.verdict === 'run') this.#enqueue(index, decision.computation);
    else this.#end(index, 'failed', { message: decision.reason });
  }

  #enqueue(index: number, computation: Computation): void {
    const leader = this.#leaders.get(computation.key);
    this.#computations[index] = computation;
    if (leader) {
      leader.followers.push(index);
      this.#state[index] = 'following';
      return;
    }
    this.#leaders.set(computation.key, { index, followers: [] });
    this.#state[index] = 'ready';
    this.#ready.push(index);
  }

  /** An instance computes its key no longer. @returns those that waited for its result. */
  #release(index: number): readonly number[] {
    const key = this.#computations[index]?.key;
    const leader = key === undefined ? undefined : this.#leaders.get(key);
    if (key === undefined || leader?.index !== index) return [];
    this.#leaders.delete(key);
    return leader.followers.filter((follower) => this.#state[follower] === 'following');
  }

  #end(index: number, how: Ending, details: EndDetails): void {
    this.#state[index] = 'ended';
    this.#how[index] = how;
    this.#open--;
    this.#options.ended(index, how, details);
    const { starts, others } = this.#dependants;
    if (how === 'hit' || how === 'ran')
      for (let at = starts[index]!; at < starts[index + 1]!; at++) {
        const dependant = others[at]!;
        if (--this.#pending[dependant]! === 0) this.#undecided.push(dependant);
      }
    else if (how === 'failed') this.#skipBelow(index);
  }

  #skipBelow(cause: number): void {
    const message = `not started, because ${this.#options.ids[cause]!} failed`;
    const below = [...linksOf(this.#dependants, cause)];
    for (let index = below.pop(); index !== undefined; index = below.pop()) {
      const state = this.#state[index];
      if (state === 'ended' || state === 'running') continue;
      for (const follower of this.#release(index)) this.#reconsider(follower);
      this.#end(index, 'skipped', { message });
      below.push(...linksOf(this.#dependants, index));
    }
  }
}
