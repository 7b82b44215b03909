import { Box, Text } from 'ink';
import type { RunningInstance } from '../events/run-state.js';
import { safeLine } from '../base/safe-text.js';
import { clock, metricOf, metricText, progressText } from '../events/words.js';
import { Hidden } from './hidden.js';
import type { Window } from './rows.js';

interface Props {
  readonly running: Window<RunningInstance>;
  readonly columns: number;
  /** Unix milliseconds. */
  readonly now: number;
}

/** One line a running instance: `imp.train[seed=1,k=4]  generation 120/300  test accuracy 0.812  0:12`. */
export function RunningList({ running, columns, now }: Props) {
  const { shown, hidden } = running;
  if (shown.length + hidden === 0) return null;
  const rows = shown.map((instance) => cellsOf(instance, now, columns >= 72));
  const widths = [0, 1, 2].map((cell) => Math.max(...rows.map(({ cells }) => cells[cell]?.length ?? 0)));
  return (
    <Box flexDirection="column" marginTop={1}>
      {rows.map(({ name, cells }) => (
        <Box key={name} columnGap={2}>
          <Box flexGrow={1}>
            <Text color="cyan" wrap="truncate-middle">
              {name}
            </Text>
          </Box>
          {cells.map((cell, position) => (
            <Box key={position} width={widths[position] ?? 0} flexShrink={0} justifyContent="flex-end">
              <Text wrap="truncate">{cell}</Text>
            </Box>
          ))}
        </Box>
      ))}
      <Hidden count={hidden} what="running" />
    </Box>
  );
}

/** On a narrow terminal the numbers stay and their names go. */
function cellsOf(instance: RunningInstance, now: number, wide: boolean): { name: string; cells: string[] } {
  const { progress } = instance;
  const short = progress === undefined ? '' : `${progress.done}/${progress.total}`;
  const cells = wide
    ? [progressText(progress), metricText(progress), clock(now - instance.startedAt)]
    : [short, metricOf(progress)?.value ?? ''];
  return { name: safeLine(instance.inst), cells: cells.map(safeLine) };
}
