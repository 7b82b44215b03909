import { csvFormatRows, csvParseRows } from 'd3-dsv';
import { UserError } from '../base/result.js';
import type { ColumnType } from '../pipeline/stage.js';

/** `undefined` is a missing value: an empty cell. (An empty string therefore comes back as missing.) */
export type Cell = number | string | boolean | undefined;
export type Row = Readonly<Record<string, Cell>>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** CSV as of RFC 4180 but with \n line ends; numbers as the shortest text that reads back as the same number. */
export function encodeTable(columns: readonly string[], rows: readonly Row[]): string {
  if (new Set(columns).size < columns.length || columns.includes(''))
    throw new RangeError(`column names must be unique and not empty: ${columns.join(', ')}`);
  const cells = rows.map((row, index) => {
    const stray = Object.keys(row).find((key) => !columns.includes(key));
    if (stray !== undefined) throw new RangeError(`row ${index} has ${stray}, which is not a column`);
    return columns.map((column) => cellText(row[column]));
  });
  return `${csvFormatRows([[...columns], ...cells])}\n`;
}

/**
 * Reads CSV. Cells of the columns in `types` are read as those types, and these columns must be there; any other
 * cell becomes a number or a boolean when it is spelt exactly like one, else a string.
 *
 * @throws UserError for text that is not such a table.
 */
export function decodeTable(text: string, types: Readonly<Record<string, ColumnType>> = {}): Table {
  if (text.split('"').length % 2 === 0)
    throw new UserError('This CSV has a quoted cell that is never closed.');
  const [columns, ...lines] = csvParseRows(text);
  if (columns === undefined)
    throw new UserError('This CSV is empty: it has not even a line of column names.');
  refuseColumns(columns, Object.keys(types));
  const rows = lines.map((cells, index) => {
    const line = `Row ${index + 1} of this CSV`;
    if (cells.length !== columns.length)
      throw new UserError(`${line} has ${cells.length} cells, but there are ${columns.length} columns.`);
    return Object.fromEntries(
      columns.map((column, at) => [
        column,
        readCell(cells[at] ?? '', types[column], `${line}, column ${column}`),
      ]),
    );
  });
  return { columns, rows };
}

function refuseColumns(columns: readonly string[], required: readonly string[]): void {
  if (columns.includes('')) throw new UserError('This CSV has a column without a name.');
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice !== undefined) throw new UserError(`This CSV has two columns named ${twice}.`);
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0)
    throw new UserError(`This CSV lacks the column ${missing.join(', ')}; it has ${columns.join(', ')}.`);
}

function cellText(value: Cell): string {
  return value === undefined ? '' : String(value);
}

function readCell(text: string, type: ColumnType | undefined, where: string): Cell {
  if (text === '') return undefined;
  switch (type) {
    case 'string':
      return text;
    case 'bool':
      if (text === 'true' || text === 'false') return text === 'true';
      throw new UserError(`${where}: ${JSON.stringify(text)} is not true or false.`);
    case 'int':
      if (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
      throw new UserError(`${where}: ${JSON.stringify(text)} is not an integer.`);
    case 'double':
      if (isNumber(text)) return Number(text);
      throw new UserError(`${where}: ${JSON.stringify(text)} is not a number.`);
    case undefined:
      return guessedCell(text);
  }
}

function isNumber(text: string): boolean {
  return (
    text.trim() === text && (text === 'NaN' || !Number.isNaN(Number(text))) && !/^[+-]?0[xob]/i.test(text)
  );
}

function guessedCell(text: string): Cell {
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  return String(value) === text ? value : text;
}
