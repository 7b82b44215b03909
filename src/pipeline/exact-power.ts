/** Largest exponent: the exact power of a double then has at most 54,000 binary digits. */
export const largestExponent = 1000;

/**
 * base ^ exponent, correctly rounded, for a whole exponent of 0 to 1000: computed in exact integer arithmetic, so that
 * it is the same number on every machine (`Math.pow` may differ in the last digit between engine versions).
 */
export function exactPower(base: number, exponent: number): number {
  if (!Number.isFinite(base) || base === 0) return base ** exponent;
  const { mantissa, shift } = split(Math.abs(base));
  const sign = base < 0 && exponent % 2 === 1 ? -1 : 1;
  const digits = mantissa ** BigInt(exponent);
  const excess = Math.max(0, digits.toString(16).length * 4 - 72);
  // Keeps at least 64 leading bits; a last bit stands for all that is cut off, so that Number() rounds as it should.
  const lost = digits & ((1n << BigInt(excess)) - 1n);
  const leading = (digits >> BigInt(excess)) | (lost === 0n ? 0n : 1n);
  return sign * scale(Number(leading), excess + shift * exponent);
}

/** value = mantissa * 2^shift with an odd whole mantissa. */
function split(value: number): { mantissa: bigint; shift: number } {
  let shift = 0;
  let whole = value;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    shift--;
  }
  let mantissa = BigInt(whole);
  while ((mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    shift++;
  }
  return { mantissa, shift };
}

/** value * 2^power, in steps that neither overflow nor underflow before the result does. */
function scale(value: number, power: number): number {
  let result = value;
  let left = power;
  while (left > 0 && Number.isFinite(result)) {
    const step = Math.min(left, 512);
    result *= Number(1n << BigInt(step));
    left -= step;
  }
  while (left < 0 && result !== 0) {
    const step = Math.min(-left, 512);
    result /= Number(1n << BigInt(step));
    left += step;
  }
  return result;
}
