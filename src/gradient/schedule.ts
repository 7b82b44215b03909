import { cos, exp, log } from '../numeric/math.js';

export const schedules = ['constant', 'linear', 'cosine'] as const;
export type ScheduleName = (typeof schedules)[number];

export interface Schedule {
  readonly name: ScheduleName;
  readonly from: number;
  /** Reached after the last step; of no meaning to `constant`. */
  readonly to: number;
  readonly steps: number;
}

/** The learning rate of the step after `done` steps. */
export function learningRateAt({ name, from, to, steps }: Schedule, done: number): number {
  if (name === 'constant') return from;
  const share = done / steps;
  return name === 'linear' ? from + (to - from) * share : to + ((from - to) * (1 + cos(Math.PI * share))) / 2;
}

/** `count` steps from 1 to `total`, evenly spaced on a logarithmic scale; those that coincide are there once. */
export function logSpacedSteps(count: number, total: number): readonly number[] {
  if (count === 0) return [];
  if (count === 1) return [total];
  const steps = Array.from({ length: count }, (_, i) => Math.round(exp((log(total) * i) / (count - 1))));
  return [...new Set([...steps, total])];
}
