import { ROW } from './inline/block';
import { exp, log } from './inline/elementary';

/** Four bytes as four lanes. */
function lanes(bytes: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(bytes)));
}

/**
 * Log-softmax, cross-entropy and correct answers of one block. `logits`: one row per output; `labels`: a byte per
 * image; only the first `valid` images count. Writes two float64 at `result`: the sum of the log-likelihoods of the
 * labels (image by image, in order) and the number of images whose largest logit (the first of equals) is the label's.
 */
export function loss(logits: usize, outputs: i32, labels: usize, valid: i32, result: usize): void {
  const end = logits + <usize>outputs * ROW;
  let total: f64 = 0;
  let correct = 0;
  for (let image = 0; image < valid; image += 4) {
    const first = logits + <usize>(image * 4);
    const label = lanes(labels + <usize>image);
    let most = v128.load(first);
    let answer = i32x4.splat(0);
    let chosen = most;
    let index = i32x4.splat(1);
    for (let row = first + ROW; row < end; row += ROW) {
      const logit = v128.load(row);
      answer = v128.bitselect(index, answer, f32x4.lt(most, logit));
      most = f32x4.pmax(most, logit);
      chosen = v128.bitselect(logit, chosen, i32x4.eq(index, label));
      index = i32x4.add(index, i32x4.splat(1));
    }
    let sum = f32x4.splat(0);
    for (let row = first; row < end; row += ROW) {
      sum = f32x4.add(sum, exp(f32x4.sub(v128.load(row), most)));
    }
    const likelihood = f32x4.sub(f32x4.sub(chosen, most), log(sum));
    const right = i32x4.bitmask(i32x4.eq(answer, label));
    for (let lane = 0; lane < min(4, valid - image); lane++) {
      total += <f64>laneOf(likelihood, lane);
      correct += (right >> lane) & 1;
    }
  }
  store<f64>(result, total);
  store<f64>(result, <f64>correct, 8);
}

function laneOf(values: v128, lane: i32): f32 {
  if (lane < 2) return lane == 0 ? f32x4.extract_lane(values, 0) : f32x4.extract_lane(values, 1);
  return lane == 2 ? f32x4.extract_lane(values, 2) : f32x4.extract_lane(values, 3);
}
