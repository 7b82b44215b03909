/** How the taps of two partner outputs are shared out at one site. */
export interface TapCounts {
  /** Taps that both have. */
  readonly common: number;
  /** Taps of its own that each of the two has. */
  readonly ownA: number;
  readonly ownB: number;
}

/**
 * Processor operations a block, as measured on x86 (bench kernels); only their ratios matter. A tap taken alone costs
 * `single`; two outputs together cost `common` for a tap of both, `turn` for two taps in turn, `rest` for what the
 * longer one has left, and `pair` once.
 */
interface Prices {
  readonly single: number;
  readonly common: number;
  readonly turn: number;
  readonly rest: number;
  readonly pair: number;
  /** Once for every output written. */
  readonly output: number;
}

const pooled: Prices = { single: 66, common: 109, turn: 140, rest: 80, pair: 100, output: 60 };
const plain: Prices = { single: 19, common: 28, turn: 34, rest: 19, pair: 10, output: 20 };

export const singleCost = (isPooled: boolean, taps: number): number => {
  const prices = isPooled ? pooled : plain;
  return prices.output + prices.single * taps;
};

export function pairCost(isPooled: boolean, { common, ownA, ownB }: TapCounts): number {
  const prices = isPooled ? pooled : plain;
  const turns = Math.min(ownA, ownB);
  const rest = Math.max(ownA, ownB) - turns;
  return prices.pair + 2 * prices.output + prices.common * common + prices.turn * turns + prices.rest * rest;
}

/** Which kernel serves two partner outputs. It changes the time, never a byte. */
export type Choose = (isPooled: boolean, counts: TapCounts) => 'pair' | 'single';

export const cheaper: Choose = (isPooled, counts) => {
  const apart =
    singleCost(isPooled, counts.common + counts.ownA) + singleCost(isPooled, counts.common + counts.ownB);
  return pairCost(isPooled, counts) < apart ? 'pair' : 'single';
};
