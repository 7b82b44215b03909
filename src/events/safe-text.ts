/**
 * What must never reach a terminal as it is: C0 and C1 controls (escape sequences can move the cursor, set the title,
 * write to the clipboard), DEL, line separators, and the marks that change the direction of writing.
 */
const harmful = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** One line of text that is safe to print: harmful characters become visible, such as `\x1b`; tabs become a space. */
export function safeLine(text: string): string {
  return text.replace(harmful, (character) => {
    if (character === '\t') return ' ';
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** The lines of a text, each safe to print; trailing empty lines are left out. */
export function safeLines(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => safeLine(line));
}
