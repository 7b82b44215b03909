import type { Json } from '../base/json.js';
import type { Grid, GridAxis } from './grid.js';
import type { Definition, Node, Ref } from './model.js';
import { refNode } from './model.js';
import type { Coords } from './plan.js';

/** The points of a stage's axes, numbered row by row: the last axis (that of the loop) runs fastest. */
export interface Lattice {
  readonly axes: readonly GridAxis[];
  readonly strides: readonly number[];
  readonly count: number;
  /** Passes of the loop; 1 without one. */
  readonly times: number;
}

export function latticeOf(axes: readonly GridAxis[]): Lattice {
  const strides: number[] = [];
  let count = 1;
  for (const axis of [...axes].reverse()) {
    strides.unshift(count);
    count *= axis.values.length;
  }
  const last = axes.at(-1);
  return { axes, strides, count, times: last?.spec.loop === true ? last.values.length : 1 };
}

/** Position on each axis of a point. */
export function decode(lattice: Lattice, point: number, out: number[]): number[] {
  let rest = point;
  for (let a = 0; a < lattice.axes.length; a++) {
    const stride = lattice.strides[a] ?? 1;
    const position = Math.floor(rest / stride);
    out[a] = position;
    rest -= position * stride;
  }
  return out;
}

/** How a reader's point leads to a point of its source: a sum of one offset per axis. */
interface Line {
  readonly ref: Ref;
  readonly offsets: readonly (Int32Array | undefined)[];
}

export function lineUp(
  reader: readonly GridAxis[],
  ref: Ref,
  over: readonly string[],
  source: Lattice,
): Line {
  const offsets = reader.map((mine) => {
    const s = source.axes.findIndex((axis) => axis.spec.name === mine.spec.name);
    const axis = source.axes[s];
    if (axis === undefined || over.includes(axis.spec.name)) return undefined;
    const stride = source.strides[s] ?? 1;
    const same = mine.values === axis.values;
    return Int32Array.from(mine.values, (value, i) => stride * (same ? i : (axis.position(value) ?? 0)));
  });
  return { ref, offsets };
}

function follow(line: Line, position: readonly number[]): number {
  let point = 0;
  for (let a = 0; a < line.offsets.length; a++) point += line.offsets[a]?.[position[a] ?? 0] ?? 0;
  return point;
}

/** The gathered points of a source, relative to the point that lines up. */
export interface Rows {
  readonly coords: readonly Coords[];
  readonly offsets: Int32Array;
}

/** In the order of the source's instances; axes that count passes add `level`. */
export function gatherRows(source: Lattice, over: readonly string[], loopAxes: ReadonlySet<string>): Rows {
  let rows: { coords: Record<string, Json>; level: number | undefined; offset: number }[] = [
    { coords: {}, level: undefined, offset: 0 },
  ];
  source.axes.forEach((axis, a) => {
    const { name, type } = axis.spec;
    if (!over.includes(name)) return;
    const counts = loopAxes.has(name) && type === 'int';
    rows = rows.flatMap((row) =>
      axis.values.map((value, i) => ({
        coords: { ...row.coords, [name]: value },
        level: counts ? Number(value) - 1 : row.level,
        offset: row.offset + i * (source.strides[a] ?? 1),
      })),
    );
  });
  return {
    coords: rows.map(({ coords, level }) => (level === undefined ? coords : { ...coords, level })),
    offsets: Int32Array.from(rows, ({ offset }) => offset),
  };
}

/** The instance that a reference leads to. Reused: read it before the next look-up. */
export interface Found {
  definition: Definition;
  output: string;
  point: number;
}

/** Where a state variable has its value from at the start of a pass. */
interface Origin {
  readonly line: Line;
  /** The pass at whose point the line is followed, from 0. */
  readonly pass: number;
}

/** Follows references through state variables to the outputs that hold their values. */
export interface Finder {
  lattice(node: Node): Lattice;
  find(line: Line, position: readonly number[], plus: number): Found;
}

export function finder(grid: Grid): Finder {
  const lattices = new Map<Node, Lattice>();
  const origins = new Map<Node, Map<string, Origin[]>>();
  const found = { definition: undefined as unknown as Definition, output: '', point: 0 };

  function lattice(node: Node): Lattice {
    let known = lattices.get(node);
    if (known === undefined) lattices.set(node, (known = latticeOf(grid.get(node) ?? [])));
    return known;
  }

  function originsOf(node: Node): Map<string, Origin[]> {
    let known = origins.get(node);
    if (known === undefined) origins.set(node, (known = stateOrigins(node, lattice)));
    return known;
  }

  function find(line: Line, position: readonly number[], plus: number): Found {
    let at = line;
    let point = follow(line, position) + plus;
    while (at.ref.kind === 'state') {
      const { node, name } = at.ref;
      const own = lattice(node);
      const pass = point % own.times;
      const origin = originsOf(node).get(name)?.[pass];
      if (origin === undefined) throw new Error(`Internal error: no origin of state ${node.name}.${name}`);
      const where = decode(own, point - pass + origin.pass, []);
      at = origin.line;
      point = follow(at, where);
    }
    found.definition = at.ref.definition;
    found.output = at.ref.output;
    found.point = point;
    return found;
  }
  return { lattice, find };
}

/** Pass by pass: the start in the first, then `next` of the pass before; a `next` that is state itself is looked through. */
function stateOrigins(node: Node, lattice: (node: Node) => Lattice): Map<string, Origin[]> {
  const own = lattice(node);
  const outer = own.axes.filter((axis) => !axis.spec.loop);
  const origins = new Map<string, Origin[]>();
  for (const variable of node.state.values()) {
    if (variable.start === undefined) continue;
    const line = lineUp(outer, variable.start, [], lattice(refNode(variable.start)));
    origins.set(variable.name, [{ line, pass: 0 }]);
  }
  const lines = new Map<string, Line>();
  for (const { name, next } of node.state.values())
    if (next !== undefined) lines.set(name, lineUp(own.axes, next, [], lattice(refNode(next))));
  for (let pass = 1; pass < own.times; pass++)
    for (const [name, list] of origins) {
      const line = lines.get(name);
      if (line === undefined) continue;
      const through =
        line.ref.kind === 'state' && line.ref.node === node
          ? origins.get(line.ref.name)?.[pass - 1]
          : undefined;
      list.push(through ?? { line, pass: pass - 1 });
    }
  return origins;
}

export type { Line };
