// Writes the generated parts of docs/reference.md, between its marks, from the emitted schemas, the built commands and the
// events;
// with --check it only compares, and fails when the page is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { commandSections } from './reference/commands.mjs';
import { eventTable } from './reference/events.mjs';
import { mappings } from './reference/mappings.mjs';
import { stageType } from './reference/stage-types.mjs';
import { code } from './reference/tables.mjs';

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const page = join(root, 'docs/reference.md');
const readJson = (file) => JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8'));
const pipeline = readJson('pipeline.schema.json');
const { createProgram } = await import(join(root, 'dist/src/cli/program.js'));

const parts = {
  ...mappings(pipeline, readJson('component.schema.json')),
  'reserved names': `No names are ${pipeline.definitions.identifier.not.enum.map(code).join(', ')}.`,
  commands: commandSections(createProgram()),
  events: eventTable(readFileSync(join(root, 'src/events/event.ts'), 'utf8')),
  'stage types': readJson('stages.schema.json').stages.map(stageType).join('\n\n'),
};

const before = readFileSync(page, 'utf8');
let after = before;
for (const [name, text] of Object.entries(parts)) {
  const marks = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [start, end] = marks.map((mark) => after.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`docs/reference.md has no ${marks.join(' ... ')}`);
  after = `${after.slice(0, start)}${marks[0]}\n\n${text}\n\n${after.slice(end)}`;
}
after = await format(after, { ...(await resolveConfig(page)), parser: 'markdown' });
if (!process.argv.includes('--check')) writeFileSync(page, after);
else if (after !== before) {
  console.error(
    'docs/reference.md does not match the schemas, commands and events: run "npm run reference" and commit it.',
  );
  process.exitCode = 1;
}
