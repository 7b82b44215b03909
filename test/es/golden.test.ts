import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseGolden } from '../../src/es/golden-file.js';
import type { GoldenCase } from '../../src/es/golden-file.js';
import { replay } from '../../src/es/golden.js';

const text = readFileSync(new URL('golden-es.json', import.meta.url), 'utf8');
const cases = parseGolden(text);
const openEs = cases.OpenES as GoldenCase;

/** The case with one thing changed. */
function changed(change: (draft: any) => void, from: GoldenCase = openEs): GoldenCase {
  const draft = structuredClone(from);
  change(draft);
  return draft;
}

/** The file with one thing changed in its first case. */
function changedText(change: (draft: any) => void): string {
  return JSON.stringify({ cases: { OpenES: changed(change) } });
}

describe('golden states of the reference library', () => {
  test('there are nine cases', () => {
    expect(Object.keys(cases)).toHaveLength(9);
  });

  test.each(Object.entries(cases))('%s agrees to 1e-12 in its reference reading', (_, golden) => {
    expect(replay(golden).difference).toBeLessThanOrEqual(1e-12);
  });

  test('a difference of 1e-11 is found, with where it is', () => {
    const off = changed((draft) => (draft.generations[1].mean[2] += 1e-11));
    const { difference, where } = replay(off);
    expect(difference).toBeGreaterThan(0.9e-11);
    expect(where).toBe('generation 1, mean[2]');
  });

  test('paths and covariance of Sep-CMA-ES are compared too', () => {
    for (const field of ['C', 'p_sigma', 'p_c'])
      expect(replay(changed((draft) => (draft.generations[2][field][0] += 1), cases.Sep_CMA_ES)).where).toBe(
        `generation 2, ${field}[0]`,
      );
  });

  test('without maximize the recorded fitness is a loss', () => {
    const asLoss = changed((draft) => {
      draft.kwargs.maximize = false;
      for (const generation of draft.generations)
        generation.fitness = generation.fitness.map((value: number) => -value);
    });
    expect(replay(asLoss).difference).toBeLessThanOrEqual(1e-12);
  });
});

describe('files that cannot be replayed', () => {
  test.each([
    ['{', /^not JSON: /],
    ['[]', /^the file: Expected object$/],
    ['{"cases": {}}', /^\/cases: there is no case$/],
    [changedText((draft) => delete draft.noise), /^\/cases\/OpenES\/noise: Expected required property$/],
    [changedText((draft) => draft.mean0.pop()), /^\/cases\/OpenES\/mean0: 2 entries, expected 3$/],
    [
      changedText((draft) => draft.generations[1].x[4].pop()),
      /^\/cases\/OpenES\/generations\/1\/x\/4: 2 entries, expected 3$/,
    ],
    [
      changedText((draft) => draft.generations[0].fitness.push(1)),
      /^\/cases\/OpenES\/generations\/0\/fitness: 7 entries, expected 6$/,
    ],
  ])('%#: the message says what is wrong', (broken, message) => {
    expect(() => parseGolden(broken)).toThrow(message);
  });

  test.each([
    [
      'an unknown strategy',
      (draft: any) => (draft.strategy = 'xNES'),
      /^strategy is "xNES"; known are OpenES, /,
    ],
    [
      'an unknown keyword',
      (draft: any) => (draft.kwargs.clip_min = -1),
      /^kwargs\.clip_min has no counterpart here; known for OpenES are lrate_init, /,
    ],
    [
      'an optimizer that we lack',
      (draft: any) => (draft.kwargs.opt_name = 'adan'),
      /^kwargs\.opt_name is "adan"; known are adam, sgd, clipup$/,
    ],
    [
      'two shapings',
      (draft: any) => (draft.kwargs.z_score = true),
      /^kwargs: at most one of centered_rank, z_score may be true$/,
    ],
    [
      'text for a number',
      (draft: any) => (draft.kwargs.sigma_init = '1'),
      /^kwargs\.sigma_init is "1", not a number$/,
    ],
    [
      'noise of the wrong shape',
      (draft: any) => draft.noise[0].pop(),
      /^the noise of a generation has to be 3 rows of 3 numbers$/,
    ],
  ])('%s is refused with a message', (_, change, message) => {
    expect(() => replay(changed(change))).toThrow(message);
  });
});
