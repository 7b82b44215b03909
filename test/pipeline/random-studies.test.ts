import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { asFile, expandByHand, randomStudy } from './random-studies.js';
import { planOf } from './small-stages.js';

const tape = fc.array(fc.nat(), { minLength: 60, maxLength: 60 });

/** A plan in the same words. */
function expanded(file: string): Map<string, Record<string, unknown>> {
  const { instances } = planOf(file);
  const name = (from: number, output: string) => `${instances[from]!.id}.${output}`;
  return new Map(
    instances.map(({ id, inputs }) => [
      id,
      Object.fromEntries(
        Object.entries(inputs).map(([input, source]) => [
          input,
          source.kind === 'edge'
            ? name(source.from, source.output)
            : source.rows.map(({ from, output }) => name(from, output)),
        ]),
      ),
    ]),
  );
}

const sorted = (map: Map<string, unknown>) => new Map([...map].sort());

describe('a random study', () => {
  test('expands to what it says, combination by combination and reference by reference', () => {
    fc.assert(
      fc.property(tape, (decisions) => {
        const study = randomStudy(decisions);
        expect(sorted(expanded(asFile(study)))).toEqual(sorted(expandByHand(study)));
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on the order of its stages', () => {
    fc.assert(
      fc.property(tape, (decisions) => {
        const study = randomStudy(decisions);
        expect(sorted(expanded(asFile([...study].reverse())))).toEqual(sorted(expandByHand(study)));
      }),
      { numRuns: 100 },
    );
  });
});
