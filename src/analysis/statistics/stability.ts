import { streamKey } from '../../numeric/rng.js';
import type { Layout } from '../../numeric/layout.js';
import type { Mask } from '../../numeric/mask.js';
import { inWords, nameOf } from './groups.js';
import type { Row } from './groups.js';
import { UserError } from '../../base/result.js';
import { meanInterval } from './interval.js';
import { scoreStability } from './paper.js';
import { intervalCells } from './summary.js';

/** Scores of one trained network. */
export interface LevelScores {
  /** What tells its chain apart from others, but for the repetition. */
  readonly chain: Row;
  readonly repetition: string;
  readonly level: number;
  readonly layout: Layout;
  readonly mask: Mask;
  /** Flat in the layout. */
  readonly scores: Float64Array;
}

/**
 * One row for each kernel and level of a chain: rank correlation of the scores with those of the first level, over the
 * weights that survive the last one, mean and interval over the repetitions. Where there is none (fewer than two
 * survivors) a repetition is left out.
 */
export function stabilityRows(levels: readonly LevelScores[], rng: number): Row[] {
  const found = new Map<string, { cells: Row; values: number[] }>();
  for (const chain of chainsOf(levels)) {
    const [first] = chain;
    const last = chain[chain.length - 1];
    for (const one of chain)
      for (const { path, kind, offset, size } of one.layout.tensors) {
        if (kind === 'bias') continue;
        const value = scoreStability(
          one.scores.subarray(offset, offset + size),
          first.scores.subarray(offset, offset + size),
          last.mask.subarray(offset, offset + size),
        );
        if (Number.isNaN(value)) continue;
        const cells = { ...one.chain, tensor: path, level: one.level };
        const entry = found.get(nameOf(cells)) ?? { cells, values: [] as number[] };
        entry.values.push(value);
        found.set(nameOf(cells), entry);
      }
  }
  return [...found.values()].map(({ cells, values }) => {
    const interval = meanInterval(
      Float64Array.from(values),
      streamKey(rng, 'bootstrap', 'stability', nameOf(cells)),
    );
    return { ...cells, n: interval.n, mean: interval.mean, ...intervalCells(interval) };
  });
}

/** Levels of each chain and repetition, ascending. */
function chainsOf(levels: readonly LevelScores[]): LevelScores[][] {
  const chains = new Map<string, LevelScores[]>();
  for (const one of levels) {
    const name = nameOf({ ...one.chain, repetition: one.repetition });
    const chain = chains.get(name) ?? [];
    if (chain.some(({ level }) => level === one.level))
      throw new UserError(
        `two tickets of ${inWords(one.chain)} have level ${one.level} and the same repetition`,
      );
    chains.set(name, [...chain, one]);
  }
  return [...chains.values()].map((chain) => chain.sort((a, b) => a.level - b.level));
}
