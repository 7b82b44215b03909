import { InvalidArgumentError } from 'commander';

/** An option that may be repeated. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** A path that is empty, as that of a variable which is not set, would mean the folder that one is in. */
export function path(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
}
