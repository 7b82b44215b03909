import { UserError } from '../base/result.js';
import type { Observation } from './summarise-curves.js';

type Row = Readonly<Record<string, number | string | boolean | undefined>>;

export interface TableOfRows {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Which columns of a table mean what; an empty name stands for "none". */
export interface Roles {
  readonly x: string;
  readonly y: string;
  /** A value of this column is a curve. */
  readonly color: string;
  /** A value of this column is a repetition. */
  readonly band: string;
}

/**
 * Reads the observations of a figure out of a table. Rows in which y was not measured (empty cell) are left out.
 *
 * @throws UserError for a column that is not there, a cell that is not a finite number, or nothing left to draw.
 */
export function observationsOf(table: TableOfRows, roles: Roles): Observation[] {
  for (const role of ['x', 'y', 'color', 'band'] as const) refuseMissing(table, role, roles[role]);
  const hasLevel = table.columns.includes('level') && roles.x !== 'level';
  const observations = measuredRows(table.rows, roles.y).map((row) => ({
    curve: roles.color === '' ? '' : String(row[roles.color] ?? ''),
    x: numberIn(row, roles.x),
    level: hasLevel && row['level'] !== undefined ? numberIn(row, 'level') : undefined,
    repetition: roles.band === '' ? '' : String(row[roles.band] ?? ''),
    y: numberIn(row, roles.y),
  }));
  if (observations.length === 0)
    throw new UserError(`Nothing to draw: no row has a value in column ${roles.y}.`);
  return observations;
}

/** The row of one instance with the largest value in `column` among those in which `y` was measured; none without any. */
export function lastRow(rows: readonly Row[], column: string, y: string): Row | undefined {
  let last: Row | undefined;
  for (const row of measuredRows(rows, y)) {
    if (last === undefined || numberIn(row, column) >= numberIn(last, column)) last = row;
  }
  return last;
}

/** @throws UserError that names the parameter `role` when the table has no such column. */
export function refuseMissing(table: Pick<TableOfRows, 'columns'>, role: string, column: string): void {
  if (column === '' || table.columns.includes(column)) return;
  throw new UserError(
    `\`${role}: ${column}\` names a column that the table does not have; it has ${table.columns.join(', ')}.`,
  );
}

function measuredRows(rows: readonly Row[], y: string): readonly Row[] {
  return rows.filter((row) => row[y] !== undefined && row[y] !== '');
}

function numberIn(row: Row, column: string): number {
  const cell = row[column];
  const value = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const where = Object.entries(row)
    .filter(([name, other]) => name !== column && other !== undefined)
    .slice(0, 5)
    .map(([name, other]) => `${name} = ${String(other)}`);
  throw new UserError(
    `Column ${column} holds ${cell === undefined ? 'an empty cell' : `"${String(cell)}"`} where a finite number is ` +
      `needed to draw it, in the row with ${where.join(', ')}.`,
  );
}
