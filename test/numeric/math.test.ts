import { describe, expect, it } from 'vitest';
import { cos, exp, log, pow, sin, tanh } from '../../src/numeric/math.js';
import * as high from './high-precision.js';
import { fixed, spread, ulpError } from './high-precision.js';

/** The largest error over some arguments, in ulp. */
function worst(
  arguments_: readonly number[],
  got: (x: number) => number,
  exact: (x: number) => bigint,
): number {
  return arguments_.reduce((max, x) => Math.max(max, ulpError(got(x), exact(x))), 0);
}

const powersOfTwo = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => 1.37 * 2 ** (from + i * step));
const withSigns = (xs: readonly number[]): number[] => xs.flatMap((x) => [x, -x]);

describe('exp', () => {
  const exact = (x: number) => high.exp(fixed(x));

  it('is within 0.52 ulp over its whole range', () => {
    const xs = [...spread(300, -708, 709.78), ...spread(300, -1, 1), ...withSigns(powersOfTwo(-60, 8, 2))];
    expect(worst(xs, exp, exact)).toBeLessThan(0.52);
  });

  it('is within 0.52 of the smallest number where results are subnormal', () => {
    expect(worst(spread(100, -745.1, -708), exp, exact)).toBeLessThan(0.52);
  });

  it('keeps its error at the borders of the table steps', () => {
    const borders = spread(64, -32, 32).map((j) => ((Math.round(j) + 0.5) * Math.LN2) / 32);
    expect(worst(borders, exp, exact)).toBeLessThan(0.52);
  });

  it('has the right ends', () => {
    expect([NaN, Infinity, -Infinity, 0, -0, 710, -746].map(exp)).toEqual([
      NaN,
      Infinity,
      0,
      1,
      1,
      Infinity,
      0,
    ]);
    const last = [709.782712893384, -745.1332191019411];
    expect(worst(last, exp, exact)).toBeLessThan(0.52);
    expect([709.7827128933841, -745.1332191019412].map(exp)).toEqual([Infinity, 0]);
  });
});

describe('log', () => {
  const exact = (x: number) => high.log(fixed(x), Math.log(x));

  it('is within 0.52 ulp over its whole range, near 1 and for subnormal numbers', () => {
    const xs = [
      ...powersOfTwo(-1074, 1023, 31),
      ...spread(150, 0.5, 2),
      ...spread(50, 0.99, 1.01),
      ...powersOfTwo(-52, -8, 4).flatMap((x) => [1 + x, 1 - x]),
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      1 - Number.EPSILON / 2,
      1 + Number.EPSILON,
      Math.SQRT2,
    ];
    expect(worst(xs, log, exact)).toBeLessThan(0.52);
  });

  it('has the right ends', () => {
    expect([NaN, Infinity, -Infinity, 0, -0, -1, 1].map(log)).toEqual([
      NaN,
      Infinity,
      NaN,
      -Infinity,
      -Infinity,
      NaN,
      0,
    ]);
  });
});

describe('tanh', () => {
  const exact = (x: number) => high.tanh(fixed(x));

  it('is within 0.6 ulp, on both sides of the border between its two formulas', () => {
    const xs = [
      ...spread(200, -21, 21),
      ...spread(200, -0.3, 0.3),
      ...withSigns(powersOfTwo(-40, 4, 1)),
      ...withSigns([0.125, 0.125 + 2 ** -50, 19.9, 20.1, 1e-8]),
    ];
    expect(worst(xs, tanh, exact)).toBeLessThan(0.6);
  });

  it('has the right ends and keeps the sign of zero', () => {
    expect([NaN, Infinity, -Infinity, 0, -0, 5e-324, -400].map(tanh)).toEqual([
      NaN,
      1,
      -1,
      0,
      -0,
      5e-324,
      -1,
    ]);
  });
});

describe('sin and cos', () => {
  const xs = [
    ...spread(400, -10, 10),
    ...spread(2000, 0.6, 0.8), // where rounding weighs most
    ...spread(100, -1e6, 1e6),
    ...withSigns(powersOfTwo(-30, 1023, 17)),
    // the float64 whose distance from a multiple of pi/2 is the smallest of all, and others that cancel
    6381956970095103 * 2 ** 797,
    ...[1, 2, 3, 4, 100, 355, 710, 999_999, 710_000, 1_000_001].map((k) => (k * Math.PI) / 2),
    999_999.9,
    1_000_000.1,
    Number.MAX_VALUE,
  ];

  it('sin is within 0.7 ulp for arguments of every size', () => {
    expect(worst(xs, sin, (x) => high.sinCos(x).sin)).toBeLessThan(0.7);
  });

  it('cos is within 0.7 ulp for arguments of every size', () => {
    expect(worst(xs, cos, (x) => high.sinCos(x).cos)).toBeLessThan(0.7);
  });

  it('have the right ends and keep the sign of zero', () => {
    expect([NaN, Infinity, -Infinity, 0, -0, -1e-300].map(sin)).toEqual([NaN, NaN, NaN, 0, -0, -1e-300]);
    expect([NaN, Infinity, -Infinity, 0, -0, 1e-300].map(cos)).toEqual([NaN, NaN, NaN, 1, 1, 1]);
  });
});

describe('pow', () => {
  it('is within 0.55 ulp, also far from 1 and for bases very close to it', () => {
    const pairs: [number, number][] = [
      ...spread(60, 1e-3, 50).map((x, i): [number, number] => [x, spread(60, -80, 80)[(7 * i) % 60]]),
      ...spread(20, 0.9, 1.1).map((x): [number, number] => [x, 5000.3]),
      ...powersOfTwo(-52, -10, 6).map((d): [number, number] => [1 + d, 600 / d]),
      ...powersOfTwo(-50, -10, 8).map((d): [number, number] => [1 - d, 300 / d]),
      [1e300, 1.01],
      [5e-324, 0.7],
      [0.999, 30000],
      [2, -1060.5],
      [3, 600.25],
    ];
    for (const [x, y] of pairs) {
      const logarithm = high.log(fixed(x), Math.log(x));
      const exact = high.exp((fixed(y) * logarithm) >> high.fractionBits);
      expect(ulpError(pow(x, y), exact), `pow(${x}, ${y})`).toBeLessThan(0.55);
    }
  });

  it('is exact where the result is a float64', () => {
    for (let exponent = 1; exponent <= 15; exponent++)
      for (const base of [2, 3, 5, 7, 10, 11, -2, -3, 0.5, 1.5]) {
        const product = Array(exponent)
          .fill(base)
          .reduce((a, b) => a * b, 1);
        expect(pow(base, exponent), `pow(${base}, ${exponent})`).toBe(product);
      }
    for (let k = -1074; k <= 1023; k++) expect(pow(2, k)).toBe(2 ** k);
  });

  it('treats special values as Math.pow does', () => {
    const specials = [
      NaN,
      Infinity,
      -Infinity,
      0,
      -0,
      1,
      -1,
      2,
      -2,
      0.5,
      -0.5,
      3,
      -3,
      1e300,
      -1e300,
      5e-324,
      2 ** 53,
    ];
    for (const x of specials)
      for (const y of specials) {
        const expected = Math.pow(x, y);
        const special = expected === 0 || !Number.isFinite(expected);
        const got = pow(x, y);
        // Math.pow(2, -0.5) is an ulp off in V8: only special results must be its own
        if (special) expect(got, `pow(${x}, ${y})`).toBe(expected);
        else expect(Math.abs(got / expected - 1), `pow(${x}, ${y})`).toBeLessThan(2 ** -51);
      }
  });
});

describe('the reference itself', () => {
  it('agrees with well-known digits', () => {
    const digits = (value: bigint): string => ((value * 10n ** 40n) >> high.fractionBits).toString();
    expect(digits(high.exp(fixed(1)))).toBe('27182818284590452353602874713526624977572');
    expect(digits(high.log(fixed(2), 0.7))).toBe('6931471805599453094172321214581765680755');
    expect(digits(high.sinCos(1).sin)).toBe('8414709848078965066525023216302989996225');
    expect(digits(high.sinCos(1e22).cos)).toBe('5232147853951389454975944733847094921409');
  });
});
