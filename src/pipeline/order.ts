/** `reader` needs `source`; both are positions 0 .. count - 1. */
export interface Need<T> {
  readonly reader: number;
  readonly source: number;
  readonly by: T;
}

export interface Order<T> {
  /** Sources before readers; of those that are free, the earlier position first found. Without members of cycles. */
  readonly order: readonly number[];
  /** Disjoint cycles, each as the needs that lead around it. */
  readonly cycles: readonly (readonly Need<T>[])[];
}

/** Kahn's algorithm, linear; what is left over is searched for cycles. */
export function topologicalOrder<T>(count: number, needs: readonly Need<T>[]): Order<T> {
  const readersOf: number[][] = Array.from({ length: count }, () => []);
  const open = new Int32Array(count);
  for (const { reader, source } of needs) {
    readersOf[source]?.push(reader);
    open[reader] = (open[reader] ?? 0) + 1;
  }
  const order: number[] = [];
  for (let i = 0; i < count; i++) if (open[i] === 0) order.push(i);
  for (let next = 0; next < order.length; next++) {
    for (const reader of readersOf[order[next] ?? 0] ?? []) {
      const left = (open[reader] ?? 0) - 1;
      open[reader] = left;
      if (left === 0) order.push(reader);
    }
  }
  return order.length === count ? { order, cycles: [] } : { order, cycles: findCycles(open, needs) };
}

/** Every position that still waits has a need among those that wait: following it leads around a cycle. */
function findCycles<T>(open: Int32Array, needs: readonly Need<T>[]): Need<T>[][] {
  const needOf = new Map<number, Need<T>>();
  for (const need of needs)
    if (open[need.reader] !== 0 && open[need.source] !== 0 && !needOf.has(need.reader))
      needOf.set(need.reader, need);
  const cycles: Need<T>[][] = [];
  const done = new Set<number>();
  for (const start of needOf.keys()) {
    const path: Need<T>[] = [];
    const place = new Map<number, number>();
    let at = start;
    while (!done.has(at) && !place.has(at)) {
      const need = needOf.get(at);
      if (need === undefined) break;
      place.set(at, path.length);
      path.push(need);
      at = need.source;
    }
    const entry = place.get(at);
    if (entry !== undefined && !done.has(at)) cycles.push(path.slice(entry));
    for (const { reader } of path) done.add(reader);
  }
  return cycles;
}
