import { byCodeUnit, canonicalJson } from '../base/json.js';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import type { NetworkSpec } from '../networks/index.js';
import { layoutSignature } from '../numeric/layout.js';
import { survivors } from '../numeric/mask.js';
import type { Artefact, GatheredArtefact } from '../pipeline/stage.js';
import type { Cell, Row } from './table.js';
import { inputTensors } from './input-tensors.js';

/** One end of paths between networks. */
export interface End {
  readonly coords: Readonly<Record<string, Json>>;
  readonly network: NetworkSpec;
  readonly layout: string;
  /** Flat; pruned weights are 0. */
  readonly weights: Float64Array;
  /** What its training started from, pruned weights 0. */
  readonly start: Float64Array | undefined;
}

export interface EndPair {
  readonly kind: string;
  readonly a: End;
  readonly b: End;
  /** Coordinates of both, as columns a_... and b_...; those that every end shares are left out. */
  readonly cells: Row;
}

type Gathered = readonly GatheredArtefact[] | Artefact;

/**
 * Reads gathered networks, and for each what it started from: the only one of `starts`, or the one with the same
 * coordinates.
 *
 * @throws UserError that names the end for fewer than two of them, other layouts, a mask without survivors, or no start
 */
export function endsOf(name: string, gathered: Gathered, starts?: Gathered): End[] {
  const rows = instances(gathered);
  if (rows.length < 2)
    throw new UserError(
      `${name}: a path has two ends, but there is ${rows.length === 1 ? 'only one network' : 'none'}. Gather an axis with two or more values, for example ${name}: { from: stages.child.weights, over: [twin] }`,
    );
  const ends = rows.map(({ coords, artefact }): End => {
    const end = `${name} (${placeOf(coords)})`;
    const { network, layout, mean, mask } = inputTensors(end, artefact, 'mean');
    if (mask !== undefined && survivors(layout, mask) === 0)
      throw new UserError(
        `${end}: its mask leaves no weight, so that there is nothing to connect; take one that keeps some`,
      );
    const masked = (values: Float64Array) =>
      mask === undefined ? values : values.map((value, i) => (mask[i] === 1 ? value : 0));
    const start = starts && startFor(coords, instances(starts));
    return {
      coords,
      network,
      layout: layoutSignature(layout),
      weights: masked(mean),
      start: start && masked(startWeights(start, layoutSignature(layout), placeOf(coords))),
    };
  });
  refuseOthers(name, ends);
  return ends;
}

/** Every pair, earlier ends first. */
export function endPairs(kind: string, ends: readonly End[]): EndPair[] {
  const axes = differingAxes(ends);
  const cellsOf = (prefix: string, { coords }: End): Row =>
    Object.fromEntries(axes.map((axis) => [`${prefix}_${axis}`, cellOf(coords[axis])]));
  return ends.flatMap((a, i) =>
    ends.slice(i + 1).map((b) => ({ kind, a, b, cells: { ...cellsOf('a', a), ...cellsOf('b', b) } })),
  );
}

/** The network that all ends are. @throws UserError that names two that differ. */
export function sameNetwork(ends: readonly End[]): NetworkSpec {
  const [first] = ends;
  for (const end of ends) {
    const [one, other] = [first!, end].map(({ network }) => canonicalJson(network as unknown as Json));
    if (one !== other)
      throw new UserError(
        `only networks of one kind can be connected: ${placeOf(first!.coords)} is ${one}, but ${placeOf(end.coords)} is ${other}`,
      );
  }
  return first!.network;
}

/** An input that gathers may also be given one artefact: the only instance. */
function instances(gathered: Gathered): readonly GatheredArtefact[] {
  return 'bytes' in gathered ? [{ coords: {}, artefact: gathered }] : gathered;
}

function startFor(coords: End['coords'], starts: readonly GatheredArtefact[]): Artefact {
  if (starts.length === 1) return starts[0]!.artefact;
  const found = starts.filter((start) =>
    Object.entries(start.coords).every(
      ([axis, value]) => coords[axis] === undefined || canonicalJson(coords[axis]) === canonicalJson(value),
    ),
  );
  if (found.length === 1) return found[0]!.artefact;
  throw new UserError(
    `start: ${found.length} of the gathered starts belong to the end ${placeOf(coords)}; give one start for all ends, or one for each with the same coordinates`,
  );
}

function startWeights(start: Artefact, layout: string, end: string): Float64Array {
  const decoded = inputTensors('start', start, 'mean');
  const own = layoutSignature(decoded.layout);
  if (own !== layout)
    throw new UserError(
      `start: it belongs to another network than the end ${end}: it is ${own}, the end is ${layout}`,
    );
  return decoded.mean;
}

function refuseOthers(name: string, ends: readonly End[]): void {
  const [first] = ends;
  for (const end of ends)
    if (end.layout !== first!.layout)
      throw new UserError(
        `${name}: only networks of one layout can be connected: ${placeOf(first!.coords)} is ${first!.layout}, but ${placeOf(end.coords)} is ${end.layout}`,
      );
}

function differingAxes(ends: readonly End[]): string[] {
  const axes = [...new Set(ends.flatMap(({ coords }) => Object.keys(coords)))];
  const values = (axis: string) => new Set(ends.map(({ coords }) => canonicalJson(coords[axis] ?? null)));
  return axes.filter((axis) => values(axis).size > 1);
}

/** Coordinates in words: `seed = 1, twin = a`. */
function placeOf(coords: End['coords']): string {
  const names = Object.keys(coords).sort(byCodeUnit);
  return names.map((name) => `${name} = ${String(cellOf(coords[name]))}`).join(', ') || 'without coordinates';
}

function cellOf(value: Json | undefined): Cell {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? canonicalJson(value) : value;
}
