import type { Json } from '../base/json.js';
import { coordinateText } from './address.js';
import type { Grid, GridAxis, NodeGrid } from './grid.js';
import type { Definition, Node, Ref, StateVariable } from './model.js';
import { refNode } from './model.js';
import type { Coords } from './plan.js';

/** The points of a stage's axes, numbered row by row: the last axis (that of the loop) runs fastest. */
export interface Lattice {
  readonly axes: readonly GridAxis[];
  readonly strides: readonly number[];
  readonly count: number;
  /** Passes of the loop; 1 without one. */
  readonly times: number;
  /** 1 for each combination of the axes but that of the loop that there is; undefined when all are. */
  readonly present: Uint8Array | undefined;
}

export function latticeOf({ axes, present }: NodeGrid): Lattice {
  const strides: number[] = [];
  let count = 1;
  for (const axis of [...axes].reverse()) {
    strides.unshift(count);
    count *= axis.values.length;
  }
  const last = axes.at(-1);
  return { axes, strides, count, times: last?.spec.loop === true ? last.values.length : 1, present };
}

export function isPresent(lattice: Lattice, point: number): boolean {
  return lattice.present === undefined || lattice.present[Math.floor(point / lattice.times)] === 1;
}

/** How many points there are. */
export function sizeOf(lattice: Lattice): number {
  if (lattice.present === undefined) return lattice.count;
  return lattice.present.reduce((n, there) => n + there, 0) * lattice.times;
}

/** For each value of each axis its part of an address: `imp.train[method=random`, `,seed=3`, `,k=7]`. */
export function addressParts(name: string, { axes }: Lattice): string[][] {
  return axes.map(({ spec, values }, a) => {
    const [before, after] = [a === 0 ? `${name}[` : ',', a === axes.length - 1 ? ']' : ''];
    return values.map((value) => `${before}${spec.name}=${coordinateText(value)}${after}`);
  });
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
  /** Where the fixed axes lead. */
  readonly base: number;
}

/** Fixed axes of a source, and where on each the value is. */
export type Fixed = ReadonlyMap<string, number>;

/** Axes that are gathered start at their first value; those that are fixed stay where they are. */
export function lineUp(
  reader: readonly GridAxis[],
  ref: Ref,
  {
    over,
    fixed,
    source,
  }: { readonly over: readonly string[]; readonly fixed: Fixed; readonly source: Lattice },
): Line {
  const base = source.axes.reduce(
    (sum, axis, s) => sum + (fixed.get(axis.spec.name) ?? 0) * (source.strides[s] ?? 1),
    0,
  );
  const offsets = reader.map((mine) => {
    const s = source.axes.findIndex((axis) => axis.spec.name === mine.spec.name);
    const axis = source.axes[s];
    if (axis === undefined || over.includes(axis.spec.name) || fixed.has(axis.spec.name)) return undefined;
    const stride = source.strides[s] ?? 1;
    const same = mine.values === axis.values;
    return Int32Array.from(mine.values, (value, i) => stride * (same ? i : (axis.position(value) ?? 0)));
  });
  return { ref, offsets, base };
}

export function follow(line: Line, position: readonly number[]): number {
  let point = line.base;
  for (let a = 0; a < line.offsets.length; a++) point += line.offsets[a]?.[position[a] ?? 0] ?? 0;
  return point;
}

/** The gathered points of a source, relative to the point that lines up. */
export interface Rows {
  readonly coords: readonly Coords[];
  readonly offsets: Int32Array;
}

/** Whether a row is taken, by its coordinates. */
export type Keep = (coords: Coords) => boolean;

export interface RowChoice {
  readonly over: readonly string[];
  /** Names of axes that count the passes of some loop: they add `level`. */
  readonly loopAxes: ReadonlySet<string>;
  readonly keep: Keep | undefined;
}

/** In the order of the source's instances. */
export function gatherRows(source: Lattice, { over, loopAxes, keep }: RowChoice): Rows {
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
  const kept = rows
    .map(({ coords, level, offset }) => ({
      coords: level === undefined ? coords : { ...coords, level },
      offset,
    }))
    .filter(({ coords }) => keep === undefined || keep(coords));
  return { coords: kept.map(({ coords }) => coords), offsets: Int32Array.from(kept, ({ offset }) => offset) };
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
  /** Whether the matrix of what the line leads to has that point. */
  has(line: Line, position: readonly number[], plus: number): boolean;
}

/** @param startOf where the `at` of a state variable's start leads. */
export function finder(grid: Grid, startOf: (variable: StateVariable, source: Lattice) => Fixed): Finder {
  const lattices = new Map<Node, Lattice>();
  const origins = new Map<Node, Map<string, Origin[]>>();
  const found = { definition: undefined as unknown as Definition, output: '', point: 0 };
  const scratch: number[] = [];

  function lattice(node: Node): Lattice {
    let known = lattices.get(node);
    if (known === undefined)
      lattices.set(node, (known = latticeOf(grid.get(node) ?? { axes: [], present: undefined })));
    return known;
  }

  function originsOf(node: Node): Map<string, Origin[]> {
    let known = origins.get(node);
    if (known === undefined) origins.set(node, (known = stateOrigins(node, lattice, startOf)));
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
      const where = decode(own, point - pass + origin.pass, scratch);
      at = origin.line;
      point = follow(at, where);
    }
    found.definition = at.ref.definition;
    found.output = at.ref.output;
    found.point = point;
    return found;
  }
  const has: Finder['has'] = (line, position, plus) =>
    isPresent(lattice(refNode(line.ref)), follow(line, position) + plus);
  return { lattice, find, has };
}

/** Pass by pass: the start in the first, then `next` of the pass before; a `next` that is state itself is looked through. */
function stateOrigins(
  node: Node,
  lattice: (node: Node) => Lattice,
  startOf: (variable: StateVariable, source: Lattice) => Fixed,
): Map<string, Origin[]> {
  const own = lattice(node);
  const outer = own.axes.filter((axis) => !axis.spec.loop);
  const origins = new Map<string, Origin[]>();
  for (const variable of node.state.values()) {
    if (variable.start === undefined) continue;
    const source = lattice(refNode(variable.start));
    const line = lineUp(outer, variable.start, { over: [], fixed: startOf(variable, source), source });
    origins.set(variable.name, [{ line, pass: 0 }]);
  }
  const lines = new Map<string, Line>();
  for (const { name, next } of node.state.values())
    if (next !== undefined) {
      const source = lattice(refNode(next));
      lines.set(name, lineUp(own.axes, next, { over: [], fixed: new Map(), source }));
    }
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
