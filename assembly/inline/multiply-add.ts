/** sum + weight * x, two roundings: a fused multiply-add would round once, and not on every processor. */
export function multiplyAdd(sum: v128, weight: v128, x: v128): v128 {
  return f32x4.add(sum, f32x4.mul(weight, x));
}

/** The larger of each lane; the first operand where either is NaN (one instruction, unlike `f32x4.max`). */
export function larger(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}
