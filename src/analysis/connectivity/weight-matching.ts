import { dot } from '../vectors.js';
import { assign } from './assignment.js';
import { permuteUnits } from './hidden-layers.js';
import type { HiddenLayer } from './hidden-layers.js';

export interface Matching {
  /** b with its hidden units in another order: exactly the same function. */
  readonly aligned: Float64Array;
  /** Units that changed their place, over all layers. */
  readonly moved: number;
}

interface Orders {
  readonly aligned: Float64Array;
  /** Of each layer: the unit of b that stands at each place. */
  readonly orders: readonly Uint32Array[];
}

/** Each sweep makes the networks nearer, and there are finitely many orders; in practice a handful is enough. */
const mostSweeps = 100;

/**
 * Weight matching (Ainsworth et al. 2023, Git Re-Basin): the order of b's hidden units that makes its weights nearest
 * to a's, found layer by layer as linear assignments until none gains. A single start can get stuck, so there are two:
 * b as it is, and b aligned from the first layer on by incoming weights alone. Both may miss the order of a b that is
 * merely permuted, where units have too few weights to be told apart layer by layer; so that is tried first.
 */
export function matchUnits(a: Float64Array, b: Float64Array, layers: readonly HiddenLayer[]): Matching {
  const none: Orders = {
    aligned: b,
    orders: layers.map(({ units }) => Uint32Array.from(units, (_, u) => u)),
  };
  const permuted = alignedByValues(a, none, layers);
  if (permuted.aligned.every((value, i) => value === a[i])) return matchingOf(permuted);
  const candidates = [none, alignedForward(a, none, layers)].map((start) => improved(a, start, layers));
  const [best] = candidates.sort((x, y) => dot(a, y.aligned) - dot(a, x.aligned));
  return matchingOf(best);
}

function matchingOf({ aligned, orders }: Orders): Matching {
  return { aligned, moved: orders.flatMap((order) => [...order].filter((unit, at) => unit !== at)).length };
}

/**
 * Units side by side that come at the same place when the units of each network are sorted by their values: bias,
 * incoming and outgoing weights, each sorted, which no order of the layers beside them changes. Units of equal values
 * that are wired differently may be mistaken for each other.
 */
function alignedByValues(a: Float64Array, start: Orders, layers: readonly HiddenLayer[]): Orders {
  return layers.reduce((found, layer, index) => {
    const [ofA, ofB] = [sortedUnits(a, layer), sortedUnits(found.aligned, layer)];
    const order = new Uint32Array(ofA.length);
    ofA.forEach((place, rank) => (order[place] = ofB[rank]));
    return reordered(found, layer, index, order);
  }, start);
}

function sortedUnits(weights: Float64Array, { units, incoming }: HiddenLayer): number[] {
  const values = units.map((positions) => {
    const [bias, ...others] = Float64Array.from(positions, (position) => weights[position]);
    const into = Float64Array.from(others.slice(0, incoming - 1)).sort();
    const outOf = Float64Array.from(others.slice(incoming - 1)).sort();
    return [bias, ...into, ...outOf];
  });
  const compare = (u: number, v: number): number => {
    const at = values[u].findIndex((value, i) => value !== values[v][i]);
    return at < 0 ? 0 : values[u][at] - values[v][at];
  };
  return units.map((_, unit) => unit).sort(compare);
}

/** One pass that looks at the bias and the incoming weights of each unit only: the first entries of its positions. */
function alignedForward(a: Float64Array, start: Orders, layers: readonly HiddenLayer[]): Orders {
  return layers.reduce((found, layer, index) => {
    const incoming = layer.units.map((positions) => positions.subarray(0, layer.incoming));
    return reordered(found, layers[index], index, bestOrder(a, found.aligned, incoming));
  }, start);
}

function improved(a: Float64Array, start: Orders, layers: readonly HiddenLayer[]): Orders {
  let found = start;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    const before = found;
    layers.forEach(({ units }, index) => {
      const next = reordered(found, layers[index], index, bestOrder(a, found.aligned, units));
      if (dot(a, next.aligned) > dot(a, found.aligned)) found = next;
    });
    if (found === before) break;
  }
  return found;
}

/** The order of b's units with the largest sum of products with a's; norms do not depend on it. */
function bestOrder(a: Float64Array, b: Float64Array, units: readonly Uint32Array[]): Uint32Array {
  const size = units.length;
  const pick = (weights: Float64Array) =>
    units.map((positions) => Float64Array.from(positions, (position) => weights[position]));
  const [ofA, ofB] = [pick(a), pick(b)];
  const costs = new Float64Array(size * size);
  for (let u = 0; u < size; u++) for (let v = 0; v < size; v++) costs[u * size + v] = -dot(ofA[u], ofB[v]);
  return assign(costs, size);
}

function reordered(from: Orders, layer: HiddenLayer, index: number, order: Uint32Array): Orders {
  return {
    aligned: permuteUnits(from.aligned, layer, order),
    orders: from.orders.map((old, i) => (i === index ? order.map((unit) => old[unit]) : old)),
  };
}
