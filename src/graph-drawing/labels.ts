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
  const placed: PlacedLabel[] = [];
  const curves = routes.map(({ route }) => route.slice(1).map((to, i) => curveOf(route[i] ?? to, to)));
  routes.forEach(({ label, route }, own) => {
    const others = curves.flatMap((curve, i) => (i === own ? [] : curve));
    let best: { place: PlacedLabel; covered: number } | undefined;
    for (const [to, from] of route.slice(1).map((point, i) => [point, route[i] ?? point] as const))
      for (const t of tried) {
        if (best?.covered === 0) break;
        const place = { label, ...onCurve(from, to, t) };
        const covered =
          10 * obstacles.filter((box) => covers(place, box)).length +
          10 * placed.filter((other) => overlap(place, other)).length +
          others.filter((curve) => crosses(place, curve)).length;
        if (best === undefined || covered < best.covered) best = { place, covered };
      }
    if (best !== undefined) placed.push(best.place);
  });
  return placed;
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

interface Curve {
  readonly points: readonly Point[];
  /** What it lies in. */
  readonly around: Obstacle;
}

function curveOf(from: Point, to: Point): Curve {
  const x = Math.min(from.x, to.x);
  const y = Math.min(from.y, to.y);
  return {
    points: Array.from({ length: steps + 1 }, (_, i) => onCurve(from, to, i / steps)),
    around: { x, y, width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) },
  };
}

function crosses(label: PlacedLabel, { points, around }: Curve): boolean {
  if (!covers(label, around)) return false;
  return points.slice(1).some((to, i) => {
    const from = points[i] ?? to;
    const x = Math.min(from.x, to.x);
    const y = Math.min(from.y, to.y);
    return covers(label, { x, y, width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) });
  });
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
