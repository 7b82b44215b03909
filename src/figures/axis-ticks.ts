import { linearTicks, logTicks } from './round-numbers.js';
import { isPlain, linearLabels, logLabels } from './tick-labels.js';

export type AxisKind = 'linear' | 'log';

export interface AxisFrame {
  readonly kind: AxisKind;
  /** Values at the two places of the axis between which there may be ticks; ascending, and above 0 for `log`. */
  readonly ends: readonly [number, number];
  /** Pixels between these places. */
  readonly pixels: number;
  /** Pixels that a label takes along the axis. */
  readonly extentOf: (label: string) => number;
  /** Pixels between labels that keep them apart. */
  readonly gap: number;
  /** Most steps between the labels of a linear axis. */
  readonly steps: number;
  /** Whether there is nothing between two whole numbers. */
  readonly whole: boolean;
}

export interface Ticks {
  readonly values: readonly number[];
  /** Beside each value; empty for those between the labelled ones of a logarithmic axis. */
  readonly labels: readonly string[];
}

/** The most ticks of the usual kinds whose labels stay apart. */
export function ticksOf(frame: AxisFrame): Ticks {
  if (frame.kind === 'linear') return linearOf(frame);
  const powers = [1, 2, 3, 4, 5, 10, 20, 50, 100].map((every) => logTicks(frame.ends, [1], every));
  const fine = logTicks(frame.ends, [1, 2, 5]);
  // 2×10⁻⁷ is harder to read than what it adds.
  const sets = isPlain(fine) ? [fine, ...powers] : [...powers, fine];
  const found = sets.filter(({ length }) => length >= 3).find((set) => stayApart(frame, set, logLabels(set)));
  // Less than a power of ten: round numbers between are more than what is left of 1, 2, 5.
  if (found === undefined) return linearOf(frame);
  return withMinorTicks(frame, { values: found, labels: logLabels(found) });
}

function linearOf(frame: AxisFrame): Ticks {
  for (let steps = frame.steps; steps > 0; steps -= 1) {
    const values = linearTicks(frame.ends, steps, frame.whole);
    const labels = linearLabels(values);
    if (values.length > 0 && stayApart(frame, values, labels)) return { values, labels };
  }
  const values = linearTicks(frame.ends, 1, frame.whole).slice(0, 1);
  return { values, labels: linearLabels(values) };
}

function stayApart(frame: AxisFrame, values: readonly number[], labels: readonly string[]): boolean {
  return values.every((value, at) => {
    if (at === 0) return true;
    const centres = frame.pixels * (placeOf(frame, value) - placeOf(frame, values[at - 1]!));
    const halves = (frame.extentOf(labels[at]!) + frame.extentOf(labels[at - 1]!)) / 2;
    return centres - halves >= frame.gap;
  });
}

/** Where a value lies between the ends: 0 at the first, 1 at the second. */
function placeOf({ kind, ends: [least, most] }: AxisFrame, value: number): number {
  if (kind === 'linear') return (value - least) / (most - least);
  return Math.log(value / least) / Math.log(most / least);
}

const mostMinorTicks = 80;

/** The eight between two powers of ten show that an axis is logarithmic. */
function withMinorTicks({ ends }: AxisFrame, { values, labels }: Ticks): Ticks {
  const minor = logTicks(ends, [1, 2, 3, 4, 5, 6, 7, 8, 9]).filter((tick) => !values.includes(tick));
  if (minor.length > mostMinorTicks) return { values, labels };
  return { values: [...values, ...minor], labels: [...labels, ...minor.map(() => '')] };
}
