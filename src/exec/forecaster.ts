import type { Clock } from './clock.js';
import { forecast, remainingWork } from './estimate.js';
import type { Links } from './graph.js';
import { WallTimes } from './wall-times.js';

export interface ForecasterOptions {
  /** A disposable file in the store, where measured times are kept from run to run. */
  readonly path: string;
  /** Stage type of each instance. */
  readonly types: readonly string[];
  readonly producers: Links;
  readonly slots: number;
  readonly clock: Clock;
}

interface Running {
  readonly seconds: number;
  readonly total: number;
}

const forecastEveryMs = 2000;
/** What an instance is taken to cost where nothing is known. */
const usualSeconds = 1;
/** Of what is left nothing need be known of one in so many: the figure at the end of a first run is not waited for. */
const knownForOneUnknown = 10;

/** What instances cost: first for their order, then for the time left. */
export class Forecaster {
  readonly #options: ForecasterOptions;
  readonly #times: WallTimes;
  readonly #running = new Map<number, Running>();
  #lastAt = -Infinity;

  constructor(options: ForecasterOptions) {
    this.#options = options;
    this.#times = new WallTimes(options.path);
  }

  /** Seconds for each instance. */
  costs(): Float64Array {
    return Float64Array.from(this.#options.types, (type) => this.#times.seconds(type) ?? usualSeconds);
  }

  /** How far an instance is: after `seconds` it has done `done` of `total`. */
  progress(index: number, { seconds, done, total }: { seconds: number; done: number; total: number }): void {
    if (done > 0) this.#running.set(index, { seconds, total: (seconds * total) / done });
  }

  /** @param seconds what it took, now or when it was made. */
  ended(index: number, seconds: number | undefined): void {
    this.#running.delete(index);
    if (seconds !== undefined) this.#times.learn(this.#options.types[index]!, seconds);
  }

  /** Seconds until the end, from time to time and only when something is known of nearly everything that is left. */
  due(hasEnded: (index: number) => boolean): number | undefined {
    const { types, producers, slots, clock } = this.#options;
    if (clock.monotonic() - this.#lastAt < forecastEveryMs) return undefined;
    const expected = this.#expected();
    const left = new Float64Array(types.length);
    let [known, unknown] = [0, 0];
    for (let index = 0; index < left.length; index++) {
      if (hasEnded(index)) continue;
      const running = this.#running.get(index);
      const cost = running ? running.total - running.seconds : expected.get(types[index]!);
      if (cost === undefined) unknown++;
      else known++;
      left[index] = Math.max(0, cost ?? usualSeconds);
    }
    if (unknown * knownForOneUnknown > known) return undefined;
    this.#lastAt = clock.monotonic();
    return forecast(remainingWork(producers, left), slots);
  }

  save(): void {
    this.#times.save();
  }

  /** By stage type: what runs now says more about this run than what ran before. */
  #expected(): Map<string, number> {
    const expected = new Map<string, number>();
    for (const type of new Set(this.#options.types)) {
      const seconds = this.#times.seconds(type);
      if (seconds !== undefined) expected.set(type, seconds);
    }
    for (const [index, { total }] of this.#running) expected.set(this.#options.types[index]!, total);
    return expected;
  }
}
