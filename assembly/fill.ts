/**
 * Writes weights into tap lists: the float32 at weights + sources[i] goes to taps + targets[i], for `count` int32 byte
 * offsets each. A weight of -0 becomes +0, so that no sum of the layer kernels is ever -0 (then a tap that is zero
 * changes nothing, and may be left out).
 */
export function fill(targets: usize, sources: usize, count: i32, weights: usize, taps: usize): void {
  const zero: f32 = 0;
  for (let i: usize = 0, end = <usize>count * 4; i < end; i += 4) {
    const weight = load<f32>(weights + <usize>load<i32>(sources + i));
    store<f32>(taps + <usize>load<i32>(targets + i), weight + zero);
  }
}
