import { ROW } from './inline/block';
import { larger, multiplyAdd } from './inline/multiply-add';

/**
 * Convolution and 2 x 2 max-pooling, one output channel at a time: the sparse kernel. Contract and records:
 * src/numeric/kernels/contract.ts.
 *
 * Eight sums stay in registers: the four pixels under the pooling window, for eight images. The branch on
 * `pitch`, which is never 0, splits the tap in two: it keeps the engine from hoisting all eight loads above the eight
 * multiplications, which would need more registers than there are.
 */
export function pooledSingle(
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
    let out = output + <usize>load<i32>(unit);
    const base = input + <usize>load<i32>(unit, 4);
    const list = taps + <usize>load<i32>(unit, 8);
    const end = taps + <usize>load<i32>(list);
    const bias = v128.load32_splat(list, 4);
    const start = list + 8;
    // != and not <: where taps outside are left out, a base may lie before the memory, and addresses wrap around.
    for (let from = base, stop = base + ROW; from != stop; from += 32) {
      let a0 = bias,
        a1 = bias,
        b0 = bias,
        b1 = bias,
        c0 = bias,
        c1 = bias,
        d0 = bias,
        d1 = bias;
      for (let tap = start; tap < end; tap += 8) {
        const above = from + <usize>load<i32>(tap);
        const below = above + pitch;
        const weight = v128.load32_splat(tap, 4);
        a0 = multiplyAdd(a0, weight, v128.load(above));
        b0 = multiplyAdd(b0, weight, v128.load(above, ROW));
        c0 = multiplyAdd(c0, weight, v128.load(below));
        d0 = multiplyAdd(d0, weight, v128.load(below, ROW));
        if (!pitch) break;
        a1 = multiplyAdd(a1, weight, v128.load(above, 16));
        b1 = multiplyAdd(b1, weight, v128.load(above, ROW + 16));
        c1 = multiplyAdd(c1, weight, v128.load(below, 16));
        d1 = multiplyAdd(d1, weight, v128.load(below, ROW + 16));
      }
      v128.store(out, larger(larger(larger(a0, b0), larger(c0, d0)), least));
      v128.store(out, larger(larger(larger(a1, b1), larger(c1, d1)), least), 16);
      out += 32;
    }
  }
}
