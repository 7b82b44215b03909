import { mean } from '../../numeric/stats.js';
import { childKey } from '../../numeric/rng.js';
import type { StreamKey } from '../../numeric/rng.js';
import type { Ledger } from '../ledger.js';
import { dot, norm } from '../vectors.js';
import { spectralDensity } from './density.js';
import { extremes } from './extremes.js';
import type { Extremes, RitzValue } from './extremes.js';
import { lanczosIn } from './lanczos.js';
import type { SymmetricOperator } from './operator.js';
import { normalDirection } from './probes.js';
import { stochasticQuadratures } from './quadrature.js';
import type { Quadrature } from './quadrature.js';
import { hutchinsonTrace } from './trace.js';

export interface SpectrumSettings {
  readonly lanczosSteps: number;
  /** How many eigenvalues at each end. */
  readonly eigenvalues: number;
  readonly traceProbes: number;
  readonly densityProbes: number;
  readonly densitySteps: number;
}

/** One row of the table behind spectra; what a part has no use for is undefined. */
export interface SpectrumRow {
  /** `top`, `bottom`: eigenvalues; `node`: of the quadratures; `density`: of the eigenvalues, at a value. */
  readonly part: 'top' | 'bottom' | 'node' | 'density';
  /** Rank of an eigenvalue from its end, or number of the probe, from 0. */
  readonly index: number;
  readonly value: number;
  /** Weight of a node, or the density. */
  readonly weight?: number;
  readonly bound?: number;
  readonly converged?: boolean;
}

/** In the order of the table, with their types. */
export const spectrumColumns: Readonly<Record<keyof SpectrumRow, 'bool' | 'double' | 'int' | 'string'>> = {
  ...{ part: 'string', index: 'int', value: 'double', weight: 'double', bound: 'double', converged: 'bool' },
};

export interface SpectrumReport {
  readonly cells: Readonly<Record<string, number>>;
  readonly rows: readonly SpectrumRow[];
}

/** Pieces that the ledger gets, at most: fewer when the eigenvectors are all found before. */
export function spectrumPieces({
  lanczosSteps,
  traceProbes,
  densityProbes,
  densitySteps,
}: SpectrumSettings): number {
  return lanczosSteps + 1 + traceProbes + densityProbes * (densitySteps + 1) + 3;
}

/** Everything that is known of a Hessian from products with it (numerics 7.3). */
export function spectrumReport(
  operator: SymmetricOperator,
  settings: SpectrumSettings,
  key: StreamKey,
  ledger: Ledger,
): SpectrumReport {
  const start = normalDirection(operator.dimension, childKey(key, 'lanczos'), 0);
  const request = { ...operator, start, steps: settings.lanczosSteps };
  const ends = extremes(lanczosIn(ledger, 'lanczos', request), settings.eigenvalues);
  const traceKey = childKey(key, 'trace');
  const { trace, standardError } = hutchinsonTrace(operator, settings.traceProbes, traceKey, ledger);
  const rules = stochasticQuadratures(
    operator,
    { probes: settings.densityProbes, steps: settings.densitySteps },
    childKey(key, 'density'),
    ledger,
  );
  const [symmetry] = ledger.inSteps('symmetry', operator.product, (product) =>
    Float64Array.of(asymmetry({ ...operator, product }, childKey(key, 'symmetry'))),
  );
  const [top, bottom] = [ends.top[0], ends.bottom[0]];
  return {
    cells: {
      lambda_max: top.value,
      lambda_max_bound: top.bound,
      lambda_min: bottom.value,
      lambda_min_bound: bottom.bound,
      lanczos_steps: ends.steps,
      asymmetry: symmetry,
      trace,
      trace_se: standardError,
      trace_per_coordinate: trace / operator.dimension,
      density_mean: mean(rules.map((rule) => moment(rule, 1))),
      density_mean_square: mean(rules.map((rule) => moment(rule, 2))),
    },
    rows: spectrumRows(ends, rules),
  };
}

function spectrumRows({ top, bottom }: Extremes, rules: readonly Quadrature[]): SpectrumRow[] {
  const ritz =
    (part: 'top' | 'bottom') =>
    ({ value, bound, converged }: RitzValue, index: number): SpectrumRow => ({
      part,
      index,
      value,
      bound,
      converged,
    });
  const nodes = rules.flatMap(({ nodes: values, weights }, index) =>
    Array.from(values, (value, i): SpectrumRow => ({ part: 'node', index, value, weight: weights[i] })),
  );
  const density = spectralDensity(rules).map(({ value, density: weight }, index): SpectrumRow => ({
    part: 'density',
    index,
    value,
    weight,
  }));
  return [...top.map(ritz('top')), ...bottom.map(ritz('bottom')), ...nodes, ...density];
}

/** |u'Hv - v'Hu| / (|u| |Hv|) of two random vectors: rounding, if the products are those of a symmetric matrix. */
export function asymmetry({ dimension, product }: SymmetricOperator, key: StreamKey): number {
  const [u, v] = [0, 1].map((direction) => normalDirection(dimension, key, direction));
  const [hu, hv] = [u, v].map((vector) => {
    const image = new Float64Array(dimension);
    product(image, vector);
    return image;
  });
  const length = norm(hv);
  return length === 0 ? 0 : Math.abs(dot(u, hv) - dot(v, hu)) / (norm(u) * length);
}

function moment({ nodes, weights }: Quadrature, power: 1 | 2): number {
  return nodes.reduce((sum, node, i) => sum + weights[i] * (power === 1 ? node : node * node), 0);
}
