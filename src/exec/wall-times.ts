import { readFileSync } from 'node:fs';
import { replaceFile } from '../store/durable.js';

interface Mean {
  readonly seconds: number;
  readonly count: number;
}

/** Old measurements fade, as parameters change from run to run. */
const memory = 20;

/** What stage types cost, learned from what ran. Guides order and forecasts only; losing it loses nothing else. */
export class WallTimes {
  readonly #path: string;
  readonly #means: Map<string, Mean>;
  #changed = false;

  /** @param path a disposable file in the store. */
  constructor(path: string) {
    this.#path = path;
    this.#means = load(path);
  }

  /** Mean seconds of a stage type, or undefined when none is known to have run. */
  seconds(type: string): number | undefined {
    return this.#means.get(type)?.seconds;
  }

  learn(type: string, seconds: number): void {
    const { seconds: mean, count } = this.#means.get(type) ?? { seconds: 0, count: 0 };
    const weight = Math.min(count + 1, memory);
    this.#means.set(type, { seconds: mean + (seconds - mean) / weight, count: weight });
    this.#changed = true;
  }

  save(): void {
    if (!this.#changed) return;
    try {
      replaceFile(this.#path, JSON.stringify(Object.fromEntries(this.#means)));
    } catch {
      // The next run guesses as this one did.
    }
  }
}

function load(path: string): Map<string, Mean> {
  const means = new Map<string, Mean>();
  try {
    for (const [type, mean] of Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Mean>))
      if (Number.isFinite(mean.seconds) && Number.isFinite(mean.count)) means.set(type, mean);
  } catch {
    // Nothing is known yet.
  }
  return means;
}
