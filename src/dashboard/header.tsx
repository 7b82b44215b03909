import { Box, Text } from 'ink';
import { Bar, doneOf } from './bar.js';
import { Counts } from './counts.js';
import type { DashboardView } from './view.js';

/** Two lines: which run and its time; how far all of it is. */
export function Header({
  title,
  time,
  totals,
  columns,
}: Omit<DashboardView, 'definitions' | 'running' | 'notes'>) {
  const done = doneOf(totals);
  const barWidth = columns >= 60 ? 20 : 0;
  return (
    <>
      <Box justifyContent="space-between" columnGap={2}>
        <Text bold wrap="truncate">
          {title}
        </Text>
        <Box flexShrink={0}>
          <Text wrap="truncate">{time}</Text>
        </Box>
      </Box>
      <Box columnGap={2}>
        {barWidth > 0 && <Bar done={done} total={totals.total} width={barWidth} failed={totals.failed > 0} />}
        <Box flexShrink={0}>
          <Text>{`${done}/${totals.total}`}</Text>
        </Box>
        <Counts counts={totals} />
      </Box>
    </>
  );
}
