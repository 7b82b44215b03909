import type { TextWidth } from './font-widths.js';

export interface Room {
  /** Pixels from the start of a line to its end. */
  readonly pixels: number;
  readonly fontSize: number;
  readonly widthOf: TextWidth;
}

/**
 * As few lines as have room, of about one length: no last word alone. A word that is wider than the room has a line of
 * its own.
 */
export function wrapText(text: string, room: Room): string[] {
  let lines = filled(text, room);
  for (let pixels = room.pixels - 1; pixels > 0; pixels -= 1) {
    const narrower = filled(text, { ...room, pixels });
    if (narrower.length > lines.length) break;
    lines = narrower;
  }
  return lines;
}

/** A number stays with its sign and its unit: `± 0.1`, `n = 3`, `95 %`. */
const breaks = /(?<![±=]) (?![%=])/;

/** As many words on each line as fit. */
function filled(text: string, { pixels, fontSize, widthOf }: Room): string[] {
  const lines: string[] = [];
  for (const word of text.split(breaks)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)!} ${word}`;
    if (lines.length > 0 && widthOf(longer) * fontSize <= pixels) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
