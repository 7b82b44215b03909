import { gatherTables } from '../artefacts/gather-tables.js';
import { encodeTable } from '../artefacts/table.js';
import type { GatheredArtefact } from '../pipeline/stage.js';

/** The tables of many instances one under the other, with their coordinates as columns: CSV. */
export function gatheredTable(gathered: readonly GatheredArtefact[]): string {
  const { columns, rows } = gatherTables(gathered);
  return encodeTable(columns, rows);
}
