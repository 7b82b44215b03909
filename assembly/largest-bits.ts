/**
 * The largest magnitude among `count` float32, as its bits: their order is that of the numbers, with infinity and then
 * every NaN above all that is finite.
 */
export function largestBits(values: usize, count: i32): u32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let most = i32x4.splat(0);
  const end = values + <usize>count * 4;
  let at = values;
  for (; at + 16 <= end; at += 16) most = i32x4.max_u(most, v128.and(v128.load(at), magnitude));
  let largest = <u32>0;
  for (; at < end; at += 4) largest = max(largest, load<u32>(at) & 0x7fffffff);
  const pairs = i32x4.max_u(
    most,
    i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
  );
  largest = max(largest, <u32>i32x4.extract_lane(pairs, 0));
  return max(largest, <u32>i32x4.extract_lane(pairs, 1));
}
