import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { connectedBelow } from '../src/analysis/connectivity/barrier.js';
import { barrierCells, measurements, pathValues } from '../src/analysis/connectivity/connect.js';
import type { Evaluate, PathPoint } from '../src/analysis/connectivity/connect.js';
import { hiddenLayers } from '../src/analysis/connectivity/hidden-layers.js';
import { supportOf } from '../src/analysis/connectivity/support.js';
import { matchUnits } from '../src/analysis/connectivity/weight-matching.js';
import { distance } from '../src/analysis/vectors.js';
import { endPairs, endsOf, sameNetwork } from '../src/artefacts/ends.js';
import type { End, EndPair } from '../src/artefacts/ends.js';
import { finiteCells } from '../src/artefacts/finite-cells.js';
import { encodeTable } from '../src/artefacts/table.js';
import type { Row } from '../src/artefacts/table.js';
import { readImages } from '../src/data/images.js';
import type { ImageSets } from '../src/data/images.js';
import { buildNetwork } from '../src/networks/index.js';
import type { Network } from '../src/networks/network.js';
import { defineStage } from '../src/pipeline/stage.js';
import type { Checkpoints, ColumnType } from '../src/pipeline/stage.js';
import { createEvaluator } from '../src/population/evaluator.js';

const params = Type.Object(
  {
    points: Type.Integer({
      default: 30,
      minimum: 2,
      description: 'Evenly spaced points of a path, both ends included.',
    }),
    align: Type.Boolean({
      default: false,
      description:
        "Also bring the second end's hidden units into the order nearest to the first (weight matching).",
    }),
    images: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Images of each set to use, the first ones; 0 is all.',
    }),
  },
  { additionalProperties: false },
);
type Params = Static<typeof params>;

const gathered = { type: ['weights', 'ticket'], gather: true } as const;
const doubles = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, 'double' as const]));
const pairColumns = { kind: 'string', aligned: 'bool' } as const;
const metricsColumns: Readonly<Record<string, ColumnType>> = {
  ...pairColumns,
  ...{ points: 'int', moved_units: 'int' },
  ...doubles(['distance', 'distance_from_start_a', 'distance_from_start_b']),
  connected: 'bool',
  ...doubles(measurements.flatMap((name) => ['barrier', 'chord', 'a', 'b'].map((end) => `${name}_${end}`))),
};
const pathColumns: Readonly<Record<string, ColumnType>> = {
  ...pairColumns,
  ...doubles(['alpha', ...measurements]),
};
/** Coordinates by which the ends differ, of each of the two. */
const furtherColumns = ['ends', 'control'].map((input) => ({
  coordinatesOf: input,
  prefixes: ['a_', 'b_'],
}));

export default defineStage({
  type: 'evaluate-lmc',
  version: 2,
  summary: 'Error and cross-entropy on the straight line between networks: are they linearly connected?',
  params,
  inputs: {
    data: { type: 'dataset', doc: 'Training and test images.' },
    ends: {
      ...gathered,
      doc: 'Two or more networks with their coordinates: every pair of them is connected.',
    },
    start: {
      ...gathered,
      optional: true,
      doc: 'What the ends started from, one for all or one for each: distances from it are told too.',
    },
    control: {
      ...gathered,
      optional: true,
      doc: 'Networks that drifted without selection (train-es with `fitness: random`): pairs of the kind `control`.',
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      columns: metricsColumns,
      furtherColumns,
      doc: 'One row a pair (and alignment): coordinates a_... and b_..., barriers (`_barrier`: above the mean of the ends, `_chord`: above their straight line), values at the ends, distances.',
    },
    path: {
      type: 'table',
      columns: pathColumns,
      furtherColumns,
      doc: 'One row a point of a path: pair, alpha, error and cross-entropy.',
    },
  },
  runtime: 'portable',
  threads: true,
  async run(ctx) {
    const { params: given, inputs, threads } = ctx;
    const ends = endsOf('ends', inputs.ends, inputs.start);
    const control = inputs.control === undefined ? [] : endsOf('control', inputs.control, inputs.start);
    const pairs = [...endPairs('ends', ends), ...endPairs('control', control)];
    const network = buildNetwork(sameNetwork([...ends, ...control]));
    const images = readImages((file) => inputs.data.bytes(file));
    const variants = given.align ? [false, true] : [false];
    const work = pairs.flatMap((pair) => variants.map((aligned) => ({ pair, aligned })));
    const rows = earlierRows(ctx.checkpoints);
    for (const { pair, aligned } of work.slice(rows.metrics.length)) {
      const made = await connect({ pair, aligned, network, images, threads, given });
      rows.metrics.push(made.metrics);
      rows.path.push(...made.path);
      const done = rows.metrics.length;
      ctx.progress({ unit: 'path', done, total: work.length });
      if (ctx.checkpoints.due()) ctx.checkpoints.save(done, new TextEncoder().encode(JSON.stringify(rows)));
    }
    const coordinates = [...new Set(pairs.flatMap(({ cells }) => Object.keys(cells)))];
    return {
      metrics: encodeTable([...coordinates, ...Object.keys(metricsColumns)], rows.metrics),
      path: encodeTable([...coordinates, ...Object.keys(pathColumns)], rows.path),
    };
  },
});

interface Rows {
  readonly metrics: Row[];
  readonly path: Row[];
}

/** Paths that an interrupted try has finished. */
function earlierRows(checkpoints: Checkpoints): Rows {
  const bytes = checkpoints.latest();
  if (bytes === undefined) return { metrics: [], path: [] };
  return JSON.parse(new TextDecoder().decode(bytes)) as Rows;
}

interface Connection {
  readonly pair: EndPair;
  readonly aligned: boolean;
  readonly network: Network;
  readonly images: ImageSets;
  readonly threads: number;
  readonly given: Params;
}

async function connect(o: Connection): Promise<{ readonly metrics: Row; readonly path: readonly Row[] }> {
  const { a, b, cells, kind } = o.pair;
  const modules = o.network.layers.map(({ name }) => name);
  const matched = o.aligned
    ? matchUnits(a.weights, b.weights, hiddenLayers(o.network.layout, modules))
    : { aligned: b.weights, moved: 0 };
  const ends = [a.weights, matched.aligned] as const;
  const points = await evaluated(o, ends);
  const pair: Row = { ...cells, kind, aligned: o.aligned };
  const barriers = barrierCells(points);
  const barrier = barriers['test_error_barrier']!;
  const fromStart = ({ weights, start }: End) => (start === undefined ? undefined : distance(weights, start));
  return {
    metrics: {
      ...pair,
      points: points.length,
      moved_units: matched.moved,
      distance: distance(...ends),
      distance_from_start_a: fromStart(a),
      distance_from_start_b: fromStart(b),
      connected: Number.isNaN(barrier) ? undefined : barrier < connectedBelow,
      ...finiteCells(barriers),
    },
    path: points.map(({ alpha, values }) => ({ ...pair, alpha, ...finiteCells(values) })),
  };
}

/** The path between two ends, by the population kernels: the points are candidates. */
async function evaluated(
  { network, images, threads, given }: Connection,
  [a, b]: readonly [Float64Array, Float64Array],
): Promise<PathPoint[]> {
  const { train, test } = images;
  const mask = supportOf(network.layout, [a, b]);
  const evaluator = await createEvaluator({ network, mask, train, test, threads });
  const evaluate: Evaluate = async (weights, set) => {
    const { count } = images[set];
    const range = { from: 0, to: given.images === 0 ? count : Math.min(given.images, count) };
    const results = await evaluator.evaluateMany(weights, set, range);
    return results.map(({ accuracy, loss }) => ({ error: 1 - accuracy, loss }));
  };
  try {
    return await pathValues({ a, b, points: given.points }, evaluate);
  } finally {
    await evaluator.close();
  }
}
