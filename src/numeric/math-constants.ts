import { add, divide, exactSum, multiply } from './double-double.js';
import type { DoubleDouble } from './double-double.js';

/*
 * The tables of `exp` and `log`, summed from their series when the module loads (0.2 ms) rather than typed in: there
 * is no constant whose origin one has to believe.
 */
const wide = (value: number): DoubleDouble => ({ hi: value, lo: 0 });

/** 2 atanh(s) = log((1 + s) / (1 - s)) for |s| <= 1/3, by its Taylor series to 2^-100. */
function twiceAtanh(s: DoubleDouble): DoubleDouble {
  const square = multiply(s, s);
  let power = s;
  let sum = s;
  for (let n = 3; n <= 67; n += 2) {
    power = multiply(power, square);
    sum = add(sum, divide(power, wide(n)));
  }
  return { hi: 2 * sum.hi, lo: 2 * sum.lo };
}

/** exp(x) for 0 <= x < 1, by its Taylor series to 2^-100. */
function expSeries(x: DoubleDouble): DoubleDouble {
  let term = wide(1);
  let sum = wide(1);
  for (let n = 1; n <= 28; n++) {
    term = divide(multiply(term, x), wide(n));
    sum = add(sum, term);
  }
  return sum;
}

/** log 2 = 2 atanh(1/3). */
export const ln2 = twiceAtanh(divide(wide(1), wide(3)));

/** Leading `bits` bits of a number, so that its products with small integers are exact; and the rest of it. */
function cut(value: DoubleDouble, bits: number): DoubleDouble {
  let unit = 1;
  while (unit > value.hi) unit /= 2;
  for (let bit = 1; bit < bits; bit++) unit /= 2;
  const head = Math.floor(value.hi / unit) * unit;
  return { hi: head, lo: value.hi - head + value.lo };
}

/** log 2 with 40 leading bits: exact times an exponent of a float64. */
export const ln2Cut = cut(ln2, 40);

/** Entries of the table of 2^(j / expSteps). */
export const expSteps = 32;
/** log 2 / 32 with 36 leading bits: exact times any step of `exp`. */
export const stepCut = cut({ hi: ln2.hi / expSteps, lo: ln2.lo / expSteps }, 36);
/** 2^(j / 32) for j = 0 ... 31. */
export const powersOfStep: readonly DoubleDouble[] = Array.from({ length: expSteps }, (_, j) =>
  expSeries(multiply(ln2, wide(j / expSteps))),
);

/** `log` brings its argument near 1 by the factor 64 / i, i = 45 ... 91. */
export const logSteps = 64;
const logFirst = 45;
const logLast = 91;

export interface LogStep {
  /** The float64 nearest to 64 / i. */
  readonly factor: number;
  /** -log(factor) of that float64. */
  readonly minusLog: DoubleDouble;
}

function logStep(i: number): LogStep {
  const factor = logSteps / i;
  if (factor === 1) return { factor, minusLog: wide(0) };
  return { factor, minusLog: twiceAtanh(divide(exactSum(1, -factor), exactSum(1, factor))) };
}

/** Steps by i - 45. */
export const logTable: readonly LogStep[] = Array.from({ length: logLast - logFirst + 1 }, (_, index) =>
  logStep(logFirst + index),
);
export const logTableFirst = logFirst;

/** 2^k exactly, k = -1074 ... 1023, at index k + 1074. */
export const powersOfTwo: Float64Array = (() => {
  const table = new Float64Array(2098);
  let power = Number.MIN_VALUE;
  for (let index = 0; index < table.length; index++, power *= 2) table[index] = power;
  return table;
})();
