import type { Neighbourhood } from './measure.js';
import { crossingOf, radiusAt } from './radius.js';
import type { Retained } from './radius.js';
import { retained, rowOf } from './rows.js';
import type { FlatnessSettings, SharpnessRow, Spot } from './rows.js';
import { sharpness } from './sharpness.js';

/** The share of the performance above chance that is left at `rho_90`. */
const kept = 0.9;

interface Left {
  readonly error: Retained;
  readonly loss: Retained;
}

/** How performance falls with relative scales, and rho_90 of accuracy and of cross-entropy (numerics 7.4). */
export async function relativeProfile(
  spot: Spot,
  { rhos, refinements }: FlatnessSettings,
  around: Neighbourhood,
) {
  const rows: SharpnessRow[] = [];
  const known = new Map<number, Left>();
  const measureAt = async (rho: number): Promise<Left> => {
    // Accuracy and cross-entropy often fall to their shares between the same two scales.
    const earlier = known.get(rho);
    if (earlier !== undefined) return earlier;
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
    const left = retained(spot, rho, measured);
    known.set(rho, left);
    return left;
  };
  const grid: Left[] = [];
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
