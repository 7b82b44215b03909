import { decode, isPresent, type Lattice } from './lines.js';

/** Matrices with rows that have more combinations are not searched for those that there are. */
const mostPoints = 20_000;

/** One position for each combination of values of some axes that there is; none when they are more than so many. */
export function positionsOn(
  lattice: Lattice,
  axes: readonly number[],
  most: number,
): readonly (readonly number[])[] {
  const combinations = axes.reduce((product, a) => product * lengthOf(lattice, a), 1);
  if (combinations > most) return [];
  if (lattice.present === undefined) return allOn(lattice, axes);
  const found = new Map<string, number[]>();
  for (let point = 0; lattice.count <= mostPoints && point < lattice.count; point++) {
    if (!isPresent(lattice, point)) continue;
    const position = decode(lattice, point, []);
    const key = axes.map((a) => position[a]).join(' ');
    if (!found.has(key)) found.set(key, position);
  }
  return [...found.values()];
}

/**
 * Positions to look at: one for each combination of values of some axes that there is; where those are more than so many,
 * some of them, with every value of each axis as far as they reach, and beside that from the first to the last combination.
 */
export function sampleOn(
  lattice: Lattice,
  axes: readonly number[],
  most: number,
): readonly (readonly number[])[] {
  const all = positionsOn(lattice, axes, most);
  if (all.length > 0) return all;
  const lengths = axes.map((a) => lengthOf(lattice, a));
  const combinations = lengths.reduce((product, length) => product * length, 1);
  const diagonal = Math.min(Math.max(1, ...lengths), most);
  const positions = Array.from({ length: Math.min(most, combinations) }, (_, i) => {
    const position = lattice.axes.map(() => 0);
    let rest = spread(i - diagonal, most - diagonal, combinations);
    axes.forEach((a, at) => {
      const length = lengths[at] ?? 1;
      if (i >= diagonal) position[a] = rest % length;
      else position[a] = length <= diagonal ? i % length : spread(i, diagonal, length);
      rest = Math.floor(rest / length);
    });
    return position;
  });
  return positions.filter((position) => isPresent(lattice, pointOf(lattice, position)));
}

/** The i-th of `count` numbers from 0 to `length` - 1, evenly. */
function spread(i: number, count: number, length: number): number {
  return count < 2 ? 0 : Math.floor((i * (length - 1)) / (count - 1));
}

function pointOf(lattice: Lattice, position: readonly number[]): number {
  return position.reduce((sum, at, a) => sum + at * (lattice.strides[a] ?? 1), 0);
}

const lengthOf = (lattice: Lattice, a: number): number => lattice.axes[a]?.values.length ?? 1;

function allOn(lattice: Lattice, axes: readonly number[]): number[][] {
  let positions = [lattice.axes.map(() => 0)];
  for (const a of axes)
    positions = positions.flatMap((position) =>
      (lattice.axes[a]?.values ?? []).map((_, at) => position.with(a, at)),
    );
  return positions;
}
