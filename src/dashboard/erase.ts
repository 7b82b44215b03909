const escape = '\u001b[';
/** Erases the line of the cursor and goes up to the one above. */
const eraseLine = `${escape}2K${escape}1A`;

/**
 * What erases the further lines that a frame takes after its terminal was made narrower: terminals break the lines that
 * no longer fit in two or more.
 *
 * @param lines of the frame as it was drawn, colours included; the cursor stands below them.
 */
export function eraseWrapped(lines: readonly string[], columns: number): string {
  const further = lines.map((line) => Math.max(1, Math.ceil(widthOf(line) / columns)) - 1);
  return eraseLine.repeat(further.reduce((sum, more) => sum + more, 0));
}

/** Characters of a line without its colours, the only escapes that a frame has. */
function widthOf(line: string): number {
  const [first = '', ...coloured] = line.split(escape);
  return coloured.reduce((width, part) => width + part.length - part.indexOf('m') - 1, first.length);
}
