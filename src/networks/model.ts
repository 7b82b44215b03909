import type { Network } from './network.js';

/** Parameters of a model as they stand in a file: JSON that nobody has looked at yet, without the key `model`. */
export type RawFields = Readonly<Record<string, unknown>>;

/**
 * A family of networks: what its parameters are and how they become layers. `Fields` is plain JSON and, together
 * with the key `model`, identifies the network for ever: it is written into the header of every tensor file.
 */
export interface Model<Fields> {
  /** One sentence for lists and help texts. */
  readonly summary: string;
  /** The names of the parameters, all of them required: any other key is an error. */
  readonly fields: readonly (keyof Fields & string)[];
  /** What is wrong with the values, in words for a user ("layers must be ..."), or undefined. */
  problem(fields: RawFields): string | undefined;
  /** Only called when `problem` has found nothing. */
  build(fields: Fields): Network;
}

/** The problem of a parameter that has to be an integer from `from` to `to`, or undefined. */
export function integerProblem(name: string, value: unknown, [from, to]: readonly [number, number]) {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
  return fits ? undefined : `${name} must be an integer from ${from} to ${to}, not ${inWords(value)}`;
}

/** A short form of any value for a message. */
export function inWords(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
