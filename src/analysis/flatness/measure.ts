import type { StreamKey } from '../../numeric/rng.js';
import type { Ledger } from '../ledger.js';
import { normalDirection } from '../spectrum/probes.js';

/** What is to be minimised, at one point: both are NaN where the weights have diverged. */
export interface Value {
  /** Mean cross-entropy. */
  readonly loss: number;
  /** 1 - accuracy. */
  readonly error: number;
}

/**
 * Values of many points of the searched coordinates, all on the same images: common random numbers. The points are
 * only lent: they change after the promise is kept.
 */
export type Measure = (points: readonly Float64Array[]) => Promise<readonly Value[]>;

/** A point m and the directions z around it: standard normals, number 0, 1, ... of a stream. */
export interface Neighbourhood {
  readonly measure: Measure;
  /** m; rounded to float32, in which networks are evaluated. */
  readonly centre: Float64Array;
  readonly key: StreamKey;
  /** K, the number of antithetic pairs m + s z and m - s z. */
  readonly pairs: number;
}

/** Values at m + s z and m - s z, one entry a direction. */
export interface PairValues {
  readonly plus: readonly Value[];
  readonly minus: readonly Value[];
}

/** Pairs that are in memory at a time. */
const chunk = 64;

/** How often that many pairs are measured at a time. */
export const chunksOf = (pairs: number): number => Math.ceil(pairs / chunk);

/** The same values, kept in a ledger: whoever measures measures in one fixed order. */
export function measureIn(ledger: Ledger, name: string, measure: Measure): Measure {
  let calls = 0;
  return async (points) => {
    const numbers = await ledger.onceAsync(`${name} ${calls++}`, async () =>
      Float64Array.from((await measure(points)).flatMap(({ loss, error }) => [loss, error])),
    );
    return points.map((_, i) => ({ loss: numbers[2 * i], error: numbers[2 * i + 1] }));
  };
}

/**
 * Perturbs by one scale for all coordinates, or by one for each.
 *
 * @param shape changes every direction before it is used, for example to length 1
 */
export async function measurePairs(
  { measure, centre, key, pairs }: Neighbourhood,
  scale: number | Float64Array,
  shape: (direction: Float64Array) => Float64Array = (direction) => direction,
): Promise<PairValues> {
  const values: Value[] = [];
  const m = centre.map(Math.fround);
  const step = typeof scale === 'number' ? new Float64Array(centre.length).fill(scale) : scale;
  for (let first = 0; first < pairs; first += chunk) {
    const points: Float64Array[] = [];
    for (let k = first; k < Math.min(pairs, first + chunk); k++) {
      const z = shape(normalDirection(centre.length, key, k));
      points.push(
        ...mirrored(
          m,
          step.map((s, i) => s * z[i]),
        ),
      );
    }
    values.push(...(await measure(points)));
  }
  return {
    plus: values.filter((_, i) => i % 2 === 0),
    minus: values.filter((_, i) => i % 2 === 1),
  };
}

/**
 * m + offset and m - offset in float32, and m exactly in their middle: else the slope, times what rounding does to the
 * middle, would drown the curvature at small scales. The value farther from 0 is rounded, the other one is its mirror
 * image, which float32 has but where the offset is larger than m and rounding does not matter.
 */
function mirrored(m: Float64Array, offset: Float64Array): readonly [Float64Array, Float64Array] {
  const plus = new Float64Array(m.length);
  const minus = new Float64Array(m.length);
  for (let i = 0; i < m.length; i++) {
    const outward = m[i] * offset[i] >= 0;
    const far = Math.fround(outward ? m[i] + offset[i] : m[i] - offset[i]);
    plus[i] = outward ? far : 2 * m[i] - far;
    minus[i] = outward ? 2 * m[i] - far : far;
  }
  return [plus, minus];
}

/** (J(m + s z) + J(m - s z)) / 2 of each direction: what is odd in z cancels. */
export function pairMeans({ plus, minus }: PairValues, quantity: keyof Value): Float64Array {
  return Float64Array.from(plus, (value, k) => (value[quantity] + minus[k][quantity]) / 2);
}
