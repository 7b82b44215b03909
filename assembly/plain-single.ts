import { larger, multiplyAdd } from './inline/multiply-add';

/**
 * Dense layers and convolution without pooling, one output at a time: the sparse kernel. Four sums in registers are
 * the sixteen images of a block. Contract and records: src/numeric/kernels/contract.ts.
 */
export function plainSingle(
  units: usize,
  count: i32,
  taps: usize,
  input: usize,
  output: usize,
  pitch: usize,
  floor: f32,
): void {
  const least = f32x4.splat(floor);
  for (let unit = units, last = units + <usize>(count * 12); unit < last; unit += 12) {
    const out = output + <usize>load<i32>(unit);
    const base = input + <usize>load<i32>(unit, 4);
    const list = taps + <usize>load<i32>(unit, 8);
    const end = taps + <usize>load<i32>(list);
    const bias = v128.load32_splat(list, 4);
    let a0 = bias,
      a1 = bias,
      a2 = bias,
      a3 = bias;
    for (let tap = list + 8; tap < end; tap += 8) {
      const from = base + <usize>load<i32>(tap);
      const weight = v128.load32_splat(tap, 4);
      a0 = multiplyAdd(a0, weight, v128.load(from));
      a1 = multiplyAdd(a1, weight, v128.load(from, 16));
      a2 = multiplyAdd(a2, weight, v128.load(from, 32));
      a3 = multiplyAdd(a3, weight, v128.load(from, 48));
    }
    v128.store(out, larger(a0, least));
    v128.store(out, larger(a1, least), 16);
    v128.store(out, larger(a2, least), 32);
    v128.store(out, larger(a3, least), 48);
  }
}
