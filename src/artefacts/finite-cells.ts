import type { Cell } from './table.js';

/** Cells of a row, where a number that is not finite (not measured, diverged) becomes an empty one. */
export function finiteCells(row: Readonly<Record<string, Cell>>): Record<string, Cell> {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      typeof cell === 'number' && !Number.isFinite(cell) ? undefined : cell,
    ]),
  );
}
