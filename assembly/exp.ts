import { BLOCK } from './inline/block';
import { exp } from './inline/elementary';

/** Replaces the rows at the `count` byte offsets `rows` from `base` by their exp. Error: src/numeric/kernels/contract.ts. */
export function expRows(rows: usize, count: i32, base: usize): void {
  for (let entry = rows, last = rows + <usize>(count * 4); entry < last; entry += 4) {
    const row = base + <usize>load<i32>(entry);
    for (let at = row; at < row + BLOCK * 4; at += 16) v128.store(at, exp(v128.load(at)));
  }
}
