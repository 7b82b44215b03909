import { cos } from '../../numeric/math.js';
import type { VectorFunction } from '../ledger.js';
import { dot } from '../vectors.js';

/** Of each half of the line; there is one gradient at each. */
export const lineNodes = 24;

/**
 * J(m + s z) + J(m - s z) - 2 J(m), not from values but from gradients along the way:
 * s * integral over t in [0, 1] of z.(g(m + t s z) - g(m - t s z)), by 24 Gauss nodes (numerics 7.4). It holds across
 * kinks, where the Hessian does not.
 */
export function secondDifference(
  gradient: VectorFunction,
  {
    centre,
    direction,
    scale,
  }: { readonly centre: Float64Array; readonly direction: Float64Array; readonly scale: number },
): number {
  const slope = new Float64Array(centre.length);
  const slopeAt = (distance: number): number => {
    gradient(
      slope,
      centre.map((m, i) => m + distance * direction[i]),
    );
    return dot(direction, slope);
  };
  const { nodes, weights } = gaussLegendre(lineNodes);
  let sum = 0;
  for (let i = 0; i < lineNodes; i++)
    sum += weights[i] * (slopeAt(nodes[i] * scale) - slopeAt(-nodes[i] * scale));
  return scale * sum;
}

/**
 * Nodes and weights on [0, 1] that integrate polynomials below degree 2 count exactly: roots of the Legendre
 * polynomial by Newton's method from the cosines that lie close to them (Abramowitz & Stegun 25.4.29, 22.16.6).
 */
export function gaussLegendre(count: number): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = cos((Math.PI * (i + 0.75)) / (count + 0.5));
    for (let step = 0; step < 8; step++) {
      const { value, slope } = legendre(count, x);
      x -= value / slope;
    }
    const { slope } = legendre(count, x);
    nodes[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** The Legendre polynomial of a degree and its derivative, by the three-term recurrence. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let before = 1;
  let value = x;
  for (let k = 2; k <= degree; k++)
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}
