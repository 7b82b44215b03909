import { expect, test } from 'vitest';
// @ts-expect-error The rounds are plain JavaScript, so that they can also run for an hour without the test runner.
import * as torture from './rounds.mjs';

interface Rounds {
  reference(): Promise<object>;
  round(seed: number, expected: object): Promise<string>;
}

/** A slice of `npm run torture`: every third round, and the first with a crowd, so that each kind is among them. */
const seeds = [...Array.from({ length: 9 }, (_, at) => at * 3), 39];

test('whoever is killed wherever, the next run ends with the same digests and leaves a sound store', async () => {
  const { reference, round } = torture as Rounds;
  const expected = await reference();
  const kinds = new Set<string>();
  for (const seed of seeds) kinds.add(await round(seed, expected));
  for (const kind of ['damage', 'instant', 'crowd']) expect(kinds).toContain(kind);
  // The others are named places that were reached.
  kinds.delete('not reached');
  expect(kinds.size).toBeGreaterThan(4);
});
