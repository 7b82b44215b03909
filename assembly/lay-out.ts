import { ROW } from './inline/block';

/** Four images' value at one byte offset, side by side. */
function four(at: usize, stride: usize): v128 {
  let lanes = v128.load32_zero(at);
  lanes = v128.load_lane<f32>(at + stride, lanes, 1);
  lanes = v128.load_lane<f32>(at + 2 * stride, lanes, 2);
  return v128.load_lane<f32>(at + 3 * stride, lanes, 3);
}

/**
 * From image after image to batch-minor: row rows[i] of the block at `out` becomes pixel pixels[i] (byte offsets both,
 * int32) of the sixteen images at `images`, `stride` bytes apart.
 */
export function layOut(
  images: usize,
  stride: usize,
  pixels: usize,
  rows: usize,
  count: i32,
  out: usize,
): void {
  for (let i: usize = 0, end = <usize>count * 4; i < end; i += 4) {
    const from = images + <usize>load<i32>(pixels + i);
    const row = out + <usize>load<i32>(rows + i);
    for (let part: usize = 0; part < ROW; part += 16)
      v128.store(row + part, four(from + (part / 4) * stride, stride));
  }
}
