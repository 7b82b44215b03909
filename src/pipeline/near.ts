import { editDistance } from '../base/edit-distance.js';

/**
 * The word among `known` that `word` was probably meant to be: the nearest within two edits (insertion, deletion,
 * replacement, swap of neighbours), and nearer than half of its own length; else the only one that goes on where `word`
 * ends, or ends where `word` goes on. Capitals do not count, nor does what joins the parts of a word.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const candidates = [...known].filter((candidate) => candidate !== word && candidate.length <= 80);
  const wanted = folded(word);
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > 2) continue;
    const distance = editDistance(wanted, folded(candidate));
    if (distance < bestDistance && 2 * distance < Math.max(word.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return best;
  const [only, ...others] = candidates.filter((candidate) => oneGoesOn(wanted, folded(candidate)));
  return others.length === 0 ? only : undefined;
}

const folded = (word: string): string => word.toLowerCase().replace(/[_ ]/g, '-');

/** `sigma` and `sigma-init`, `batch-size` and `batch`, `init` and `initial`. */
function oneGoesOn(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 4 && long.startsWith(short);
}
