/**
 * What must never reach a terminal as it is: control characters (escape sequences can move the cursor, set the title,
 * write to the clipboard), format characters (they hide text or turn its direction), halves of pairs, line separators.
 */
const harmful = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** One line of text that is safe to print: harmful characters become visible, such as `\x1b`; tabs become a space. */
export function safeLine(text: string): string {
  return text.replace(harmful, (character) => {
    if (character === '\t') return ' ';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** The lines of a text, each safe to print; trailing empty lines are left out. */
export function safeLines(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => safeLine(line));
}
