/** Rows of the screen are scarce: sections say how many they wish for and are given a fair part. */

/**
 * Gives each wish as many of `available` rows as it asks for, as long as there are any: small wishes are met first,
 * what is left is shared evenly by the large ones, earlier ones getting the odd rows.
 */
export function shareRows(available: number, wishes: readonly number[]): number[] {
  const given = wishes.map(() => 0);
  let left = Math.max(0, available);
  while (left > 0) {
    const hungry = wishes.flatMap((wish, position) => (wish > given[position]! ? [position] : []));
    if (hungry.length === 0) break;
    const part = Math.max(1, Math.floor(left / hungry.length));
    for (const position of hungry) {
      const more = Math.min(part, wishes[position]! - given[position]!, left);
      given[position]! += more;
      left -= more;
    }
  }
  return given;
}

export interface Window<T> {
  readonly shown: readonly T[];
  /** How many are not shown; when there are any, one of the rows says so. */
  readonly hidden: number;
}

/** What fits into `rows` (nothing at all into none); when not all fit, those with the smallest `rank` stay, in their order. */
export function windowOf<T>(
  items: readonly T[],
  rows: number,
  rank: (item: T) => number = () => 0,
): Window<T> {
  if (items.length <= rows) return { shown: items, hidden: 0 };
  if (rows <= 0) return { shown: [], hidden: 0 };
  const room = rows - 1;
  const positions = items
    .map((item, position) => ({ position, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank || a.position - b.position)
    .slice(0, room)
    .map(({ position }) => position)
    .sort((a, b) => a - b);
  return { shown: positions.map((position) => items[position]!), hidden: items.length - room };
}
