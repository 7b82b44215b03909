import { describe, expect, test } from 'vitest';
import { looksOf } from '../../src/figures/curve-looks.js';
import { channelsOf, luminance } from './luminance.js';

interface Channel {
  readonly scale: { readonly domain: readonly string[]; readonly range: readonly unknown[] };
  readonly legend: { readonly columns: number; readonly labelExpr: string } | null;
}

function looks(curves: readonly string[], color = 'level') {
  const made = looksOf({ curves, color, heading: ['pruning level'], marked: true });
  const [colors, shapes, dashes] = [made.color, made.shape, made.dash] as Channel[];
  return { colors: colors!, shapes: shapes!, dashes: dashes! };
}

const levels = (count: number) => Array.from({ length: count }, (_, level) => String(level));

/** What a person without cones for red or for green sees, in linear light (Viénot, Brettel & Mollon 1999). */
const blindness: Readonly<Record<'protan' | 'deutan', readonly (readonly number[])[]>> = {
  protan: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deutan: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
};

function seen(color: string, kind: 'protan' | 'deutan'): number[] {
  const light = channelsOf(color).map((value) => value ** 2.2);
  return blindness[kind].map(
    (row) =>
      Math.max(
        0,
        row.reduce((sum, part, at) => sum + part * light[at]!, 0),
      ) **
      (1 / 2.2),
  );
}

describe('how curves are told apart', () => {
  test.each(['protan', 'deutan'] as const)('the colours of up to seven differ for %s eyes', (kind) => {
    const colors = looks(['a', 'b', 'c', 'd', 'e', 'f', 'g']).colors.scale.range as string[];
    expect(new Set(colors).size).toBe(7);
    for (const [at, one] of colors.entries()) {
      for (const other of colors.slice(at + 1)) {
        const [first, second] = [seen(one, kind), seen(other, kind)];
        const distance = Math.hypot(...first.map((value, channel) => value - second[channel]!));
        expect(distance, `${one} and ${other}`).toBeGreaterThan(0.12);
      }
    }
  });

  test('more levels than colours run from dark to light, each lighter than the one before', () => {
    const { colors, dashes, shapes } = looks(levels(20));
    const lights = (colors.scale.range as string[]).map(luminance);
    expect(lights).toEqual([...lights].sort((a, b) => a - b));
    expect(new Set(lights).size).toBe(20);
    // Light enough lines are lost on white.
    expect(1.05 / (lights.at(-1)! + 0.05)).toBeGreaterThan(1.7);
    expect(new Set(dashes.scale.range.map(String)).size).toBe(1);
    expect(new Set(shapes.scale.range).size).toBe(6);
  });

  test('few levels and any names have colours that are far apart', () => {
    expect(looks(levels(3)).colors.scale.range).toEqual(['#0072B2', '#D55E00', '#009E73']);
    const named = looks(levels(9).map((level) => `rule ${level}`));
    expect(named.colors.scale.range).toHaveLength(9);
    expect(new Set(named.dashes.scale.range.map(String)).size).toBe(5);
  });

  test('a legend keeps the order of the curves, in columns when it is long, and is not there for one without a name', () => {
    expect(looks(['0', '9', '19']).colors.scale.domain).toEqual(['0', '9', '19']);
    expect([3, 14, 15, 40].map((count) => looks(levels(count)).colors.legend!.columns)).toEqual([1, 1, 2, 3]);
    expect(looks(['']).colors.legend).toBeNull();
    expect(looks(['ends', 'control'], 'kind').colors.legend!.labelExpr).toBe(
      '["trained","drifted, no selection"][indexof(["ends","control"], datum.value)]',
    );
  });
});
