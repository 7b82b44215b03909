import { editDistance } from '../base/edit-distance.js';

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
