/** [step, value] for each step: falls, and wobbles differently for each seed. */
export function curve(seed, steps) {
  return Array.from({ length: steps }, (_, step) => [step, 1 / (1 + step) + ((step * seed) % 3) / 50]);
}
