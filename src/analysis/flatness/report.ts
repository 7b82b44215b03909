import { mean, percentile } from '../../numeric/stats.js';
import { childKey } from '../../numeric/rng.js';
import type { StreamKey } from '../../numeric/rng.js';
import type { Ledger } from '../ledger.js';
import { dot } from '../vectors.js';
import { normalDirection } from '../spectrum/probes.js';
import { curvatureRank } from './curvature-rank.js';
import { directionalCurvatures } from './directional.js';
import { excesses, layerRows } from './layer-curvature.js';
import type { LayerRow } from './layer-curvature.js';
import { lineNodes, secondDifference } from './line-integral.js';
import { chunksOf, measureIn, measurePairs, pairMeans } from './measure.js';
import type { Neighbourhood } from './measure.js';
import { ownDistribution } from './own-distribution.js';
import { relativeProfile } from './relative-profile.js';
import { rowOf } from './rows.js';
import type { FlatnessSettings, SharpnessRow, Spot } from './rows.js';
import { kinkGap, sharpness } from './sharpness.js';

export interface FlatnessReport {
  readonly cells: Readonly<Record<string, number>>;
  readonly rows: readonly SharpnessRow[];
  /** Curvature of each tensor by values alone, at each absolute scale. */
  readonly layers: readonly LayerRow[];
  /** kappa of each direction. */
  readonly curvatures: Float64Array;
}

/** Pieces that the ledger gets, at most: fewer when the radius needs no refinement. */
export function flatnessPieces(settings: FlatnessSettings, hasStd: boolean): number {
  const { pairs, sigmas, rhos, refinements, paired, lines } = settings;
  const measures = sigmas.length + rhos.length + 2 * refinements + 1 + (hasStd ? 2 : 0);
  const both = Math.min(lines, pairs);
  return measures * chunksOf(pairs) + Math.min(paired, pairs) + chunksOf(both) + both * (2 * lineNodes + 1);
}

/** The measures of numerics 7.4 by values alone, and what derivatives say of the same directions. */
export async function flatnessReport(
  spot: Spot,
  settings: FlatnessSettings,
  key: StreamKey,
  ledger: Ledger,
): Promise<FlatnessReport> {
  const around: Neighbourhood = {
    measure: measureIn(ledger, 'values', spot.measure),
    centre: spot.centre,
    key: childKey(key, 'directions'),
    pairs: settings.pairs,
  };
  const quadratic = quadraticForms(spot, around, { count: settings.paired, ledger });
  const { rows: absolute, layers } = await absoluteRows(spot, settings, { around, quadratic });
  const relative = await relativeProfile(spot, settings, around);
  const curvatures = await directionalCurvatures(around, settings.step, spot.value);
  const own = spot.std === undefined ? {} : await ownCells(around, spot.std, spot.diagonal);
  const line = await lineCells(spot, around, { count: settings.lines, ledger });
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
      curvature_negative_share: negativeShare(curvatures),
    },
    rows: [...absolute, ...relative.rows],
    layers,
    curvatures,
  };
}

/** Unknown when a point has diverged. */
function negativeShare(curvatures: Float64Array): number {
  return mean(curvatures.map((kappa) => (Number.isNaN(kappa) ? NaN : kappa < 0 ? 1 : 0)));
}

async function absoluteRows(
  spot: Spot,
  { sigmas }: FlatnessSettings,
  { around, quadratic }: { readonly around: Neighbourhood; readonly quadratic: Float64Array },
) {
  const rows: SharpnessRow[] = [];
  const layers: LayerRow[] = [];
  const excess = excesses(spot.groups, { ...around, dimension: spot.centre.length });
  for (const scale of sigmas) {
    const measured = await sharpness(around, scale, spot.value);
    const { perDirection } = measured;
    const gap =
      quadratic.length === 0 ? { mean: NaN, standardError: NaN } : kinkGap(perDirection, scale, quadratic);
    rows.push({
      ...rowOf(spot, { measure: 'absolute', scale, refined: false, pairs: around.pairs }, measured),
      curvature: (2 * measured.loss.mean) / (scale * scale),
      kink_gap: gap.mean,
      kink_gap_se: gap.standardError,
    });
    layers.push(...layerRows({ ...spot, excess, scale, perDirection }));
  }
  return { rows, layers };
}

interface Some {
  /** How many of the directions, the first ones. */
  readonly count: number;
  readonly ledger: Ledger;
}

/** z'Hz of the first directions. */
function quadraticForms(
  { hessian }: Spot,
  { key, pairs }: Neighbourhood,
  { count, ledger }: Some,
): Float64Array {
  const { dimension, product } = hessian;
  const image = new Float64Array(dimension);
  const formOf = (k: number): Float64Array => {
    const z = normalDirection(dimension, key, k);
    product(image, z);
    return Float64Array.of(dot(z, image));
  };
  return Float64Array.from(
    { length: Math.min(count, pairs) },
    (_, k) => ledger.once(`quadratic ${k}`, () => formOf(k))[0],
  );
}

async function ownCells(around: Neighbourhood, std: Float64Array, diagonal: Float64Array) {
  const { own, isotropic, difference, isotropicStd } = await ownDistribution(around, std);
  return {
    own_loss: own.mean,
    own_loss_se: own.standardError,
    isotropic_loss: isotropic.mean,
    isotropic_loss_se: isotropic.standardError,
    own_minus_isotropic: difference.mean,
    own_minus_isotropic_se: difference.standardError,
    isotropic_std: isotropicStd,
    curvature_rank: curvatureRank(std, diagonal),
  };
}

/** Of the sigmas: large enough for float32 values, small enough for a few kinks. */
const lineScale = 0.01;

/** How far second differences by values and by gradients along the line are apart: a check on both. */
async function lineCells({ centre, value, gradient }: Spot, around: Neighbourhood, some: Some) {
  const count = Math.min(some.count, around.pairs);
  if (count === 0) return { line_integral_gap: NaN };
  const values = pairMeans(await measurePairs({ ...around, pairs: count }, lineScale), 'loss');
  const gaps = values.map((mean, k) => {
    const direction = normalDirection(centre.length, around.key, k);
    const [integral] = some.ledger.inSteps(`line ${k}`, gradient, (slope) =>
      Float64Array.of(secondDifference(slope, { centre, direction, scale: lineScale })),
    );
    return Math.abs(integral / (2 * (mean - value.loss)) - 1);
  });
  return { line_integral_gap: Math.max(...gaps) };
}
