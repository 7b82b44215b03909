import { Text } from 'ink';
import type { DefinitionCounts } from '../events/run-state.js';

type Field = Exclude<keyof DefinitionCounts, 'definition' | 'total'>;

/** Most pressing first: on a narrow terminal the end is cut off. */
const shown: readonly (readonly [Field, string])[] = [
  ['failed', 'red'],
  ['running', 'cyan'],
  ['hit', 'green'],
  ['ran', 'green'],
  ['skipped', 'yellow'],
  ['cancelled', 'yellow'],
];

/** `1 failed, 2 running, 12 hit, 3 ran`: the counts that are not zero. */
export function Counts({ counts }: { readonly counts: Readonly<Record<Field, number>> }) {
  const parts = shown.filter(([field]) => counts[field] > 0);
  return (
    <Text wrap="truncate">
      {parts.map(([field, color], position) => (
        <Text key={field}>
          {position > 0 ? ', ' : ''}
          <Text color={color}>
            {counts[field]} {field}
          </Text>
        </Text>
      ))}
    </Text>
  );
}
