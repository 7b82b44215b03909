import { byCodeUnit, canonicalJson } from '../../base/json.js';
import { UserError } from '../../base/result.js';

export type Cell = number | string | boolean | undefined;
export type Row = Readonly<Record<string, Cell>>;

/** Which columns of a table mean what. */
export interface Roles {
  /** What was measured: a number. */
  readonly value: string;
  /** Columns whose values tell groups apart. */
  readonly by: readonly string[];
  /** The column that tells independent repetitions apart, for example the seed; empty when each row is one. */
  readonly repetition: string;
}

export interface Group {
  /** The values of the `by` columns. */
  readonly cells: Row;
  /** One value for each repetition. */
  readonly values: ReadonlyMap<string, number>;
}

/**
 * Sorts the rows of a table into groups; rows without a value are left out. Groups are in the order of their first rows,
 * repetitions in the order of their names, so that results do not depend on the order of rows.
 *
 * @throws UserError for a value that is not a number, and for two rows of the same repetition in one group
 */
export function groupsOf(rows: readonly Row[], roles: Roles): Group[] {
  const groups = new Map<string, { cells: Row; values: Map<string, number> }>();
  rows.forEach((row, index) => {
    if (row[roles.value] === undefined) return;
    const cells = Object.fromEntries(roles.by.map((column) => [column, row[column]]));
    const key = nameOf(cells);
    const group = groups.get(key) ?? { cells, values: new Map<string, number>() };
    groups.set(key, group);
    const repetition = roles.repetition === '' ? String(index) : String(row[roles.repetition] ?? '');
    if (group.values.has(repetition)) throw twice(cells, repetition, roles);
    group.values.set(repetition, numberIn(row, roles.value));
  });
  return [...groups.values()].map(({ cells, values }) => ({
    cells,
    values: new Map([...values].sort(([a], [b]) => byCodeUnit(a, b))),
  }));
}

/** Text that is equal for equal cells only. */
export function nameOf(cells: Row): string {
  return canonicalJson(Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cell ?? null])));
}

/** Cells in words: `method = random, level = 3`. */
export function inWords(cells: Row): string {
  return Object.entries(cells)
    .map(([column, cell]) => `${column} = ${String(cell ?? 'empty')}`)
    .join(', ');
}

function numberIn(row: Row, column: string): number {
  const cell = row[column];
  if (typeof cell === 'number' && Number.isFinite(cell)) return cell;
  const found = typeof cell === 'number' ? String(cell) : JSON.stringify(cell);
  throw new UserError(`column ${column} holds ${found} where a finite number is needed`);
}

function twice(cells: Row, repetition: string, { by, repetition: column }: Roles): UserError {
  const group = by.length === 0 ? 'the table' : `the group ${inWords(cells)}`;
  return new UserError(
    `two rows of ${group} have ${column} = ${repetition}: name the column that tells them apart in \`by\`, or keep the last row of each instance with \`last_by\``,
  );
}
