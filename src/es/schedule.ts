/**
 * One step of a geometric schedule: max(value * decay, limit). A limit above the initial value raises the value at
 * the first step (numerics 1.2).
 */
export function decayed(value: number, decay: number, limit: number): number {
  return Math.max(value * decay, limit);
}
