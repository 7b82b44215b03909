import { mean, sampleStd, studentProbability, studentQuantile } from '../../numeric/stats.js';

/** P-values are NaN for fewer than two differences. */
export interface PairedTest {
  /** Two-sided p-value of the paired t test that the mean difference is 0. */
  readonly pDifferent: number;
  /** P-value of two one-sided t tests that it lies within the margin (Schuirmann 1987); NaN without a margin. */
  readonly pEquivalent: number;
  /** The smallest true difference that the test would find in four of five such experiments. */
  readonly detectable: number;
}

const level = 0.05;
const power = 0.8;

/**
 * Tests of paired differences, one of each independent repetition.
 *
 * @param margin half-width of what counts as equal, above 0; NaN without one
 */
export function pairedTest(differences: ArrayLike<number>, margin: number): PairedTest {
  const n = differences.length;
  if (n < 2) return { pDifferent: NaN, pEquivalent: NaN, detectable: NaN };
  const centre = mean(differences);
  const standardError = sampleStd(differences) / Math.sqrt(n);
  const pAbove = (limit: number) => 1 - studentProbability(ratio(centre - limit, standardError), n - 1);
  return {
    pDifferent: 2 * pTail(Math.abs(ratio(centre, standardError)), n - 1),
    // Above -margin, and below margin: both have to hold.
    pEquivalent: Number.isNaN(margin) ? NaN : Math.max(pAbove(-margin), 1 - pAbove(margin)),
    detectable: (studentQuantile(1 - level / 2, n - 1) + studentQuantile(power, n - 1)) * standardError,
  };
}

const pTail = (t: number, degrees: number): number => 1 - studentProbability(t, degrees);

/** t; equal differences have no standard error: 0 / 0 then is no evidence at all. */
function ratio(difference: number, standardError: number): number {
  return difference === 0 ? 0 : difference / standardError;
}
