import { exp, log } from '../numeric/math.js';

/** Softmax of a block of logits: all that the loss and its derivatives by the logits need. */
export interface Softmax {
  /** rows x classes. */
  readonly probabilities: Float64Array;
  readonly classes: number;
}

/** Softmax of each row, in float64. */
export function softmax(logits: Float32Array, classes: number): Softmax {
  const probabilities = new Float64Array(logits.length);
  for (let from = 0; from < logits.length; from += classes) {
    let largest = -Infinity;
    for (let c = from; c < from + classes; c++) largest = logits[c] > largest ? logits[c] : largest;
    let sum = 0;
    for (let c = from; c < from + classes; c++) sum += probabilities[c] = exp(logits[c] - largest);
    for (let c = from; c < from + classes; c++) probabilities[c] /= sum;
  }
  return { probabilities, classes };
}

/** Sum over the rows of log sum exp(z) - z[label], the cross-entropy. Not finite when it overflows or a logit is NaN. */
export function crossEntropy(logits: Float32Array, labels: Uint8Array, classes: number): number {
  let total = 0;
  for (let row = 0, from = 0; row < labels.length; row++, from += classes) {
    let largest = -Infinity;
    for (let c = from; c < from + classes; c++) largest = logits[c] > largest ? logits[c] : largest;
    let sum = 0;
    for (let c = from; c < from + classes; c++) sum += exp(logits[c] - largest);
    total += log(sum) + (largest - logits[from + labels[row]]);
  }
  return total;
}

/** Derivative of the cross-entropy by the logits: p - y. */
export function errors({ probabilities, classes }: Softmax, labels: Uint8Array): Float32Array {
  const out = Float32Array.from(probabilities);
  for (let row = 0; row < labels.length; row++) {
    const at = row * classes + labels[row];
    out[at] = probabilities[at] - 1;
  }
  return out;
}

/** Tangent of p - y along the tangent of the logits: (diag p - p p') R{z}. */
export function errorTangents({ probabilities, classes }: Softmax, tangents: Float32Array): Float32Array {
  const out = new Float32Array(tangents.length);
  for (let from = 0; from < tangents.length; from += classes) {
    let mean = 0;
    for (let c = from; c < from + classes; c++) mean += probabilities[c] * tangents[c];
    for (let c = from; c < from + classes; c++) out[c] = probabilities[c] * (tangents[c] - mean);
  }
  return out;
}

/**
 * Column `k` of a factor S of the Hessian by the logits, S S' = diag p - p p': sqrt(p_k) (e_k - p).
 */
export function curvatureFactor({ probabilities, classes }: Softmax, k: number): Float32Array {
  const out = new Float32Array(probabilities.length);
  for (let from = 0; from < out.length; from += classes) {
    const root = Math.sqrt(probabilities[from + k]);
    for (let c = 0; c < classes; c++) out[from + c] = root * ((c === k ? 1 : 0) - probabilities[from + c]);
  }
  return out;
}
