import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { ticksOf } from '../../src/figures/axis-ticks.js';
import type { AxisFrame } from '../../src/figures/axis-ticks.js';
import { exponentOf, linearTicks, logTicks, roundEnds } from '../../src/figures/round-numbers.js';
import { fixedLabel, linearLabels, logLabels } from '../../src/figures/tick-labels.js';
import { widthOf } from './example.js';

/** Two different ends of any size and sign. */
const anyEnds = fc
  .tuple(
    fc.integer({ min: -999, max: 999 }),
    fc.integer({ min: 1, max: 5000 }),
    fc.integer({ min: -8, max: 6 }),
  )
  .map(([from, span, exponent]): [number, number] => [
    Number(`${from}e${exponent}`),
    Number(`${from + span}e${exponent}`),
  ]);
const positiveEnds = fc
  .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: -9, max: 3 }), fc.integer({ min: 11, max: 1e7 }))
  .map(([digits, exponent, times]): [number, number] => {
    const least = Number(`${digits}e${exponent}`);
    return [least, (least * times) / 10];
  });

describe('round numbers', () => {
  test('the exponent is the power of ten of the first digit', () => {
    expect([1234, 0.00999, -10, 1, 0, 1e-9].map(exponentOf)).toEqual([3, -3, 1, 0, 0, -9]);
  });

  test('ticks are multiples of 1, 2 or 5', () => {
    expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks([-2.2, 6.5], 10)).toEqual([-2, -1, 0, 1, 2, 3, 4, 5, 6]);
    expect(linearTicks([0, 4000], 8)).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000]);
    expect(linearTicks([1, 4], 10, true)).toEqual([1, 2, 3, 4]);
    expect(linearTicks([7, 7], 5)).toEqual([7]);
    // Steps of a thousandth do not change a number of this size.
    expect(linearTicks([1e15, 1e15 + 0.25], 5)).toEqual([1e15]);
  });

  test('ticks lie between the ends, as many as fit, without rounding errors', () => {
    fc.assert(
      fc.property(anyEnds, fc.integer({ min: 1, max: 12 }), ([least, most], count) => {
        const ticks = linearTicks([least, most], count);
        const step = (most - least) / count;
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(least - 1e-6 * step);
          expect(tick).toBeLessThanOrEqual(most + 1e-6 * step);
          expect(tick.toExponential().split('e')[0]!.length).toBeLessThan(9);
        }
        expect(ticks.length).toBeLessThanOrEqual(count + 1);
        // The next finer step is at most 2.5 times as fine.
        expect(ticks.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5));
      }),
    );
  });

  test('round ends hold the values and are ticks themselves', () => {
    expect(roundEnds([0.02, 0.93], 6)).toEqual([0, 1]);
    expect(roundEnds([0.1, 0.3], 6)).toEqual([0.1, 0.3]);
    expect(roundEnds([-1.3, 1.55], 6)).toEqual([-2, 2]);
    fc.assert(
      fc.property(anyEnds, (ends) => {
        const [least, most] = roundEnds(ends, 6);
        const span = ends[1] - ends[0];
        expect(least).toBeLessThanOrEqual(ends[0] + 1e-6 * span);
        expect(most).toBeGreaterThanOrEqual(ends[1] - 1e-6 * span);
        const ticks = linearTicks([least, most], 6);
        expect([ticks[0], ticks.at(-1)]).toEqual([least, most]);
      }),
    );
  });

  test('ticks of a logarithmic axis are in the range, with room for rounding', () => {
    expect(logTicks([1.0078, 100], [1, 2, 5])).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(logTicks([0.05, 0.3], [1, 2, 5])).toEqual([0.05, 0.1, 0.2]);
    expect(logTicks([6, 7], [1, 2, 5])).toEqual([]);
    expect(logTicks([3e-12, 20], [1], 4)).toEqual([1e-8, 1e-4, 1]);
  });
});

describe('labels of ticks', () => {
  test('have the same decimals, a real minus, and thousands apart from 10,000 on', () => {
    expect(linearLabels([0, 0.25, 0.5])).toEqual(['0.00', '0.25', '0.50']);
    expect(linearLabels([-1500, -1000])).toEqual(['−1500', '−1000']);
    expect(linearLabels([0, 10000, 1200000])).toEqual(['0', '10,000', '1,200,000']);
    expect(linearLabels([0, 1.2e-7, -1.25e-7])).toEqual(['0', '1.20×10⁻⁷', '−1.25×10⁻⁷']);
    expect(linearLabels([2e10])).toEqual(['2×10¹⁰']);
    expect(fixedLabel(-0.001, 2)).toBe('0.00');
  });

  test('of logarithmic axes are plain, or powers of ten when some are very small or large', () => {
    expect(logLabels([0.0001, 0.002, 1, 50])).toEqual(['0.0001', '0.002', '1', '50']);
    expect(logLabels([1e-6, 1e-5, 1, 10])).toEqual(['10⁻⁶', '10⁻⁵', '10⁰', '10¹']);
    expect(logLabels([2e-6, 1e-5])).toEqual(['2×10⁻⁶', '10⁻⁵']);
  });

  test.each(['linear', 'log'] as const)('on a %s axis, no two touch by the widths of the font', (kind) => {
    fc.assert(
      fc.property(
        kind === 'log' ? positiveEnds : anyEnds,
        fc.integer({ min: 100, max: 600 }),
        fc.boolean(),
        (ends, pixels, whole) => {
          const extentOf = (label: string) => 12 * widthOf(label);
          const frame: AxisFrame = { kind, ends, pixels, extentOf, gap: 10, steps: 10, whole };
          const { values, labels } = ticksOf(frame);
          const place = (value: number) =>
            kind === 'linear'
              ? (value - ends[0]) / (ends[1] - ends[0])
              : Math.log(value / ends[0]) / Math.log(ends[1] / ends[0]);
          const shown = values
            .map((value, at) => ({
              at: pixels * place(value),
              width: extentOf(labels[at]!),
              label: labels[at]!,
            }))
            .filter(({ label }) => label !== '')
            .sort((a, b) => a.at - b.at);
          for (const [at, { at: centre, width }] of shown.slice(1).entries())
            expect(centre - width / 2 - (shown[at]!.at + shown[at]!.width / 2)).toBeGreaterThanOrEqual(
              10 - 1e-6,
            );
          expect(new Set(shown.map(({ label }) => label)).size).toBe(shown.length);
        },
      ),
    );
  });

  test('a logarithmic axis over less than a power of ten has round numbers, and one over many has powers', () => {
    const frame: AxisFrame = {
      ...{ kind: 'log', pixels: 536, gap: 14, steps: 10, whole: false },
      ends: [64, 100],
      extentOf: (label) => 12 * widthOf(label),
    };
    const shown = ({ labels }: { readonly labels: readonly string[] }) =>
      labels.filter((label) => label !== '');
    expect(shown(ticksOf(frame))).toEqual(['65', '70', '75', '80', '85', '90', '95', '100']);
    expect(shown(ticksOf({ ...frame, ends: [1.4, 100] }))).toEqual(['2', '5', '10', '20', '50', '100']);
    const wide = ticksOf({ ...frame, ends: [1e-6, 100] });
    expect(shown(wide)).toEqual(['10⁻⁶', '10⁻⁵', '10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '10⁰', '10¹', '10²']);
    // The eight between two powers show that the axis is logarithmic.
    expect(wide.values).toHaveLength(9 + 8 * 8);
  });
});
