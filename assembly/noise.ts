// Standard normal numbers: Philox4x32-10 and Box-Muller in float32, four blocks at once. The definition, one number
// at a time and with equal bits, is src/numeric/noise-reference.ts.

const ROUNDS = 10;

/** The low words of four 64-bit products, two in each argument. */
function lowWords(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 0, 2, 4, 6);
}

/** The high words of the same. */
function highWords(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 1, 3, 5, 7);
}

/** a * x + b, rounded twice. */
function step(a: v128, x: v128, b: f32): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.splat(b));
}

/** sqrt(-2 ln u), u = (word + 1/2) / 2^32. */
function radius(word: v128): v128 {
  const u = step(f32x4.convert_i32x4_u(word), f32x4.splat(2.3283064365386963e-10), 1.1641532182693481e-10);
  const exponent = i32x4.shr_s(i32x4.sub(u, i32x4.splat(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(u, i32x4.shl(exponent, 23)), f32x4.splat(1));
  const square = f32x4.mul(f, f);
  let p = step(f32x4.splat(0.08917782455682755), f, -0.143501877784729);
  p = step(p, f, 0.1487698256969452);
  p = step(p, f, -0.16565635800361633);
  p = step(p, f, 0.1996539682149887);
  p = step(p, f, -0.2500174641609192);
  p = step(p, f, 0.33333858847618103);
  const cubic = f32x4.mul(f32x4.mul(square, f), p);
  const fraction = f32x4.add(f, f32x4.sub(cubic, f32x4.mul(square, f32x4.splat(0.5))));
  const whole = f32x4.mul(f32x4.convert_i32x4_s(exponent), f32x4.splat(0.6931471824645996));
  return f32x4.sqrt(f32x4.mul(f32x4.add(whole, fraction), f32x4.splat(-2)));
}

/** radius * cos and radius * sin of the angle 2 pi word / 2^32, stored at `out` and 16 bytes further. */
function storePair(out: usize, length: v128, word: v128): void {
  // The two highest bits are the quadrant, rounded to the nearest axis; a is the angle from that axis.
  const axis = i32x4.shr_u(i32x4.add(word, i32x4.splat(0x20000000)), 30);
  const a = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shl(word, 2)), f32x4.splat(3.65729529994141e-10));
  const z = f32x4.mul(a, a);
  let p = step(f32x4.splat(-0.00019517297914717346), z, 0.008332177996635437);
  p = step(p, z, -0.16666655242443085);
  const sine = f32x4.add(a, f32x4.mul(f32x4.mul(a, z), p));
  let q = step(f32x4.splat(2.443845005473122e-5), z, -0.001388736767694354);
  q = step(q, z, 0.04166664555668831);
  const half = f32x4.sub(f32x4.splat(1), f32x4.mul(z, f32x4.splat(0.5)));
  const cosine = f32x4.add(half, f32x4.mul(f32x4.mul(z, z), q));
  // Turning by an odd number of right angles swaps them; signs follow from bit 1 of axis + 1 and of axis.
  const swap = i32x4.eq(v128.and(axis, i32x4.splat(1)), i32x4.splat(1));
  const signX = i32x4.shl(v128.and(i32x4.add(axis, i32x4.splat(1)), i32x4.splat(2)), 30);
  const signY = i32x4.shl(v128.and(axis, i32x4.splat(2)), 30);
  const x = v128.xor(v128.bitselect(sine, cosine, swap), signX);
  const y = v128.xor(v128.bitselect(cosine, sine, swap), signY);
  v128.store(out, f32x4.mul(length, x));
  v128.store(out, f32x4.mul(length, y), 16);
}

/**
 * Stores `groups` groups of 16 normals from `out` on, the first of them group `first` of the row.
 * Key words (low, high); counter (block, row, generation, 0).
 */
export function normals(
  out: usize,
  groups: i32,
  first: i32,
  low: i32,
  high: i32,
  row: i32,
  generation: i32,
): void {
  const multiplier0 = i32x4.splat(<i32>0xd2511f53);
  const multiplier1 = i32x4.splat(<i32>0xcd9e8d57);
  for (let group = first, last = first + groups; group < last; group++) {
    let key0 = i32x4.splat(low);
    let key1 = i32x4.splat(high);
    let c0 = i32x4.add(i32x4.splat(group << 2), i32x4(0, 1, 2, 3));
    let c1 = i32x4.splat(row);
    let c2 = i32x4.splat(generation);
    let c3 = i32x4.splat(0);
    for (let round = 0; round < ROUNDS; round++) {
      const even0 = i64x2.extmul_low_i32x4_u(c0, multiplier0);
      const odd0 = i64x2.extmul_high_i32x4_u(c0, multiplier0);
      const even1 = i64x2.extmul_low_i32x4_u(c2, multiplier1);
      const odd1 = i64x2.extmul_high_i32x4_u(c2, multiplier1);
      c0 = v128.xor(v128.xor(highWords(even1, odd1), c1), key0);
      c1 = lowWords(even1, odd1);
      c2 = v128.xor(v128.xor(highWords(even0, odd0), c3), key1);
      c3 = lowWords(even0, odd0);
      key0 = i32x4.add(key0, i32x4.splat(<i32>0x9e3779b9));
      key1 = i32x4.add(key1, i32x4.splat(<i32>0xbb67ae85));
    }
    storePair(out, radius(c0), c1);
    storePair(out + 32, radius(c2), c3);
    out += 64;
  }
}
