import { canonicalJson } from '../base/json.js';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import type { ColumnType, GatheredArtefact } from '../pipeline/stage.js';
import { decodeTable } from './table.js';
import type { Cell, Row, Table } from './table.js';

/**
 * Tables of many instances one under the other. The coordinates of an instance (`method`, `seed`, `level`, ...)
 * come first as columns; columns that a table lacks are missing values there.
 *
 * @throws UserError when a table cannot be read, lacks a column of `types`, or contradicts its coordinates.
 */
export function gatherTables(
  gathered: readonly GatheredArtefact[],
  types: Readonly<Record<string, ColumnType>> = {},
): Table {
  const coordinateColumns = new Set<string>();
  const ownColumns = new Set<string>();
  const rows: Row[] = [];
  for (const { coords, artefact } of gathered) {
    const coordinates = coordinateCells(coords);
    const table = decodeTable(artefact.text(), types);
    for (const column of Object.keys(coordinates)) coordinateColumns.add(column);
    for (const column of table.columns) ownColumns.add(column);
    for (const row of table.rows) rows.push(joined(coordinates, row));
  }
  return { columns: [...new Set([...coordinateColumns, ...ownColumns])], rows };
}

function joined(coordinates: Row, row: Row): Row {
  for (const [column, value] of Object.entries(coordinates))
    if (Object.hasOwn(row, column) && row[column] !== value)
      throw new UserError(
        `A gathered table has a column ${column} with the value ${String(row[column])}, but it comes from an ` +
          `instance whose ${column} is ${String(value)}. Rename the column or the axis.`,
      );
  return { ...coordinates, ...row };
}

function coordinateCells(coords: Readonly<Record<string, Json>>): Row {
  const cells: Record<string, Cell> = {};
  for (const [name, value] of Object.entries(coords)) cells[name] = cellOf(value);
  return cells;
}

function cellOf(value: Json): Cell {
  if (value === null) return undefined;
  return typeof value === 'object' ? canonicalJson(value) : value;
}
