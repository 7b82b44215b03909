import { safeLine } from '../base/safe-text.js';

/** Lines stay lines; nothing else reaches the terminal as a control character. */
export function printable(text: string): string {
  return text.split('\n').map(safeLine).join('\n');
}

/** JSON in which nothing can reach a terminal as a control character: JSON itself escapes only those below 0x20. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (found) =>
    found === '\n' ? found : [...Array(found.length).keys()].map((i) => unicodeEscape(found, i)).join(''),
  );
}

const unicodeEscape = (text: string, at: number): string =>
  `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;

/** Prints lines for people: what is in a store may have been written by anybody. */
export const say = (text: string): void => void process.stdout.write(`${printable(text)}\n`);

/** Prints the same for programs. */
export const sayJson = (value: unknown): void => void process.stdout.write(`${printableJson(value)}\n`);
