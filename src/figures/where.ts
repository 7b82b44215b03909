import { UserError } from '../base/result.js';
import { refuseMissing } from './observations.js';
import type { TableOfRows } from './observations.js';

/** Only the rows whose cells have these values. @throws UserError for a missing column, and when no row is left. */
export function rowsWhere<T extends TableOfRows>(
  table: T,
  where: Readonly<Record<string, string | number | boolean>>,
): T {
  const wanted = Object.entries(where);
  for (const [column] of wanted) refuseMissing(table, 'where', column);
  const rows = table.rows.filter((row) =>
    wanted.every(([column, value]) => String(row[column] ?? '') === String(value)),
  );
  if (rows.length > 0 || table.rows.length === 0) return { ...table, rows };
  const text = wanted.map(([column, value]) => `${column} = ${String(value)}`).join(', ');
  throw new UserError(`\`where\` leaves no row: none has ${text}.`);
}
