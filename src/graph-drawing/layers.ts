/** A box to be placed. Sizes in pixels. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Link {
  readonly from: number;
  readonly to: number;
}

export interface Placed {
  /** Top left corner of each box. */
  readonly corners: readonly { readonly x: number; readonly y: number }[];
  /** The points through which each link goes, boxes' borders included. */
  readonly routes: readonly (readonly Point[])[];
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Gaps {
  readonly across: number;
  readonly down: number;
}

/** A box, or the place where a long link passes a layer. */
interface Item {
  readonly width: number;
  readonly height: number;
  readonly layer: number;
  readonly above: Item[];
  readonly below: Item[];
  /** Centre. */
  x: number;
}

/**
 * Layered drawing (Sugiyama, Tagawa, Toda 1981): each box below all that lead to it, long links through places of
 * their own, few crossings by barycentres.
 *
 * @param links without cycles, of boxes by position.
 */
export function placeInLayers(boxes: readonly Box[], links: readonly Link[], gaps: Gaps): Placed {
  const layerOf = longestPaths(boxes.length, links);
  const items: Item[] = boxes.map((box, i) => ({
    ...box,
    layer: layerOf[i] ?? 0,
    above: [],
    below: [],
    x: 0,
  }));
  const passing = links.map((link) => chain(link, items, layerOf));
  const layers: Item[][] = [];
  for (const item of [...items, ...passing.flat()]) (layers[item.layer] ??= []).push(item);
  for (const layer of layers) spread(layer, gaps.across);
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) arrange(layer, down ? 'above' : 'below', gaps);
  }
  const left = Math.min(0, ...layers.flat().map(({ x, width }) => x - width / 2));
  const tops: number[] = [];
  const bottoms: number[] = [];
  let y = 0;
  for (const layer of layers) {
    tops.push(y);
    y += Math.max(0, ...layer.map(({ height }) => height));
    bottoms.push(y);
    y += gaps.down;
  }
  for (const item of layers.flat()) item.x -= left;
  const topOf = (item: Item) => tops[item.layer] ?? 0;
  const corners = items.map((item) => ({ x: item.x - item.width / 2, y: topOf(item) }));
  const bottomOf = (item: Item) => bottoms[item.layer] ?? 0;
  // Straight through a layer: a link turns only where there are no boxes.
  const routes = links.map(({ from, to }, i) => {
    const [start, end] = [items[from]!, items[to]!];
    const first = topOf(start) + start.height;
    const below = first < bottomOf(start) ? [{ x: start.x, y: bottomOf(start) }] : [];
    const through = (passing[i] ?? []).flatMap((item) => [
      { x: item.x, y: topOf(item) },
      { x: item.x, y: bottomOf(item) },
    ]);
    return [{ x: start.x, y: first }, ...below, ...through, { x: end.x, y: topOf(end) }];
  });
  const width = Math.max(0, ...layers.flat().map(({ x, width: w }) => x + w / 2));
  return { corners, routes, width, height: Math.max(0, y - gaps.down) };
}

function longestPaths(count: number, links: readonly Link[]): number[] {
  const layers = new Array<number>(count).fill(0);
  const open = new Array<number>(count).fill(0);
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of links) {
    out[from]?.push(to);
    open[to] = (open[to] ?? 0) + 1;
  }
  const free = open.flatMap((n, i) => (n === 0 ? [i] : []));
  for (let next = free.pop(); next !== undefined; next = free.pop())
    for (const to of out[next] ?? []) {
      layers[to] = Math.max(layers[to] ?? 0, (layers[next] ?? 0) + 1);
      open[to] = (open[to] ?? 0) - 1;
      if (open[to] === 0) free.push(to);
    }
  return layers;
}

/** The places of a link in the layers between its ends, with the neighbours of all of them. */
function chain({ from, to }: Link, items: readonly Item[], layerOf: readonly number[]): Item[] {
  const places: Item[] = [];
  let above = items[from]!;
  for (let layer = (layerOf[from] ?? 0) + 1; layer < (layerOf[to] ?? 0); layer++) {
    const place: Item = { width: 8, height: 0, layer, above: [above], below: [], x: 0 };
    above.below.push(place);
    places.push(place);
    above = place;
  }
  above.below.push(items[to]!);
  items[to]!.above.push(above);
  return places;
}

function spread(layer: readonly Item[], gap: number): void {
  let x = 0;
  for (const item of layer) {
    item.x = x + item.width / 2;
    x += item.width + gap;
  }
}

/** Orders a layer by where its neighbours are, and moves each item as near to them as its neighbours in the layer let it. */
function arrange(layer: Item[], side: 'above' | 'below', gaps: Gaps): void {
  const wanted = new Map(layer.map((item) => [item, mean(item[side]) ?? item.x]));
  const place = (item: Item) => wanted.get(item) ?? item.x;
  layer.sort((a, b) => place(a) - place(b));
  // From both ends: the mean of the two keeps the distances and favours neither.
  const fromLeft = pushed(layer, place, gaps.across);
  const mirrored = pushed([...layer].reverse(), (item) => -place(item), gaps.across).reverse();
  layer.forEach((item, i) => {
    item.x = ((fromLeft[i] ?? 0) - (mirrored[i] ?? 0)) / 2;
  });
}

function pushed(layer: readonly Item[], place: (item: Item) => number, gap: number): number[] {
  let edge = -Infinity;
  return layer.map((item) => {
    const x = Math.max(place(item), edge + item.width / 2);
    edge = x + item.width / 2 + gap;
    return x;
  });
}

function mean(items: readonly Item[]): number | undefined {
  if (items.length === 0) return undefined;
  return items.reduce((sum, { x }) => sum + x, 0) / items.length;
}
