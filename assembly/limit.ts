/**
 * The SIMD limit: twelve independent chains of one multiplication and one addition, all in registers: what portable
 * code can reach at all. Twelve, because an addition takes its time and the next one of its chain waits for it:
 * fewer chains leave units idle, more do not fit the fifteen registers. 96 operations a round.
 */
export function multiplyAddChains(out: usize, rounds: i32, factor: f32, addend: f32): void {
  const w = f32x4.splat(factor);
  const x = f32x4.splat(addend);
  let a = x,
    b = x,
    c = x,
    d = x,
    e = x,
    f = x;
  let g = x,
    h = x,
    i = x,
    j = x,
    k = x,
    l = x;
  for (let round = 0; round < rounds; round++) {
    a = f32x4.add(f32x4.mul(a, w), x);
    b = f32x4.add(f32x4.mul(b, w), x);
    c = f32x4.add(f32x4.mul(c, w), x);
    d = f32x4.add(f32x4.mul(d, w), x);
    e = f32x4.add(f32x4.mul(e, w), x);
    f = f32x4.add(f32x4.mul(f, w), x);
    g = f32x4.add(f32x4.mul(g, w), x);
    h = f32x4.add(f32x4.mul(h, w), x);
    i = f32x4.add(f32x4.mul(i, w), x);
    j = f32x4.add(f32x4.mul(j, w), x);
    k = f32x4.add(f32x4.mul(k, w), x);
    l = f32x4.add(f32x4.mul(l, w), x);
  }
  const left = f32x4.add(f32x4.add(a, b), f32x4.add(f32x4.add(c, d), f32x4.add(e, f)));
  const right = f32x4.add(f32x4.add(g, h), f32x4.add(f32x4.add(i, j), f32x4.add(k, l)));
  v128.store(out, f32x4.add(left, right));
}
