import { exp } from '../../numeric/math.js';
import { mean } from '../../numeric/stats.js';
import type { Quadrature } from './quadrature.js';

export interface DensityPoint {
  readonly value: number;
  readonly density: number;
}

/** So many standard deviations from its node a normal density is nothing beside its peak, also on a logarithmic axis. */
const reach = 9;

/**
 * Density of the eigenvalues: nodes of all quadratures, each smeared to a normal of variance
 * 1e-5 max(1, range), on a grid that is then averaged in bins (numerics 7.3). Its area is 1.
 *
 * @param bins points that come out; each is the mean over `perBin` points of the fine grid, so that narrow peaks keep
 * their area
 */
export function spectralDensity(
  rules: readonly Quadrature[],
  { bins, perBin }: { readonly bins: number; readonly perBin: number } = { bins: 500, perBin: 20 },
): DensityPoint[] {
  const least = Math.min(...rules.map(({ nodes }) => nodes[0]));
  const most = Math.max(...rules.map(({ nodes }) => nodes[nodes.length - 1]));
  const std = Math.sqrt(1e-5 * Math.max(1, most - least));
  const low = least - reach * std;
  const high = most + reach * std;
  const points = bins * perBin;
  const spacing = (high - low) / (points - 1);
  const fine = new Float64Array(points);
  for (const { nodes, weights } of rules)
    for (let i = 0; i < nodes.length; i++)
      addNormal(fine, {
        centre: (nodes[i] - low) / spacing,
        std: std / spacing,
        weight: weights[i],
      });
  const area = fine.reduce((sum, value) => sum + value, 0) * spacing;
  return Array.from({ length: bins }, (_, bin) => ({
    value: low + (bin * perBin + (perBin - 1) / 2) * spacing,
    density: mean(fine.subarray(bin * perBin, (bin + 1) * perBin)) / area,
  }));
}

/** Adds a normal bump of height `weight`; centre and std in grid steps. The common factor falls out in the area. */
function addNormal(
  out: Float64Array,
  { centre, std, weight }: { readonly centre: number; readonly std: number; readonly weight: number },
): void {
  const from = Math.max(0, Math.ceil(centre - reach * std));
  const to = Math.min(out.length - 1, Math.floor(centre + reach * std));
  for (let i = from; i <= to; i++) out[i] += weight * exp(-((i - centre) * (i - centre)) / (2 * std * std));
}
