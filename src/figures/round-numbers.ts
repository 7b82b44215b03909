/** A round number: `digits` times ten to the power of `exponent`, both whole. As text it has no rounding error. */
interface Decimal {
  readonly digits: number;
  readonly exponent: number;
}

const valueOf = ({ digits, exponent }: Decimal): number => Number(`${digits}e${exponent}`);

/** The power of ten of a number's first digit: 3 for 1234. Read from its text, which is the same everywhere. */
export function exponentOf(value: number): number {
  return value === 0 ? 0 : Number(value.toExponential().split('e')[1]);
}

/** The smallest of 1, 2, 5, 10, ... (times any power of ten) that goes into `span` at most `times` times. */
function roundStep(span: number, times: number): Decimal {
  const least = span / times;
  const exponent = exponentOf(least);
  const digits = [1, 2, 5, 10].find((digit) => valueOf({ digits: digit, exponent }) >= least * (1 - 1e-9));
  return { digits: digits ?? 10, exponent };
}

/** Values that differ by less than this share of their size are one: steps between them would be lost in rounding. */
export const sameShare = 1e-9;

/** Room at the ends for what rounding did to round numbers, as a share of a step. */
const slack = 1e-6;

/**
 * Multiples of a round number from `least` to `most`, with at most `count` steps between them; whole numbers only when
 * `whole`. At ends that are one value the only tick is that.
 */
export function linearTicks(
  [least, most]: readonly [number, number],
  count: number,
  whole = false,
): readonly number[] {
  if (!(most - least > sameShare * Math.max(Math.abs(least), Math.abs(most)))) return [least];
  const found = roundStep(most - least, count);
  const step = whole && valueOf(found) < 1 ? { digits: 1, exponent: 0 } : found;
  const size = valueOf(step);
  const ticks: number[] = [];
  const last = Math.floor(most / size + slack);
  for (let multiple = Math.ceil(least / size - slack); multiple <= last; multiple += 1)
    ticks.push(valueOf({ digits: multiple * step.digits, exponent: step.exponent }));
  return ticks.map((tick) => (tick === 0 ? 0 : tick));
}

/** Ends of an axis around the values from `least` to `most` that are ticks, with at most `count` steps between them. */
export function roundEnds(values: readonly [number, number], count: number): readonly [number, number] {
  const [least, most] = values;
  // Rounding makes the axis longer; when its own ticks are further apart then, so are its ends.
  for (let times = count; ; times -= 1) {
    const step = roundStep(most - least, times);
    const size = valueOf(step);
    const [first, last] = [Math.floor(least / size + slack), Math.ceil(most / size - slack)];
    const at = (multiple: number) => valueOf({ digits: multiple * step.digits, exponent: step.exponent }) + 0;
    if (last - first <= count || times === 1) return [at(first), at(last)];
  }
}

/** These digits times every `every`th power of ten from `least` (above 0) to `most`. */
export function logTicks(
  [least, most]: readonly [number, number],
  digits: readonly number[],
  every = 1,
): readonly number[] {
  const ticks: number[] = [];
  const first = Math.floor(exponentOf(least) / every) * every;
  for (let exponent = first; exponent <= exponentOf(most) + 1; exponent += every) {
    for (const digit of digits) {
      const tick = valueOf({ digits: digit, exponent });
      if (tick >= least * 0.99 && tick <= most * 1.01) ticks.push(tick);
    }
  }
  return ticks;
}
