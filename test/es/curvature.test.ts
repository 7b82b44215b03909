import { expect, test } from 'vitest';
import { evolution, lastState, quadratic } from './support.js';
import type { Setup } from './support.js';

/** 40 curvatures from 0.1 to 100, evenly spaced on a log axis. */
const dimensions = 40;
const logCurvatures = Array.from({ length: dimensions }, (_, i) => Math.log(10) * (-1 + (3 * i) / 39));
const curvatures = logCurvatures.map((value) => Math.exp(value));
const popsize = 128;

/** Log std per coordinate after so many generations on the noise-free quadratic, started at 1. */
async function logStd(setup: Omit<Setup, 'popsize' | 'dimensions'>, generations: number, seed = 1) {
  const plan = evolution({ ...setup, popsize, dimensions }, quadratic(curvatures), generations, seed);
  const state = await lastState(plan.strategy.init(new Float64Array(dimensions).fill(1)), plan);
  return Array.from(plan.strategy.distribution(state).std, Math.log);
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [average(a), average(b)];
  return average(a.map((value, i) => (value - meanA) * (b[i] - meanB)));
}

/** Exponent h of std ~ curvature^h; -1/2 makes |mean|/std the saliency of Optimal Brain Damage. */
const slope = (values: readonly number[]): number =>
  covariance(values, logCurvatures) / covariance(logCurvatures, logCurvatures);

const correlation = (values: readonly number[]): number =>
  covariance(values, logCurvatures) /
  Math.sqrt(covariance(values, values) * covariance(logCurvatures, logCurvatures));

test.each([
  ['snes', { temperature: 12, sigma_init: 0.05 }],
  ['snes', { temperature: 0, sigma_init: 0.5 }],
  ['sep-cma-es', { sigma_init: 0.05 }],
] as const)('%s %o adapts its std to curvature with exponent -1/2', async (name, settings) => {
  expect(Math.abs(slope(await logStd({ name, settings }, 400)) + 0.5)).toBeLessThan(0.03);
});

const pgpe = { sigma_init: 0.05, lrate_init: 0.01 };

test('pgpe adapts its std to curvature with exponent -1/2, given time and no floor', async () => {
  const settings = { ...pgpe, sigma_limit: 0, lrate_limit: 0 };
  expect(Math.abs(slope(await logStd({ name: 'pgpe', settings }, 2000)) + 0.5)).toBeLessThan(0.03);
});

test('the std of pgpe in its reference reading knows nothing of curvature', async () => {
  const settings = { ...pgpe, sigma_decay: 0.999 };
  const found: number[] = [];
  for (let seed = 1; seed <= 20; seed++)
    found.push(correlation(await logStd({ name: 'pgpe', settings, reading: 'reference' }, 400, seed)));
  expect(Math.abs(average(found))).toBeLessThan(0.11);
});

test('des adapts with exponent -0.22 only', async () => {
  expect(Math.abs(slope(await logStd({ name: 'des' }, 2000)) + 0.22)).toBeLessThan(0.02);
});
