import { Box, Text } from 'ink';
import type { DefinitionCounts } from '../events/run-state.js';
import { safeLine } from '../base/safe-text.js';
import { Bar, doneOf } from './bar.js';
import { Counts } from './counts.js';
import { Hidden } from './hidden.js';
import type { Window } from './rows.js';

interface Props {
  readonly definitions: Window<DefinitionCounts>;
  readonly columns: number;
}

/** One line a stage definition: `imp.train  14/30  ━━━━━─────  1 failed, 2 running, 2 hit, 9 ran`. */
export function DefinitionList({ definitions, columns }: Props) {
  const { shown, hidden } = definitions;
  if (shown.length + hidden === 0) return null;
  const longest = Math.max(0, ...shown.map(({ definition }) => safeLine(definition).length));
  const nameWidth = Math.min(longest, Math.floor(columns * 0.4));
  const doneWidth = Math.max(0, ...shown.map((counts) => doneText(counts).length));
  const barWidth = columns >= 60 ? 20 : 6;
  return (
    <Box flexDirection="column" marginTop={1}>
      {shown.map((counts) => (
        <Box key={counts.definition} columnGap={2}>
          <Box width={nameWidth} flexShrink={0}>
            <Text wrap="truncate-middle">{safeLine(counts.definition)}</Text>
          </Box>
          <Box width={doneWidth} flexShrink={0} justifyContent="flex-end">
            <Text>{doneText(counts)}</Text>
          </Box>
          <Box width={barWidth} flexShrink={0}>
            <Bar done={doneOf(counts)} total={counts.total} width={barWidth} failed={counts.failed > 0} />
          </Box>
          <Counts counts={counts} />
        </Box>
      ))}
      <Hidden count={hidden} what="stages" />
    </Box>
  );
}

function doneText(counts: DefinitionCounts): string {
  return `${doneOf(counts)}/${counts.total}`;
}
