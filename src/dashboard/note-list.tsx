import { Box, Text } from 'ink';
import { Hidden } from './hidden.js';
import type { Window } from './rows.js';
import type { Note } from './view.js';

const colors = {
  notice: 'yellow',
  failed: 'red',
  message: 'red',
  warning: 'yellow',
  log: undefined,
  result: undefined,
} as const;

/** What is to be said now, what was written, what failed and what it said, warnings: lines that the view has cut to the width. */
export function NoteList({ notes }: { readonly notes: Window<Note> }) {
  if (notes.shown.length + notes.hidden === 0) return null;
  return (
    <Box flexDirection="column" marginTop={1}>
      {notes.shown.map(({ kind, text }, position) => {
        const color = colors[kind];
        return (
          <Text
            key={position}
            wrap={kind === 'result' ? 'truncate-middle' : 'truncate'}
            bold={kind === 'failed'}
            dimColor={kind === 'log'}
            {...(color === undefined ? {} : { color })}
          >
            {text}
          </Text>
        );
      })}
      <Hidden count={notes.hidden} what="lines" />
    </Box>
  );
}
