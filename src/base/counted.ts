/** `1 result`, `2 results`; a word with another plural says it. */
export const counted = (n: number, what: string, many = `${what}s`): string =>
  `${n} ${n === 1 ? what : many}`;
