import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { UserError } from '../base/result.js';

const vector = Type.Array(Type.Number());
const rows = Type.Array(vector);

const generation = Type.Object({
  /** popsize rows of num_dims numbers: the candidates. */
  x: rows,
  /** Raw scores, popsize. */
  fitness: vector,
  /** State after the generation; `sigma` is one number for strategies with one step size. */
  mean: vector,
  sigma: Type.Union([Type.Number(), vector]),
  C: Type.Optional(vector),
  p_sigma: Type.Optional(vector),
  p_c: Type.Optional(vector),
});

const goldenCase = Type.Object({
  strategy: Type.String(),
  kwargs: Type.Record(Type.String(), Type.Unknown()),
  num_dims: Type.Integer({ minimum: 1 }),
  popsize: Type.Integer({ minimum: 2 }),
  mean0: vector,
  /** Per generation the rows that one ask consumes: half of them for mirrored candidates. */
  noise: Type.Array(rows),
  generations: Type.Array(generation, { minItems: 1 }),
});

const goldenFile = Type.Object({ cases: Type.Record(Type.String(), goldenCase) });

/** State after a generation as it was recorded. */
export type GoldenGeneration = Static<typeof generation>;
/** A recorded run, under the names of the reference library. */
export type GoldenCase = Static<typeof goldenCase>;

/**
 * The cases of a file of golden vectors, by name.
 *
 * @throws UserError when the text is not such a file
 */
export function parseGolden(text: string): Readonly<Record<string, GoldenCase>> {
  const json = parseJson(text);
  const problem = Value.Errors(goldenFile, json).First();
  if (problem !== undefined) throw new UserError(`${problem.path || 'the file'}: ${problem.message}`);
  const { cases } = json as Static<typeof goldenFile>;
  if (Object.keys(cases).length === 0) throw new UserError('/cases: there is no case');
  for (const [name, one] of Object.entries(cases)) checkSizes(name, one);
  return cases;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`not JSON: ${(error as Error).message}`);
  }
}

function checkSizes(name: string, { num_dims, popsize, mean0, noise, generations }: GoldenCase): void {
  const expectLength = (label: string, actual: number, expected: number): void => {
    if (actual !== expected)
      throw new UserError(`/cases/${name}/${label}: ${actual} entries, expected ${expected}`);
  };
  expectLength('mean0', mean0.length, num_dims);
  expectLength('noise', noise.length, generations.length);
  generations.forEach(({ x, fitness, mean, sigma, ...others }, g) => {
    expectLength(`generations/${g}/x`, x.length, popsize);
    x.forEach((row, k) => expectLength(`generations/${g}/x/${k}`, row.length, num_dims));
    expectLength(`generations/${g}/fitness`, fitness.length, popsize);
    expectLength(`generations/${g}/mean`, mean.length, num_dims);
    const vectors = Object.entries({ sigma, C: others.C, p_sigma: others.p_sigma, p_c: others.p_c });
    for (const [label, value] of vectors)
      if (Array.isArray(value)) expectLength(`generations/${g}/${label}`, value.length, num_dims);
  });
}
