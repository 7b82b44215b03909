import { UserError } from '../base/result.js';
import { refuseMissing } from './observations.js';
import type { TableOfRows } from './observations.js';
import { byName } from './summarise-curves.js';
import { meanInterval } from './t-interval.js';
import type { MeanInterval } from './t-interval.js';

/** One cell of the matrix; x and y are names or numbers as text. */
export interface HeatmapCell extends MeanInterval {
  readonly x: string;
  readonly y: string;
}

export interface HeatmapRoles {
  readonly x: string;
  readonly y: string;
  readonly value: string;
  /** The column that tells repetitions apart; may be empty. */
  readonly band: string;
  /** Draw each cell at its mirror image too: what is told of a pair holds in both orders. */
  readonly mirror: boolean;
}

/**
 * The cells of a matrix: means over the repetitions, by column and row. Rows without a value are left out.
 *
 * @throws UserError for a missing column, a value that is no number, or two rows of one repetition in a cell
 */
export function heatmapCells(table: TableOfRows, roles: HeatmapRoles): HeatmapCell[] {
  for (const role of ['x', 'y', 'value', 'band'] as const) refuseMissing(table, role, roles[role]);
  const cells = new Map<string, { x: string; y: string; values: Map<string, number> }>();
  for (const row of table.rows) {
    const value = row[roles.value];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new UserError(`Column ${roles.value} holds "${String(value)}" where a finite number is needed.`);
    const [x, y] = [String(row[roles.x] ?? ''), String(row[roles.y] ?? '')];
    const repetition = roles.band === '' ? '' : String(row[roles.band] ?? '');
    const places =
      roles.mirror && x !== y
        ? [
            { x, y },
            { x: y, y: x },
          ]
        : [{ x, y }];
    for (const place of places) {
      const name = JSON.stringify(place);
      const cell = cells.get(name) ?? { ...place, values: new Map<string, number>() };
      if (cell.values.has(repetition)) throw twice(place, roles);
      cell.values.set(repetition, value);
      cells.set(name, cell);
    }
  }
  if (cells.size === 0) throw new UserError(`Nothing to draw: no row has a value in column ${roles.value}.`);
  return [...cells.values()]
    .map(({ x, y, values }) => ({ x, y, ...meanInterval(inOrder(values)) }))
    .sort((a, b) => byName(a.y, b.y) || byName(a.x, b.x));
}

function inOrder(values: ReadonlyMap<string, number>): number[] {
  return [...values].sort(([a], [b]) => byName(a, b)).map(([, value]) => value);
}

function twice({ x, y }: { readonly x: string; readonly y: string }, roles: HeatmapRoles): UserError {
  return new UserError(
    `Two rows of the table belong to the same cell: ${roles.x} = ${x}, ${roles.y} = ${y}. ` +
      'Name the column that tells repetitions apart in `band`, or keep only some rows with `where`.',
  );
}
