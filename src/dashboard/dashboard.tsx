import { Box, Text } from 'ink';
import { DefinitionList } from './definition-list.js';
import { Header } from './header.js';
import { NoteList } from './note-list.js';
import { RunningList } from './running-list.js';
import type { DashboardView } from './view.js';

/** The whole screen of a run. */
export function Dashboard({ view }: { readonly view: DashboardView }) {
  const { columns, definitions, running, notes, now, summary } = view;
  return (
    <Box flexDirection="column" width={columns}>
      <Header {...view} />
      <DefinitionList definitions={definitions} columns={columns} />
      <RunningList running={running} columns={columns} now={now} />
      <NoteList notes={notes} />
      {summary.length > 0 && (
        <Box marginTop={1}>
          <Text bold color={view.totals.failed > 0 ? 'red' : 'green'}>
            {summary.join('\n')}
          </Text>
        </Box>
      )}
    </Box>
  );
}
