import { UserError } from '../../base/result.js';
import { mean } from '../../numeric/stats.js';
import { streamKey } from '../../numeric/rng.js';
import { nameOf } from './groups.js';
import type { Cell, Group, Row } from './groups.js';
import { holm } from './holm.js';
import { meanInterval } from './interval.js';
import { pairedTest } from './paired-test.js';
import { intervalCells, present } from './summary.js';

/** A named comparison of two values of a column. */
export interface Contrast {
  readonly name: string;
  readonly column: string;
  readonly first: string | number;
  readonly second: string | number;
  /** Only groups whose column has at most, or at least, this value. */
  readonly at_most?: Readonly<Record<string, number>>;
  readonly at_least?: Readonly<Record<string, number>>;
  /** With a margin the claim is that the two are equal within it; without, that they differ. */
  readonly margin?: number;
}

/** Differences of one contrast, one a repetition. */
interface Paired {
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Groups that each side is averaged over. */
  readonly conditions: number;
}

const level = 0.05;

/**
 * One row a contrast. In each repetition the two sides are averaged over the groups that have both, and subtracted:
 * differences are paired. P-values are adjusted over all contrasts (Holm).
 *
 * @throws UserError when a contrast has no pair
 */
export function contrastRows(groups: readonly Group[], contrasts: readonly Contrast[], rng: number): Row[] {
  const results = contrasts.map((contrast) => {
    const { first, second, conditions } = pairs(groups, contrast);
    const differences = first.map((value, i) => value - second[i]);
    const interval = meanInterval(differences, streamKey(rng, 'bootstrap', 'contrast', contrast.name));
    const tests = pairedTest(differences, contrast.margin ?? NaN);
    return { contrast, first, second, conditions, interval, tests };
  });
  const claims = results.map(({ contrast, tests }) =>
    contrast.margin === undefined ? tests.pDifferent : tests.pEquivalent,
  );
  const adjusted = holm(claims);
  return results.map(({ contrast, first, second, conditions, interval, tests }, i) => ({
    contrast: contrast.name,
    column: contrast.column,
    first: contrast.first,
    second: contrast.second,
    n: interval.n,
    conditions,
    mean_first: mean(first),
    mean_second: mean(second),
    difference: interval.mean,
    ...intervalCells(interval),
    margin: contrast.margin,
    p_different: present(tests.pDifferent),
    p_equivalent: present(tests.pEquivalent),
    p_holm: present(adjusted[i]),
    detectable: present(tests.detectable),
    verdict: verdict(contrast, interval.mean, adjusted[i]),
  }));
}

function verdict({ margin }: Contrast, difference: number, p: number): string {
  if (!(p < level)) return 'not decided';
  if (margin !== undefined) return 'equivalent';
  return difference > 0 ? 'first is higher' : 'second is higher';
}

function pairs(groups: readonly Group[], contrast: Contrast): Paired {
  const sides = [contrast.first, contrast.second].map((side) => conditionsOf(groups, contrast, side));
  const [ofFirst, ofSecond] = sides;
  const common = [...ofFirst.keys()].filter((condition) => ofSecond.has(condition));
  const first: number[] = [];
  const second: number[] = [];
  for (const repetition of repetitionsOf(common.map((condition) => ofFirst.get(condition)!))) {
    const values = sides.map((side) =>
      common.map((condition) => side.get(condition)!.values.get(repetition)),
    );
    // A repetition counts when it is there in all conditions: else means of different things were compared.
    const [a, b] = values.map((list) => list.filter((value) => value !== undefined));
    if (a.length < common.length || b.length < common.length) continue;
    first.push(mean(a));
    second.push(mean(b));
  }
  if (first.length === 0) throw noPair(groups, contrast);
  return { first: Float64Array.from(first), second: Float64Array.from(second), conditions: common.length };
}

/** Groups of one side within the limits, by the cells of their other columns. */
function conditionsOf(groups: readonly Group[], contrast: Contrast, side: Cell): Map<string, Group> {
  const { column, at_most: most = {}, at_least: least = {} } = contrast;
  const inside = ({ cells }: Group) =>
    Object.entries(most).every(([name, limit]) => Number(cells[name]) <= limit) &&
    Object.entries(least).every(([name, limit]) => Number(cells[name]) >= limit);
  return new Map(
    groups
      .filter((group) => String(group.cells[column]) === String(side) && inside(group))
      .map((group) => [nameOf({ ...group.cells, [column]: undefined }), group]),
  );
}

function repetitionsOf(groups: readonly Group[]): readonly string[] {
  return [...new Set(groups.flatMap(({ values }) => [...values.keys()]))];
}

function noPair(groups: readonly Group[], { name, column, first, second }: Contrast): UserError {
  const found = [...new Set(groups.map(({ cells }) => String(cells[column])))].join(', ');
  return new UserError(
    `contrast ${name}: no repetition has both ${column} = ${first} and ${column} = ${second} in the same conditions (the table has ${column} = ${found}); check the spelling, the limits, and that every other column that tells runs apart is in \`by\``,
  );
}
