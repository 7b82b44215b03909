/** Longer texts match no pattern: with what `slowReason` refuses, this bounds the time of any match. */
const longestText = 200;
const mostRepeats = 4;

/**
 * A regular expression for whole texts of at most 200 characters.
 *
 * @throws SyntaxError when it is none.
 */
export function wholeText(pattern: string): RegExp {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  const test = whole.test.bind(whole);
  whole.test = (text) => text.length <= longestText && test(text);
  return whole;
}

interface Group {
  /** Whether it holds something that can match in several ways: a repetition, or alternatives. */
  ambiguous: boolean;
}

/**
 * Why matching a pattern could take forever; undefined when it cannot. The engine backtracks: a repetition of
 * something that itself repeats or has alternatives costs exponential time, n repetitions in a row a power of n.
 */
export function slowReason(pattern: string): string | undefined {
  const groups: Group[] = [{ ambiguous: false }];
  let repeats = 0;
  let closed: Group | undefined;
  // Escapes and classes are one character each; what follows is one of ( ) | or a quantifier.
  const tokens = pattern.matchAll(
    /\\(?:[pPu]\{[^}]*\}|k<[^>]*>|[^])|\[(?:\\[^]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[^]/gu,
  );
  for (const [token] of tokens) {
    const group = groups[groups.length - 1] ?? { ambiguous: false };
    const justClosed = closed;
    closed = undefined;
    if (/^\\(?:[1-9]|k<)/.test(token)) return 'it refers back to what it matched before';
    if (token === '(') groups.push({ ambiguous: false });
    else if (token === ')') {
      closed = groups.length > 1 ? groups.pop() : undefined;
      const outer = groups[groups.length - 1];
      if (outer !== undefined && closed?.ambiguous === true) outer.ambiguous = true;
    } else if (token === '|') group.ambiguous = true;
    else if (token === '*' || token === '+' || /^\{\d+,\d*\}$/.test(token)) {
      if (justClosed?.ambiguous === true) return 'it repeats something that can match in several ways';
      group.ambiguous = true;
      if (++repeats > mostRepeats) return `more than ${mostRepeats} of its parts repeat`;
    } else if (/^\{\d+\}$/.test(token) && justClosed?.ambiguous === true)
      return 'it repeats something that can match in several ways';
  }
  return undefined;
}
