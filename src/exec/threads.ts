/**
 * How many threads each of the instances that start now may use. Everybody has one slot; slots that nothing else is ready
 * for are lent in turn to those that can use them, and stay with them until they end.
 *
 * @param capable which of the starting instances can use more than one thread.
 * @param free slots, at least as many as instances.
 */
export function grantThreads(capable: readonly boolean[], free: number): number[] {
  const threads = capable.map(() => 1);
  const takers = threads.flatMap((_, at) => (capable[at] ? [at] : []));
  if (takers.length === 0) return threads;
  for (let spare = free - capable.length, turn = 0; spare > 0; spare--, turn++)
    threads[takers[turn % takers.length]!]!++;
  return threads;
}
