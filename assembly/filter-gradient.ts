/**
 * The gradient of a stride-1 convolution's kernel: for tap t (kernel row, column, input channel) and output channel o
 *
 *   out[t][o] += sum over images of f(sum over positions p of input[p + t] * delta[p][o]),  f(s) = s, or s * s
 *
 * An image's sum stays in registers, a block of five taps by eight output channels at a time, and is added to `out`
 * once an image: two short sums instead of one over a hundred thousand terms, which float32 would blur.
 *
 * @param input  images of `inputRows` x `inputColumns` x `inputs`, zero-padded, so that no tap leaves them
 * @param delta  images of `rows` x `columns` x `outputs`; `outputs` is a multiple of 8
 * @param out    side * side * inputs rows of `outputs`
 * @param squared 1 for f(s) = s * s, else 0
 */
export function filterGradient(
  input: usize,
  delta: usize,
  out: usize,
  images: i32,
  rows: i32,
  columns: i32,
  inputs: i32,
  outputs: i32,
  side: i32,
  squared: i32,
): void {
  // The taps of one kernel row lie beside each other in an image row.
  const taps = side * inputs;
  const inputPitch = <usize>((columns + side - 1) * inputs * 4);
  const inputImage = inputPitch * <usize>(rows + side - 1);
  const deltaImage = <usize>(rows * columns * outputs * 4);
  for (let image = 0; image < images; image++) {
    const from = input + <usize>image * inputImage;
    const errors = delta + <usize>image * deltaImage;
    let target = out;
    for (let row = 0; row < side; row++) {
      const line = from + <usize>row * inputPitch;
      let tap = 0;
      for (; tap + 5 <= taps; tap += 5) {
        for (let o = 0; o < outputs; o += 8)
          fiveTaps(
            line + <usize>(tap * 4),
            errors + <usize>(o * 4),
            target + <usize>(o * 4),
            rows,
            columns,
            inputs,
            outputs,
            inputPitch,
            squared,
          );
        target += <usize>(5 * outputs * 4);
      }
      for (; tap < taps; tap++) {
        for (let o = 0; o < outputs; o += 8)
          oneTap(
            line + <usize>(tap * 4),
            errors + <usize>(o * 4),
            target + <usize>(o * 4),
            rows,
            columns,
            inputs,
            outputs,
            inputPitch,
            squared,
          );
        target += <usize>(outputs * 4);
      }
    }
  }
}

function addTo(target: usize, sum: v128, squared: i32): void {
  const term = squared ? f32x4.mul(sum, sum) : sum;
  v128.store(target, f32x4.add(v128.load(target), term));
}

function fiveTaps(
  line: usize,
  errors: usize,
  target: usize,
  rows: i32,
  columns: i32,
  inputs: i32,
  outputs: i32,
  inputPitch: usize,
  squared: i32,
): void {
  const zero = f32x4.splat(0);
  const inputStep = <usize>(inputs * 4);
  const deltaStep = <usize>(outputs * 4);
  let a0 = zero,
    a1 = zero,
    b0 = zero,
    b1 = zero,
    c0 = zero,
    c1 = zero,
    d0 = zero,
    d1 = zero,
    e0 = zero,
    e1 = zero;
  let error = errors;
  for (let y = 0; y < rows; y++) {
    let at = line + <usize>y * inputPitch;
    for (const end = error + deltaStep * <usize>columns; error < end; error += deltaStep) {
      const low = v128.load(error);
      const high = v128.load(error, 16);
      let x = v128.load32_splat(at);
      a0 = f32x4.add(a0, f32x4.mul(x, low));
      a1 = f32x4.add(a1, f32x4.mul(x, high));
      x = v128.load32_splat(at, 4);
      b0 = f32x4.add(b0, f32x4.mul(x, low));
      b1 = f32x4.add(b1, f32x4.mul(x, high));
      x = v128.load32_splat(at, 8);
      c0 = f32x4.add(c0, f32x4.mul(x, low));
      c1 = f32x4.add(c1, f32x4.mul(x, high));
      x = v128.load32_splat(at, 12);
      d0 = f32x4.add(d0, f32x4.mul(x, low));
      d1 = f32x4.add(d1, f32x4.mul(x, high));
      x = v128.load32_splat(at, 16);
      e0 = f32x4.add(e0, f32x4.mul(x, low));
      e1 = f32x4.add(e1, f32x4.mul(x, high));
      at += inputStep;
    }
  }
  addTo(target, a0, squared);
  addTo(target + 16, a1, squared);
  addTo(target + deltaStep, b0, squared);
  addTo(target + deltaStep + 16, b1, squared);
  addTo(target + 2 * deltaStep, c0, squared);
  addTo(target + 2 * deltaStep + 16, c1, squared);
  addTo(target + 3 * deltaStep, d0, squared);
  addTo(target + 3 * deltaStep + 16, d1, squared);
  addTo(target + 4 * deltaStep, e0, squared);
  addTo(target + 4 * deltaStep + 16, e1, squared);
}

/** The taps that are left over: the same sums in the same order. */
function oneTap(
  line: usize,
  errors: usize,
  target: usize,
  rows: i32,
  columns: i32,
  inputs: i32,
  outputs: i32,
  inputPitch: usize,
  squared: i32,
): void {
  const inputStep = <usize>(inputs * 4);
  const deltaStep = <usize>(outputs * 4);
  let a0 = f32x4.splat(0),
    a1 = f32x4.splat(0);
  let error = errors;
  for (let y = 0; y < rows; y++) {
    let at = line + <usize>y * inputPitch;
    for (const end = error + deltaStep * <usize>columns; error < end; error += deltaStep) {
      const x = v128.load32_splat(at);
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(error)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(error, 16)));
      at += inputStep;
    }
  }
  addTo(target, a0, squared);
  addTo(target + 16, a1, squared);
}
