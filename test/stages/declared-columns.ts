import { expect } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import type { Json } from '../../src/base/json.js';
import { furtherColumns } from '../../src/pipeline/further-columns.js';
import type { GatheredArtefact, OutputBytes, StageSignature } from '../../src/pipeline/stage.js';

/**
 * Every table that a stage wrote has the columns that its type declares, with cells of their types, and none that could
 * not be foreseen.
 *
 * @param inputs what it was given: gathers with their coordinates
 */
export function expectDeclaredColumns(
  stage: StageSignature,
  outputs: Readonly<Record<string, OutputBytes>>,
  { params, inputs }: { readonly params: Readonly<Record<string, unknown>>; readonly inputs: object },
): void {
  const given = {
    parameter: (name: string) => [params[name] as Json | undefined],
    coordinates: (input: string) => {
      const rows = (inputs as Readonly<Record<string, unknown>>)[input];
      return Array.isArray(rows)
        ? (rows as readonly GatheredArtefact[]).flatMap(({ coords }) => Object.keys(coords))
        : [];
    },
  };
  for (const [name, output] of Object.entries(stage.outputs)) {
    if ((output.type !== 'table' && output.type !== 'metrics') || outputs[name] === undefined) continue;
    const { columns = {} } = output;
    const table = decodeTable(outputs[name] as string, columns);
    // Anything can be read as a text: what is one has cells that are neither numbers nor true or false.
    const { rows } = decodeTable(outputs[name] as string);
    for (const column of Object.keys(columns).filter((one) => columns[one] === 'string')) {
      const cells = rows.flatMap((row) => (row[column] === undefined ? [] : [typeof row[column]]));
      if (cells.length > 0) expect(cells, `${stage.type}.${name}.${column}`).toContain('string');
      expect(cells).not.toContain('boolean');
    }
    const further = furtherColumns(output.furtherColumns ?? [], given) ?? new Set();
    const strays = table.columns.filter((column) => !Object.hasOwn(columns, column) && !further.has(column));
    expect(strays, `undeclared columns of ${stage.type}.${name}`).toEqual([]);
  }
}
