import type { Json } from '../base/json.js';
import type { Coords } from '../pipeline/plan.js';
import type { Outputs, ResultRecord } from '../store/record.js';

/** Where one row of an input comes from: an output of another subject, by position. */
export interface SubjectSource {
  readonly from: number;
  readonly output: string;
  /** Of a gathered row. */
  readonly coords?: Coords;
}

export type KeyParts = Readonly<Record<string, Json>>;

/** An instance of a plan as it stands now, with all that is known of its key. */
export interface Subject {
  readonly id: string;
  readonly definition: string;
  readonly coords: Coords;
  /** Stage type. */
  readonly type: string;
  /** `waits`: an input is not known before something else has run. `blocked`: something from outside is missing. */
  readonly verdict: 'hit' | 'run' | 'waits' | 'blocked';
  readonly reason: string;
  /** It has a result, of which something is gone or damaged. */
  readonly heals: boolean;
  /** Undefined while an input is not known. */
  readonly key: string | undefined;
  /** What the key is made of; in `in` only the inputs that are known. */
  readonly K: KeyParts;
  readonly sources: Readonly<Record<string, readonly SubjectSource[]>>;
  /** All parameters, with defaults filled in. */
  readonly params: Readonly<Record<string, Json>>;
  /** The defaults of its parameters, which keys leave out. */
  readonly defaults: Readonly<Record<string, Json>>;
  /** Where its files from outside lie, by the names that the stage gives them; as far as they are there. */
  readonly files: Readonly<Record<string, string>>;
  /** Of a hit. */
  readonly outputs: Outputs | undefined;
  /** Of a hit: reads it. Undefined when the record alone is gone. */
  readonly record: () => ResultRecord | undefined;
}
