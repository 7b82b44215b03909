import type { Layout, TensorLayout } from '../../numeric/layout.js';

/**
 * A hidden layer whose units can change places without a change of the function: all flat positions that belong to
 * each unit (its bias, its incoming and its outgoing weights), in the same order for every unit.
 */
export interface HiddenLayer {
  readonly module: string;
  readonly units: readonly Uint32Array[];
  /** How many positions of a unit, the first ones, are its bias and incoming weights. */
  readonly incoming: number;
}

/**
 * The hidden layers of a feed-forward network, whose channels are units where it is convolutional.
 *
 * @param modules names of the layers in the order of execution
 */
export function hiddenLayers(layout: Layout, modules: readonly string[]): HiddenLayer[] {
  const tensor = (module: string, kind: TensorLayout['kind']): TensorLayout => {
    const found = layout.tensors.find((t) => t.module === module && t.kind === kind);
    if (found === undefined) throw new RangeError(`the layout has no ${kind} of a module ${module}`);
    return found;
  };
  return modules.slice(0, -1).map((module, index) => {
    const bias = tensor(module, 'bias');
    const incoming = tensor(module, 'kernel');
    const outgoing = tensor(modules[index + 1], 'kernel');
    const positionsOf = (unit: number) => [
      bias.offset + unit,
      ...columnPositions(incoming, bias.size, unit),
      ...rowPositions(outgoing, bias.size, unit),
    ];
    return {
      module,
      units: Array.from({ length: bias.size }, (_, unit) => Uint32Array.from(positionsOf(unit))),
      incoming: 1 + incoming.size / bias.size,
    };
  });
}

/** The last axis of a kernel is its output. */
function columnPositions({ offset, size }: TensorLayout, units: number, unit: number): number[] {
  return Array.from({ length: size / units }, (_, row) => offset + row * units + unit);
}

/** The last axis but one of the next kernel is its input; after a convolution it is (H, W, C) flat, channel last. */
function rowPositions({ offset, size, shape }: TensorLayout, units: number, unit: number): number[] {
  const outputs = shape[shape.length - 1];
  const perRow = units * outputs;
  return Array.from({ length: size / units }, (_, i) => {
    const block = Math.floor(i / outputs);
    return offset + block * perRow + unit * outputs + (i % outputs);
  });
}

/** The same network with unit order[u] of `from` at place u of the layer. Weights and masks alike. */
export function permuteUnits<T extends Float64Array | Uint8Array>(
  from: T,
  { units }: HiddenLayer,
  order: Uint32Array,
): T {
  const out = from.slice() as T;
  order.forEach((source, place) => {
    units[place].forEach((position, i) => (out[position] = from[units[source][i]]));
  });
  return out;
}
