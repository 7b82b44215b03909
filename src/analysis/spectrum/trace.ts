import { mean, sampleStd } from '../../numeric/stats.js';
import type { StreamKey } from '../../numeric/rng.js';
import type { Ledger } from '../ledger.js';
import { dot } from '../vectors.js';
import type { SymmetricOperator } from './operator.js';
import { signProbe } from './probes.js';

export interface TraceEstimate {
  readonly trace: number;
  /** Standard error over the probes; NaN with a single one. */
  readonly standardError: number;
  /** v'Hv of every probe. */
  readonly values: Float64Array;
}

/**
 * Hutchinson's estimate of the trace: mean of v'Hv over vectors of random signs. The number of probes is fixed: to stop
 * when the running mean looks still is to stop at lucky draws (numerics 7.3).
 */
export function hutchinsonTrace(
  { dimension, product }: SymmetricOperator,
  probes: number,
  key: StreamKey,
  ledger: Ledger,
): TraceEstimate {
  const image = new Float64Array(dimension);
  const valueOf = (probe: number): Float64Array => {
    const vector = signProbe(dimension, key, probe);
    product(image, vector);
    return Float64Array.of(dot(vector, image));
  };
  const values = Float64Array.from(
    { length: probes },
    (_, probe) => ledger.once(`trace ${probe}`, () => valueOf(probe))[0],
  );
  return { trace: mean(values), standardError: sampleStd(values) / Math.sqrt(probes), values };
}
