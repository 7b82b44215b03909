import { Text } from 'ink';
import type { DefinitionCounts } from '../events/run-state.js';

interface Props {
  readonly done: number;
  readonly total: number;
  /** Characters. */
  readonly width: number;
  readonly failed?: boolean;
}

/** Instances that somebody looked into: those that were skipped or cancelled are still to be done. */
export function doneOf({ hit, ran, failed }: Omit<DefinitionCounts, 'definition'>): number {
  return hit + ran + failed;
}

/** `━━━━━━────`: full only when all is done, empty only when nothing is. */
export function Bar({ done, total, width, failed = false }: Props) {
  const filled = filledCells(done, total, width);
  return (
    <Text wrap="truncate">
      <Text color={failed ? 'red' : 'green'}>{'━'.repeat(filled)}</Text>
      <Text dimColor>{'─'.repeat(width - filled)}</Text>
    </Text>
  );
}

function filledCells(done: number, total: number, width: number): number {
  if (done <= 0) return 0;
  if (done >= total) return width;
  return Math.min(width - 1, Math.max(1, Math.floor((done / total) * width)));
}
