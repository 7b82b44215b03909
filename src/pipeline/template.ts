/** One piece of a text with `${...}` in it: literal text, or the expression between the braces. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `start` is the offset of the expression (after `${`) in the text. */
  | { readonly kind: 'expression'; readonly code: string; readonly start: number };

export type Pieces =
  | { readonly ok: true; readonly pieces: readonly Piece[] }
  /** A `${` at `open` without its `}`. */
  | { readonly ok: false; readonly open: number };

/** Splits a text at its expressions. `$${` stands for a literal `${`. */
export function splitTemplate(text: string): Pieces {
  const pieces: Piece[] = [];
  let literal = '';
  let i = 0;
  while (i < text.length) {
    const at = text.indexOf('$', i);
    if (at < 0) break;
    literal += text.slice(i, at);
    if (text.startsWith('$${', at)) {
      literal += '${';
      i = at + 3;
    } else if (text.startsWith('${', at)) {
      const close = closingBrace(text, at + 2);
      if (close < 0) return { ok: false, open: at };
      if (literal !== '') pieces.push({ kind: 'text', text: literal });
      literal = '';
      pieces.push({ kind: 'expression', code: text.slice(at + 2, close), start: at + 2 });
      i = close + 1;
    } else {
      literal += '$';
      i = at + 1;
    }
  }
  literal += text.slice(i);
  if (literal !== '' || pieces.length === 0) pieces.push({ kind: 'text', text: literal });
  return { ok: true, pieces };
}

/** The expression that is the whole text, if it is one. */
export function wholeExpression(
  pieces: readonly Piece[],
): Extract<Piece, { kind: 'expression' }> | undefined {
  const only = pieces[0];
  return pieces.length === 1 && only?.kind === 'expression' ? only : undefined;
}

/** Where the brace opened before `from` closes, minding strings and inner braces; -1 when it does not. */
export function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === "'" || c === '"') {
      i = closingQuote(text, i);
      if (i < 0) return -1;
    } else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i;
  }
  return -1;
}

function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[open]) return i;
  }
  return -1;
}
