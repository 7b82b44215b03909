/** Breaks a line at spaces so that no part is longer than `columns`; longer words are cut. */
export function wrapLine(line: string, columns: number): string[] {
  const width = Math.max(1, columns);
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const cut = space > 0 ? space : width;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  lines.push(rest);
  return lines;
}
