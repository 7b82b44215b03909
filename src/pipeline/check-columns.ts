import { problem, type Diagnostic } from './diagnostic.js';
import { refNode, type BoundInput, type Definition } from './model.js';
import { ownEntry } from './signatures.js';
import type { ColumnType } from './stage.js';
import { listed } from './terminal-text.js';

/**
 * The columns that an input needs must be among those of its source, or among the coordinates that a gather adds, with
 * their types. Nothing is said of a source whose columns are not declared.
 *
 * @param loops names of axes that count the passes of some loop: gathered, they add `level`.
 */
export function checkColumns(
  definition: Definition,
  input: BoundInput,
  { loops, problems }: { readonly loops: ReadonlySet<string>; readonly problems: Diagnostic[] },
): void {
  const { ref, signature, written } = input;
  const own = ref.kind === 'output' ? ref.definition.signature?.outputs[ref.output]?.columns : undefined;
  if (own === undefined || signature.columns === undefined) return;
  const columns = { ...own, ...coordinates(input, loops) };
  const wrong = Object.entries(signature.columns).flatMap(([name, wanted]) => {
    const has = ownEntry(columns, name);
    if (has === wanted || (wanted === 'double' && has === 'int')) return [];
    return [has === undefined ? `${name} (${wanted})` : `${name} as ${wanted} (it is ${has})`];
  });
  if (wrong.length === 0) return;
  const message = `${definition.name} needs ${wrong.length === 1 ? 'a column' : 'columns'} that ${written} does not have: ${listed(wrong)}.`;
  const help = `Its columns are ${listed(Object.keys(columns), 40)}.`;
  problems.push(problem('MISSING_COLUMN', input.at(), message, { help }));
}

function coordinates(
  { ref, over = [] }: BoundInput,
  loops: ReadonlySet<string>,
): Readonly<Record<string, ColumnType>> {
  const gathered = refNode(ref).axes.filter((axis) => over.includes(axis.name));
  const added = Object.fromEntries(gathered.map((axis) => [axis.name, axis.type]));
  const counts = gathered.some((axis) => axis.type === 'int' && loops.has(axis.name));
  return counts ? { ...added, level: 'int' } : added;
}
