import fc from '../properties.js';
import { expect, test } from 'vitest';
import { editDistance } from '../../src/base/edit-distance.js';

test.each([
  ['snes', 'snes', 0],
  ['snes', 'sness', 1],
  ['snes', 'nes', 1],
  ['snes', 'snas', 1],
  ['snes', 'nses', 1],
  ['prune', 'purne', 1],
  ['train', 'rtani', 2],
  ['', 'abc', 3],
])('%s and %s are %d edits apart', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
});

test('the distance is the same both ways, nothing for equal words only, and at most the longer length', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    }),
  );
});
