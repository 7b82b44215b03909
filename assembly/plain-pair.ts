import { larger, multiplyAdd } from './inline/multiply-add';

/**
 * Dense layers and convolution without pooling, two outputs at a time: the dense kernel. The two share the loads of
 * the taps that both have; then come the taps of their own, one of each in turn while both have some, then the rest
 * of the longer one. Contract and records: src/numeric/kernels/contract.ts; the branch that is never taken as in
 * pooled-single.ts: no row is at 0.
 */
export function plainPair(
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
    const outA = output + <usize>load<i32>(unit);
    const outB = output + <usize>load<i32>(unit, 4);
    const base = input + <usize>load<i32>(unit, 8);
    const list = taps + <usize>load<i32>(unit, 12);
    const commonEnd = taps + <usize>load<i32>(list);
    const turnsEnd = taps + <usize>load<i32>(list, 4);
    const end = taps + <usize>load<i32>(list, 8);
    const restIsB = load<i32>(list, 12);
    const biasA = v128.load32_splat(list, 16);
    const biasB = v128.load32_splat(list, 20);
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
      const from = base + <usize>load<i32>(tap);
      const weightA = v128.load32_splat(tap, 4);
      const weightB = v128.load32_splat(tap, 8);
      const x0 = v128.load(from);
      const x1 = v128.load(from, 16);
      const x2 = v128.load(from, 32);
      const x3 = v128.load(from, 48);
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
      let from = base + <usize>load<i32>(tap);
      let weight = v128.load32_splat(tap, 4);
      a0 = multiplyAdd(a0, weight, v128.load(from));
      a1 = multiplyAdd(a1, weight, v128.load(from, 16));
      a2 = multiplyAdd(a2, weight, v128.load(from, 32));
      a3 = multiplyAdd(a3, weight, v128.load(from, 48));
      if (!from) break;
      from = base + <usize>load<i32>(tap, 8);
      weight = v128.load32_splat(tap, 12);
      b0 = multiplyAdd(b0, weight, v128.load(from));
      b1 = multiplyAdd(b1, weight, v128.load(from, 16));
      b2 = multiplyAdd(b2, weight, v128.load(from, 32));
      b3 = multiplyAdd(b3, weight, v128.load(from, 48));
    }
    if (restIsB) {
      for (; tap < end; tap += 8) {
        const from = base + <usize>load<i32>(tap);
        const weight = v128.load32_splat(tap, 4);
        b0 = multiplyAdd(b0, weight, v128.load(from));
        b1 = multiplyAdd(b1, weight, v128.load(from, 16));
        b2 = multiplyAdd(b2, weight, v128.load(from, 32));
        b3 = multiplyAdd(b3, weight, v128.load(from, 48));
      }
    } else {
      for (; tap < end; tap += 8) {
        const from = base + <usize>load<i32>(tap);
        const weight = v128.load32_splat(tap, 4);
        a0 = multiplyAdd(a0, weight, v128.load(from));
        a1 = multiplyAdd(a1, weight, v128.load(from, 16));
        a2 = multiplyAdd(a2, weight, v128.load(from, 32));
        a3 = multiplyAdd(a3, weight, v128.load(from, 48));
      }
    }
    v128.store(outA, larger(a0, least));
    v128.store(outA, larger(a1, least), 16);
    v128.store(outA, larger(a2, least), 32);
    v128.store(outA, larger(a3, least), 48);
    v128.store(outB, larger(b0, least));
    v128.store(outB, larger(b1, least), 16);
    v128.store(outB, larger(b2, least), 32);
    v128.store(outB, larger(b3, least), 48);
  }
}
