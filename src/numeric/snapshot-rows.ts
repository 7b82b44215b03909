/** A row of a table of numbers. */
type Row<Name extends string> = Readonly<Record<Name, number>>;

/** The numbers of a table one row after the other, as a snapshot can hold them. */
export function packRows<Name extends string>(
  rows: readonly Row<Name>[],
  names: readonly Name[],
): Float64Array {
  return Float64Array.from(rows.flatMap((row) => names.map((name) => row[name])));
}

/** The rows that `packRows` has packed with the same names. */
export function unpackRows<Name extends string>(
  cells: Float64Array,
  names: readonly Name[],
): Record<Name, number>[] {
  const width = names.length;
  return Array.from(
    { length: cells.length / width },
    (_, r) =>
      Object.fromEntries(names.map((name, c) => [name, cells[r * width + c]])) as Record<Name, number>,
  );
}
