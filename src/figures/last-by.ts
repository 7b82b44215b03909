import { refuseMissing, type TableOfRows } from './observations.js';

/** A column, or several of which each table has one: strategies count generations, gradient descent counts steps. */
export type LastBy = string | readonly string[];

/** What the parameter `last_by` says of itself. */
export const lastByHelp =
  'Of each instance take only the last row by this column, for example `generation`; of a list, by the first that its table has: [generation, step].';

/** The column that decides in a table; empty without `last_by`. @throws UserError when the table has none of them. */
export function lastColumn(table: Pick<TableOfRows, 'columns'>, lastBy: LastBy): string {
  const names = typeof lastBy === 'string' ? [lastBy] : lastBy;
  const own = names.find((name) => table.columns.includes(name));
  if (own === undefined) refuseMissing(table, 'last_by', names.join(', '));
  return own ?? '';
}
