/** Width of a text in em. */
export type TextWidth = (text: string) => number;

/**
 * Measures text with the advance widths of a TrueType font, in em: without a canvas the drawing library would guess,
 * and labels would be cut off or swim in white space. Kerning is not counted.
 *
 * @param font the bytes of a .ttf file with a Unicode table of format 4 (characters up to U+FFFF)
 * @throws RangeError when there is no such table in it
 */
export function createTextWidth(font: Uint8Array): TextWidth {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = tableOffsets(view);
  const unitsPerEm = view.getUint16(tables('head') + 18);
  const metrics = view.getUint16(tables('hhea') + 34);
  const hmtx = tables('hmtx');
  const glyphOf = glyphMap(view, tables('cmap'));
  return (text) => {
    let units = 0;
    for (const character of text) {
      const glyph = glyphOf(character.codePointAt(0) ?? 0);
      units += view.getUint16(hmtx + 4 * Math.min(glyph, metrics - 1));
    }
    return units / unitsPerEm;
  };
}

/** The table directory of the file: https://learn.microsoft.com/typography/opentype/spec/otff */
function tableOffsets(view: DataView): (tag: string) => number {
  const offsets = new Map<string, number>();
  for (let entry = 0; entry < view.getUint16(4); entry += 1) {
    const at = 12 + 16 * entry;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(at + byte)));
    offsets.set(tag, view.getUint32(at + 8));
  }
  return (tag) => {
    const offset = offsets.get(tag);
    if (offset === undefined) throw new RangeError(`this font has no ${tag} table`);
    return offset;
  };
}

/** Character to glyph by segments: https://learn.microsoft.com/typography/opentype/spec/cmap, format 4. */
function glyphMap(view: DataView, cmap: number): (code: number) => number {
  const table = unicodeTable(view, cmap);
  const bytes = view.getUint16(table + 6);
  const ends = table + 14;
  const starts = ends + bytes + 2;
  return (code) => {
    let at = 0;
    while (at < bytes && view.getUint16(ends + at) < code) at += 2;
    if (at >= bytes || view.getUint16(starts + at) > code) return 0;
    const delta = view.getUint16(starts + bytes + at);
    const rangeAt = starts + 2 * bytes + at;
    const range = view.getUint16(rangeAt);
    if (range === 0) return (code + delta) & 0xffff;
    const glyph = view.getUint16(rangeAt + range + 2 * (code - view.getUint16(starts + at)));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  };
}

function unicodeTable(view: DataView, cmap: number): number {
  for (let entry = 0; entry < view.getUint16(cmap + 2); entry += 1) {
    const table = cmap + view.getUint32(cmap + 4 + 8 * entry + 4);
    if (view.getUint16(table) === 4) return table;
  }
  throw new RangeError('this font has no character table of format 4');
}
