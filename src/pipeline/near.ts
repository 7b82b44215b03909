/**
 * The word among `known` that `word` was probably meant to be: the nearest within two edits (insertion, deletion,
 * replacement, swap of neighbours), and nearer than half of its own length.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > 2 || candidate.length > 80) continue;
    const distance = editDistance(word, candidate);
    if (distance < bestDistance && 2 * distance < Math.max(word.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance; small inputs only. */
function editDistance(a: string, b: string): number {
  let twoAgo: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (twoAgo[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    twoAgo = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
