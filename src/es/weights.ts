import { exp, log } from '../numeric/math.js';

/** rho_r = (r - 1)/(P - 1) - 1/2 for the ranks r = 1..P, best first. */
export function centredPositions(popsize: number): Float64Array {
  return Float64Array.from({ length: popsize }, (_, rank) => rank / (popsize - 1) - 0.5);
}

export function softmax(logits: Float64Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return normalised(logits.map((logit) => exp(logit - top)));
}

/** max(0, ln(P/2 + 1) - ln r)/sum - 1/P: the utilities of natural evolution strategies, sum 0. */
export function canonicalUtilities(popsize: number): Float64Array {
  const raw = Float64Array.from({ length: popsize }, (_, rank) =>
    Math.max(0, log(popsize / 2 + 1) - log(rank + 1)),
  );
  return normalised(raw).map((share) => share - 1 / popsize);
}

/** (ln(mu + 1) - ln i)/sum for i = 1..mu: the recombination weights of CMA-ES, sum 1. */
export function recombinationWeights(parents: number): Float64Array {
  return normalised(Float64Array.from({ length: parents }, (_, i) => log(parents + 1) - log(i + 1)));
}

/** 1/sum w^2: how many equally weighted candidates would have the same variance. */
export function effectiveSampleSize(weights: Float64Array): number {
  return 1 / weights.reduce((total, weight) => total + weight * weight, 0);
}

function normalised(weights: Float64Array): Float64Array {
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

export function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
