import type { Box, Point } from './layers.js';

export interface LabelledRoute {
  readonly label: string;
  readonly route: readonly Point[];
}

interface PlacedLabel extends Point {
  readonly label: string;
}

/** What a label must not cover: a box, by its top left corner. */
export type Obstacle = Box & Point;

const height = 13;
/** Of a letter of 10 pixels, generously. */
const letter = 6;
const tried = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78];
/** Steps in which a curve is looked at. */
const steps = 16;

/**
 * Puts each label on its curve, at the first place where it covers no box, no other label and no other curve; where
 * there is none, at the place where it covers least.
 */
export function placeLabels(
  routes: readonly LabelledRoute[],
  obstacles: readonly Obstacle[] = [],
): PlacedLabel[] {
  const curves = banded(
    routes.flatMap(({ route }, owner) => route.slice(1).map((to, i) => curveOf(owner, route[i] ?? to, to))),
  );
  const boxes = banded(obstacles);
  const placed = banded<PlacedLabel & Box>([]);
  return routes.flatMap(({ label, route }, own) => {
    let best: { place: PlacedLabel; covered: number } | undefined;
    for (const [to, from] of route.slice(1).map((point, i) => [point, route[i] ?? point] as const))
      for (const t of tried) {
        if (best?.covered === 0) break;
        const place = { label, ...onCurve(from, to, t) };
        const covered =
          10 * boxes.near(place.y).filter((box) => covers(place, box)).length +
          10 * placed.near(place.y).filter((other) => overlap(place, other)).length +
          curves.near(place.y).filter((curve) => curve.owner !== own && crosses(place, curve)).length;
        if (best === undefined || covered < best.covered) best = { place, covered };
      }
    if (best === undefined) return [];
    placed.add({ ...best.place, width: 0, height: 0 });
    return [best.place];
  });
}

interface Banded<T> {
  add(one: T): void;
  /** All that may touch a label at this height. */
  near(y: number): readonly T[];
}

/** Things by the horizontal bands in which they lie: labels are low, and most links short. */
function banded<T extends Obstacle>(all: readonly T[]): Banded<T> {
  const tall = 64;
  const bands = new Map<number, T[]>();
  const add = (one: T) => {
    const last = Math.floor((one.y + one.height + height) / tall);
    for (let band = Math.floor((one.y - height) / tall); band <= last; band++) {
      const known = bands.get(band);
      if (known === undefined) bands.set(band, [one]);
      else known.push(one);
    }
  };
  all.forEach(add);
  return { add, near: (y) => bands.get(Math.floor(y / tall)) ?? [] };
}

function overlap(a: PlacedLabel, b: PlacedLabel): boolean {
  const apart = ((a.label.length + b.label.length) * letter) / 2 + 6;
  return Math.abs(a.y - b.y) < height && Math.abs(a.x - b.x) < apart;
}

const halfWidth = ({ label }: PlacedLabel): number => (label.length * letter) / 2;

const covers = (label: PlacedLabel, { x, y, width, height: tall }: Obstacle): boolean =>
  label.x + halfWidth(label) > x &&
  label.x - halfWidth(label) < x + width &&
  label.y + height / 2 > y &&
  label.y - height / 2 < y + tall;

/** Between two points of a route, with the rectangle around it. */
interface Curve extends Obstacle {
  readonly owner: number;
  readonly points: readonly Point[];
}

const around = (from: Point, to: Point): Obstacle => ({
  x: Math.min(from.x, to.x),
  y: Math.min(from.y, to.y),
  width: Math.abs(to.x - from.x),
  height: Math.abs(to.y - from.y),
});

const curveOf = (owner: number, from: Point, to: Point): Curve => ({
  ...{ owner, ...around(from, to) },
  points: Array.from({ length: steps + 1 }, (_, i) => onCurve(from, to, i / steps)),
});

function crosses(label: PlacedLabel, curve: Curve): boolean {
  const { points } = curve;
  if (!covers(label, curve)) return false;
  return points.slice(1).some((to, i) => covers(label, around(points[i] ?? to, to)));
}

/** The curve leaves and arrives vertically, with both handles at half the height. */
export function onCurve(from: Point, to: Point, t: number): Point {
  const half = (from.y + to.y) / 2;
  const [a, b, c, d] = [
    (1 - t) * (1 - t) * (1 - t),
    3 * (1 - t) * (1 - t) * t,
    3 * (1 - t) * t * t,
    t * t * t,
  ];
  return { x: (a + b) * from.x + (c + d) * to.x, y: a * from.y + (b + c) * half + d * to.y };
}
