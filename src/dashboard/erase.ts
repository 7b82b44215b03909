import { stripVTControlCharacters } from 'node:util';

/** Erases the line of the cursor and goes up to the one above. */
const eraseLine = '\u001b[2K\u001b[1A';

/**
 * What erases the further lines that a frame takes after its terminal was made narrower: terminals break the lines that
 * no longer fit in two or more.
 *
 * @param lines of the frame as it was drawn; the cursor stands below them.
 */
export function eraseWrapped(lines: readonly string[], columns: number): string {
  const further = lines.map((line) => Math.ceil(stripVTControlCharacters(line).length / columns) - 1);
  return eraseLine.repeat(further.reduce((sum, more) => sum + Math.max(0, more), 0));
}
