import { exponentOf } from './round-numbers.js';

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const minus = '−';

/** 10⁻⁴ for -4. */
function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** Decimals of the shortest text that reads back as this number. */
function decimalsOf(value: number): number {
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  return Math.max(0, mantissa.replace(/^-?\d\.?/, '').length - Number(exponent));
}

/** A number with so many decimals, a real minus, and its thousands apart from 10,000 on. */
export function fixedLabel(value: number, decimals: number): string {
  const [whole, rest] = Math.abs(value).toFixed(decimals).split('.') as [string, string?];
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  const text = rest === undefined ? grouped : `${grouped}.${rest}`;
  return value < 0 && /[1-9]/.test(text) ? `${minus}${text}` : text;
}

/** Labels of the ticks of a linear axis: all with as many decimals, or with one power of ten when that is shorter to read. */
export function linearLabels(ticks: readonly number[]): readonly string[] {
  const exponent = exponentOf(Math.max(...ticks.map(Math.abs)));
  if (exponent >= -4 && exponent <= 6) {
    const decimals = Math.max(...ticks.map(decimalsOf));
    return ticks.map((tick) => fixedLabel(tick, decimals));
  }
  const mantissas = ticks.map((tick) => {
    const [digits, power] = tick.toExponential().split('e') as [string, string];
    return Number(`${digits}e${Number(power) - exponent}`);
  });
  const decimals = Math.max(...mantissas.map(decimalsOf));
  return mantissas.map((mantissa) =>
    mantissa === 0 ? '0' : `${fixedLabel(mantissa, decimals)}×${powerOfTen(exponent)}`,
  );
}

/** Whether the ticks of a logarithmic axis are read easily as they are, and not as powers of ten. */
export function isPlain(ticks: readonly number[]): boolean {
  return ticks.every((tick) => exponentOf(tick) >= -4 && exponentOf(tick) <= 4);
}

/** Labels of the ticks of a logarithmic axis: as they are, or all as powers of ten when some are very small or large. */
export function logLabels(ticks: readonly number[]): readonly string[] {
  const exponents = ticks.map(exponentOf);
  if (isPlain(ticks)) return ticks.map((tick) => fixedLabel(tick, decimalsOf(tick)));
  return ticks.map((tick, at) => {
    const digit = tick.toExponential().split('e')[0];
    const power = powerOfTen(exponents[at]!);
    return digit === '1' ? power : `${digit}×${power}`;
  });
}
