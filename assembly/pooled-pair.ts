import { ROW } from './inline/block';
import { larger, multiplyAdd } from './inline/multiply-add';

/**
 * Convolution and 2 x 2 max-pooling, two output channels at a time: the dense kernel. The two share the loads of
 * the taps that both have; then come the taps of their own, one of each in turn while both have some, then the rest
 * of the longer one. Contract and records: src/numeric/kernels/contract.ts; the branch that is never taken as in
 * pooled-single.ts.
 */
export function pooledPair(
  units: usize,
  count: i32,
  taps: usize,
  input: usize,
  output: usize,
  pitch: usize,
  floor: f32,
): void {
  const least = f32x4.splat(floor);
  for (let unit = units, last = units + <usize>(count * 16); unit < last; unit += 16) {
    let outA = output + <usize>load<i32>(unit);
    let outB = output + <usize>load<i32>(unit, 4);
    const base = input + <usize>load<i32>(unit, 8);
    const list = taps + <usize>load<i32>(unit, 12);
    const commonEnd = taps + <usize>load<i32>(list);
    const turnsEnd = taps + <usize>load<i32>(list, 4);
    const end = taps + <usize>load<i32>(list, 8);
    const restIsB = load<i32>(list, 12);
    const biasA = v128.load32_splat(list, 16);
    const biasB = v128.load32_splat(list, 20);
    // != and not <: where taps outside are left out, a base may lie before the memory, and addresses wrap around.
    for (let from = base, stop = base + ROW; from != stop; from += 16) {
      let a0 = biasA,
        a1 = biasA,
        a2 = biasA,
        a3 = biasA;
      let b0 = biasB,
        b1 = biasB,
        b2 = biasB,
        b3 = biasB;
      let tap = list + 24;
      for (; tap < commonEnd; tap += 12) {
        const above = from + <usize>load<i32>(tap);
        const below = above + pitch;
        const weightA = v128.load32_splat(tap, 4);
        const weightB = v128.load32_splat(tap, 8);
        const x0 = v128.load(above);
        const x1 = v128.load(above, ROW);
        const x2 = v128.load(below);
        const x3 = v128.load(below, ROW);
        a0 = multiplyAdd(a0, weightA, x0);
        b0 = multiplyAdd(b0, weightB, x0);
        a1 = multiplyAdd(a1, weightA, x1);
        b1 = multiplyAdd(b1, weightB, x1);
        a2 = multiplyAdd(a2, weightA, x2);
        b2 = multiplyAdd(b2, weightB, x2);
        a3 = multiplyAdd(a3, weightA, x3);
        b3 = multiplyAdd(b3, weightB, x3);
      }
      for (; tap < turnsEnd; tap += 16) {
        let above = from + <usize>load<i32>(tap);
        let below = above + pitch;
        let weight = v128.load32_splat(tap, 4);
        a0 = multiplyAdd(a0, weight, v128.load(above));
        a1 = multiplyAdd(a1, weight, v128.load(above, ROW));
        a2 = multiplyAdd(a2, weight, v128.load(below));
        a3 = multiplyAdd(a3, weight, v128.load(below, ROW));
        if (!pitch) break;
        above = from + <usize>load<i32>(tap, 8);
        below = above + pitch;
        weight = v128.load32_splat(tap, 12);
        b0 = multiplyAdd(b0, weight, v128.load(above));
        b1 = multiplyAdd(b1, weight, v128.load(above, ROW));
        b2 = multiplyAdd(b2, weight, v128.load(below));
        b3 = multiplyAdd(b3, weight, v128.load(below, ROW));
      }
      if (restIsB) {
        for (; tap < end; tap += 8) {
          const above = from + <usize>load<i32>(tap);
          const below = above + pitch;
          const weight = v128.load32_splat(tap, 4);
          b0 = multiplyAdd(b0, weight, v128.load(above));
          b1 = multiplyAdd(b1, weight, v128.load(above, ROW));
          b2 = multiplyAdd(b2, weight, v128.load(below));
          b3 = multiplyAdd(b3, weight, v128.load(below, ROW));
        }
      } else {
        for (; tap < end; tap += 8) {
          const above = from + <usize>load<i32>(tap);
          const below = above + pitch;
          const weight = v128.load32_splat(tap, 4);
          a0 = multiplyAdd(a0, weight, v128.load(above));
          a1 = multiplyAdd(a1, weight, v128.load(above, ROW));
          a2 = multiplyAdd(a2, weight, v128.load(below));
          a3 = multiplyAdd(a3, weight, v128.load(below, ROW));
        }
      }
      v128.store(outA, larger(larger(larger(a0, a1), larger(a2, a3)), least));
      v128.store(outB, larger(larger(larger(b0, b1), larger(b2, b3)), least));
      outA += 16;
      outB += 16;
    }
  }
}
