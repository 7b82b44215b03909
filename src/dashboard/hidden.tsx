import { Text } from 'ink';

/** The last line of a list that does not fit: `… and 12 more stages`. */
export function Hidden({ count, what }: { readonly count: number; readonly what: string }) {
  return count === 0 ? null : <Text dimColor wrap="truncate">{`… and ${count} more ${what}`}</Text>;
}
