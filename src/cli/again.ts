import type { PlanOptions } from './plan-options.js';

/** The command that computes these stages or addresses of a file with the same values: to be copied to a shell. */
export const runCommandText = (file: string, targets: readonly string[], options: PlanOptions): string =>
  commandText(['run', file, ...targets], options);

/** A command with the same values. */
export function commandText(
  command: readonly string[],
  { preset, params, overrides, store }: PlanOptions,
): string {
  const words = [
    ...['ticketlab', ...command],
    ...(preset === undefined ? [] : ['--preset', preset]),
    ...(params === undefined ? [] : ['--params', params]),
    ...overrides.flatMap((override) => ['-P', override]),
    ...(store === undefined ? [] : ['--store', store]),
  ];
  return words.map(shellWord).join(' ');
}

/** A word as a shell reads it as one. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
