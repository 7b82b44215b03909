import { cos, sin } from './math.js';

/**
 * The t that Student's distribution stays below with probability `probability`; 0.975 gives the half-width of a
 * 95 % interval in standard errors.
 *
 * With t = sqrt(degrees) tan(theta), P(|T| <= t) is a finite sum in theta (Abramowitz and Stegun 26.7.3 and 26.7.4),
 * solved by bisection: within 1e-12 of itself for probabilities from 1e-4 to 1 - 1e-4.
 *
 * @param probability strictly between 0 and 1
 * @param degrees whole number of degrees of freedom, at least 1
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1))
    throw new RangeError(`a probability lies strictly between 0 and 1, not ${probability}`);
  if (!Number.isInteger(degrees) || degrees < 1)
    throw new RangeError(`degrees of freedom are an integer of at least 1, not ${degrees}`);
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees);
  const inside = 2 * probability - 1;
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const theta = (low + high) / 2;
    if (theta <= low || theta >= high) return (Math.sqrt(degrees) * sin(theta)) / cos(theta);
    if (shareInside(theta, degrees) < inside) low = theta;
    else high = theta;
  }
}

/**
 * P(T <= t) for Student's distribution, from the same sums: the angle of t is found by bisection, within 1e-14.
 *
 * @param degrees whole number of degrees of freedom, at least 1
 */
export function studentProbability(t: number, degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1)
    throw new RangeError(`degrees of freedom are an integer of at least 1, not ${degrees}`);
  if (Number.isNaN(t)) return NaN;
  if (t < 0) return 1 - studentProbability(-t, degrees);
  if (t === Infinity) return 1;
  const opposite = t;
  const adjacent = Math.sqrt(degrees);
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const theta = (low + high) / 2;
    if (theta <= low || theta >= high) return (1 + shareInside(theta, degrees)) / 2;
    if (sin(theta) * adjacent < cos(theta) * opposite) low = theta;
    else high = theta;
  }
}

/** P(|T| <= sqrt(degrees) tan(theta)). */
function shareInside(theta: number, degrees: number): number {
  const odd = degrees % 2 === 1;
  const cosine = cos(theta);
  const square = cosine * cosine;
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let used = odd ? 1 : 0; used <= degrees - 2; used += 2) {
    sum += term;
    term *= (square * (used + 1)) / (used + 2);
    if (term < 1e-18 * sum) break;
  }
  return odd ? (2 / Math.PI) * (theta + sin(theta) * sum) : sin(theta) * sum;
}
