import { log } from '../../numeric/math.js';
import { mean, percentile } from '../../numeric/stats.js';
import { childKey } from '../../numeric/rng.js';
import type { StreamKey } from '../../numeric/rng.js';
import { dot } from '../vectors.js';
import type { SymmetricOperator } from '../spectrum/operator.js';
import { normalDirection } from '../spectrum/probes.js';
import { directionalCurvatures } from './directional.js';
import { secondDifference } from './line-integral.js';
import type { Gradient } from './line-integral.js';
import type { Measure, Neighbourhood, Value } from './measure.js';
import { pairMeans, measurePairs } from './measure.js';
import { ownDistribution } from './own-distribution.js';
import { crossingOf, radiusAt, retainedOf } from './radius.js';
import type { Retained } from './radius.js';
import { kinkGap, sharpness } from './sharpness.js';
import type { Sharpness } from './sharpness.js';

export interface FlatnessSettings {
  /** Antithetic pairs of every measure. */
  readonly pairs: number;
  /** Absolute standard deviations, ascending. */
  readonly sigmas: readonly number[];
  /** Standard deviations relative to each layer's weights, ascending. */
  readonly rhos: readonly number[];
  /** Scales that are measured between two of the grid to find the radius more exactly. */
  readonly refinements: number;
  /** Length h of the steps of directional curvatures. */
  readonly step: number;
  /** Directions whose curvature is also told by the Hessian. */
  readonly paired: number;
  /** Directions whose second difference is also told by gradients along the line. */
  readonly lines: number;
}

/** Where flatness is measured, on the searched coordinates. */
export interface Spot {
  readonly measure: Measure;
  readonly centre: Float64Array;
  readonly value: Value;
  /** Number of classes: what knowing nothing is worth. */
  readonly classes: number;
  /** Scale of each coordinate's layer. */
  readonly relative: Float64Array;
  /** Of the search distribution, where there is one. */
  readonly std: Float64Array | undefined;
  readonly hessian: SymmetricOperator;
  readonly gradient: Gradient;
}

/** One row of the table behind curves of sharpness; NaN where a measure does not exist. */
export interface SharpnessRow {
  readonly measure: 'absolute' | 'relative';
  readonly scale: number;
  /** False on the grid that was asked for, true for scales in between that were added to find the radius. */
  readonly refined: boolean;
  readonly pairs: number;
  readonly loss_increase: number;
  readonly loss_increase_se: number;
  readonly error_increase: number;
  readonly error_increase_se: number;
  /** 2 S / sigma^2: the trace of the Hessian for small sigma, but for kinks. */
  readonly curvature: number;
  /** Of the paired directions: how much larger it is than z'Hz, as a share. */
  readonly kink_gap: number;
  readonly kink_gap_se: number;
  /** What is left of accuracy, and of cross-entropy, above chance. */
  readonly retained_accuracy: number;
  readonly retained_loss: number;
}

export interface FlatnessReport {
  readonly cells: Readonly<Record<string, number>>;
  readonly rows: readonly SharpnessRow[];
  /** kappa of each direction. */
  readonly curvatures: Float64Array;
}

/** The measures of numerics 7.4 by values alone, and what derivatives say of the same directions. */
export async function flatnessReport(
  spot: Spot,
  settings: FlatnessSettings,
  key: StreamKey,
): Promise<FlatnessReport> {
  const around: Neighbourhood = { ...spot, key: childKey(key, 'directions'), pairs: settings.pairs };
  const absolute = await absoluteRows(spot, settings, around);
  const relative = await relativeProfile(spot, settings, around);
  const curvatures = await directionalCurvatures(around, settings.step, spot.value);
  const own = spot.std === undefined ? {} : await ownCells(around, spot.std);
  const line = await lineCells(spot, settings, around);
  return {
    cells: {
      ...relative.cells,
      ...own,
      kink_gap: absolute[0]?.kink_gap ?? NaN,
      kink_gap_se: absolute[0]?.kink_gap_se ?? NaN,
      ...line,
      curvature_mean: mean(curvatures),
      curvature_p10: percentile(curvatures, 10),
      curvature_p50: percentile(curvatures, 50),
      curvature_p90: percentile(curvatures, 90),
      curvature_negative_share: mean(curvatures.map((kappa) => (kappa < 0 ? 1 : 0))),
    },
    rows: [...absolute, ...relative.rows],
    curvatures,
  };
}

async function absoluteRows(
  spot: Spot,
  { sigmas, paired }: FlatnessSettings,
  around: Neighbourhood,
): Promise<SharpnessRow[]> {
  const quadratic = quadraticForms(spot.hessian, around.key, Math.min(paired, around.pairs));
  const rows: SharpnessRow[] = [];
  for (const sigma of sigmas) {
    const measured = await sharpness(around, sigma, spot.value);
    const gap =
      quadratic.length === 0
        ? { mean: NaN, standardError: NaN }
        : kinkGap(measured.perDirection, sigma, quadratic);
    rows.push({
      ...rowOf(spot, { measure: 'absolute', scale: sigma, refined: false, pairs: around.pairs }, measured),
      curvature: (2 * measured.loss.mean) / (sigma * sigma),
      kink_gap: gap.mean,
      kink_gap_se: gap.standardError,
    });
  }
  return rows;
}

/** z'Hz of the first directions. */
function quadraticForms(
  { dimension, product }: SymmetricOperator,
  key: StreamKey,
  count: number,
): Float64Array {
  const image = new Float64Array(dimension);
  return Float64Array.from({ length: count }, (_, k) => {
    const z = normalDirection(dimension, key, k);
    product(image, z);
    return dot(z, image);
  });
}

/** The share of the performance above chance that is left at `rho_90`. */
const kept = 0.9;

async function relativeProfile(spot: Spot, { rhos, refinements }: FlatnessSettings, around: Neighbourhood) {
  const rows: SharpnessRow[] = [];
  const measureAt = async (rho: number): Promise<{ error: Retained; loss: Retained }> => {
    const scale = spot.relative.map((size) => rho * size);
    const measured = await sharpness(around, scale, spot.value);
    rows.push({
      ...rowOf(
        spot,
        { measure: 'relative', scale: rho, refined: !rhos.includes(rho), pairs: around.pairs },
        measured,
      ),
      ...{ curvature: NaN, kink_gap: NaN, kink_gap_se: NaN },
    });
    return retained(spot, rho, measured);
  };
  const grid: { error: Retained; loss: Retained }[] = [];
  for (const rho of [...rhos].sort((a, b) => a - b)) grid.push(await measureAt(rho));
  const finer = async (quantity: 'error' | 'loss') => {
    const own = grid.map((point) => point[quantity]);
    for (let i = 0; i < refinements; i++) {
      const crossing = crossingOf(kept, own);
      if (crossing === undefined) break;
      const [before, after] = crossing;
      const between = await measureAt(Math.sqrt(before.scale * after.scale));
      own.splice(own.indexOf(after), 0, between[quantity]);
    }
    return radiusAt(kept, own) ?? { radius: NaN, standardError: NaN };
  };
  const error = await finer('error');
  const loss = await finer('loss');
  rows.sort((a, b) => a.scale - b.scale);
  return {
    rows,
    cells: {
      rho_90: error.radius,
      rho_90_se: error.standardError,
      rho_90_loss: loss.radius,
      rho_90_loss_se: loss.standardError,
    },
  };
}

function retained({ value, classes }: Spot, scale: number, measured: Sharpness) {
  const of = (quantity: 'error' | 'loss', chance: number) =>
    retainedOf(scale, measured[quantity], { centre: value[quantity], chance });
  return { error: of('error', 1 - 1 / classes), loss: of('loss', log(classes)) };
}

function rowOf(
  spot: Spot,
  at: Pick<SharpnessRow, 'measure' | 'scale' | 'refined' | 'pairs'>,
  measured: Sharpness,
): Omit<SharpnessRow, 'curvature' | 'kink_gap' | 'kink_gap_se'> {
  const left = retained(spot, at.scale, measured);
  return {
    ...at,
    loss_increase: measured.loss.mean,
    loss_increase_se: measured.loss.standardError,
    error_increase: measured.error.mean,
    error_increase_se: measured.error.standardError,
    retained_accuracy: left.error.mean,
    retained_loss: left.loss.mean,
  };
}

async function ownCells(around: Neighbourhood, std: Float64Array) {
  const { own, isotropic, difference, isotropicStd } = await ownDistribution(around, std);
  return {
    own_loss: own.mean,
    own_loss_se: own.standardError,
    isotropic_loss: isotropic.mean,
    isotropic_loss_se: isotropic.standardError,
    own_minus_isotropic: difference.mean,
    own_minus_isotropic_se: difference.standardError,
    isotropic_std: isotropicStd,
  };
}

/** Of the sigmas: large enough for float32 values, small enough for a few kinks. */
const lineScale = 0.01;

/** How far second differences by values and by gradients along the line are apart: a check on both. */
async function lineCells(spot: Spot, { lines }: FlatnessSettings, around: Neighbourhood) {
  const count = Math.min(lines, around.pairs);
  if (count === 0) return { line_integral_gap: NaN };
  const values = pairMeans(await measurePairs({ ...around, pairs: count }, lineScale), 'loss');
  const gaps = values.map((value, k) => {
    const direction = normalDirection(spot.centre.length, around.key, k);
    const integral = secondDifference(spot.gradient, { centre: spot.centre, direction, scale: lineScale });
    return Math.abs(integral / (2 * (value - spot.value.loss)) - 1);
  });
  return { line_integral_gap: Math.max(...gaps) };
}
