const bits = new DataView(new ArrayBuffer(4));

/** What a tap list gets for a weight: itself, and +0 for -0. */
export function filledReference(weight: number): number {
  return Math.fround(weight + 0);
}

/** The largest magnitude's bits; a NaN counts as more than infinity. */
export function largestBitsReference(values: Float32Array): number {
  let largest = 0;
  for (const value of values) {
    bits.setFloat32(0, value);
    largest = Math.max(largest, bits.getUint32(0) & 0x7fffffff);
  }
  return largest;
}
