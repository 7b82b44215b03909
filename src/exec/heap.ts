/** A binary heap of instance indices: the highest rank first, the lower index among equals. */
export class ReadyHeap {
  readonly #ranks: Float64Array;
  readonly #items: number[] = [];

  constructor(ranks: Float64Array) {
    this.#ranks = ranks;
  }

  get size(): number {
    return this.#items.length;
  }

  push(index: number): void {
    const items = this.#items;
    let at = items.push(index) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(index, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = index;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++;
      if (!this.#before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#ranks[a]! - this.#ranks[b]!;
    return difference > 0 || (difference === 0 && a < b);
  }
}
