/**
 * How many threads each of the instances that start now may use. Everybody has the slots that it needs, one as a rule;
 * slots that nothing else is ready for are lent in turn to those that can use them, and stay with them until they end.
 *
 * @param capable which of the starting instances can use more than one thread.
 * @param free slots, at least as many as are needed.
 * @param needs slots that each needs; one without.
 */
export function grantThreads(
  capable: readonly boolean[],
  free: number,
  needs: readonly number[] = capable.map(() => 1),
): number[] {
  const threads = [...needs];
  const takers = threads.flatMap((_, at) => (capable[at] ? [at] : []));
  if (takers.length === 0) return threads;
  const needed = needs.reduce((a, b) => a + b, 0);
  for (let spare = free - needed, turn = 0; spare > 0; spare--, turn++)
    threads[takers[turn % takers.length]!]!++;
  return threads;
}
