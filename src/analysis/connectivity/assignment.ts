/** A partial assignment that is optimal for the rows treated so far, with the potentials that prove it. */
interface State {
  readonly costs: ArrayLike<number>;
  readonly size: number;
  readonly rowPotential: Float64Array;
  readonly columnPotential: Float64Array;
  /** Row of every column, or -1. */
  readonly rowOf: Int32Array;
}

/** Shortest paths from a free row to the columns reached so far. */
interface Search {
  readonly distance: Float64Array;
  /** The column before on the path, or -1 for the free row itself. */
  readonly before: Int32Array;
  readonly done: Uint8Array;
}

/**
 * The linear assignment problem: one column for every row with the smallest sum of costs, by shortest augmenting paths
 * with potentials (Jonker & Volgenant 1987; Kuhn's Hungarian method), O(size^3).
 *
 * @param costs size x size, row-major, finite
 * @returns the column of every row
 */
export function assign(costs: ArrayLike<number>, size: number): Uint32Array {
  const state: State = {
    costs,
    size,
    rowPotential: new Float64Array(size),
    columnPotential: new Float64Array(size),
    rowOf: new Int32Array(size).fill(-1),
  };
  for (let row = 0; row < size; row++) addRow(state, row);
  const columnOf = new Uint32Array(size);
  state.rowOf.forEach((row, column) => (columnOf[row] = column));
  return columnOf;
}

/** Dijkstra from the row to the nearest free column; the path's columns then change their rows along it. */
function addRow(state: State, freeRow: number): void {
  const { size, rowPotential, columnPotential, rowOf } = state;
  const search: Search = {
    distance: new Float64Array(size).fill(Infinity),
    before: new Int32Array(size).fill(-1),
    done: new Uint8Array(size),
  };
  let column = -1;
  let reach = 0;
  do {
    const row = column < 0 ? freeRow : rowOf[column];
    relax(state, search, { row, column, reach });
    column = nearest(search);
    reach = search.distance[column];
    search.done[column] = 1;
  } while (rowOf[column] >= 0);
  rowPotential[freeRow] += reach;
  for (let other = 0; other < size; other++) {
    if (search.done[other] === 0 || rowOf[other] < 0) continue;
    rowPotential[rowOf[other]] += reach - search.distance[other];
    columnPotential[other] -= reach - search.distance[other];
  }
  for (let at = column; at >= 0; at = search.before[at])
    rowOf[at] = search.before[at] < 0 ? freeRow : rowOf[search.before[at]];
}

function relax(
  { costs, size, rowPotential, columnPotential }: State,
  { distance, before, done }: Search,
  from: { readonly row: number; readonly column: number; readonly reach: number },
): void {
  for (let column = 0; column < size; column++) {
    if (done[column] === 1) continue;
    const reduced = costs[from.row * size + column] - rowPotential[from.row] - columnPotential[column];
    if (from.reach + reduced < distance[column]) {
      distance[column] = from.reach + reduced;
      before[column] = from.column;
    }
  }
}

function nearest({ distance, done }: Search): number {
  let best = -1;
  for (let column = 0; column < distance.length; column++)
    if (done[column] === 0 && (best < 0 || distance[column] < distance[best])) best = column;
  return best;
}
