import type { Point } from './layers.js';

export interface LabelledRoute {
  readonly label: string;
  readonly route: readonly Point[];
}

interface PlacedLabel extends Point {
  readonly label: string;
}

const height = 13;
/** Of a letter of 10 pixels, generously. */
const letter = 6;
const tried = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78];

/** Puts each label on its curve, at the first place where it covers no other label; where there is none, in the middle. */
export function placeLabels(routes: readonly LabelledRoute[]): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const { label, route } of routes) {
    const places = route.slice(1).flatMap((to, i) => tried.map((t) => onCurve(route[i] ?? to, to, t)));
    const free = places.find((place) => !placed.some((other) => overlap({ label, ...place }, other)));
    const place = free ?? places[0];
    if (place !== undefined) placed.push({ label, ...place });
  }
  return placed;
}

function overlap(a: PlacedLabel, b: PlacedLabel): boolean {
  const apart = ((a.label.length + b.label.length) * letter) / 2 + 6;
  return Math.abs(a.y - b.y) < height && Math.abs(a.x - b.x) < apart;
}

/** The curve leaves and arrives vertically, with both handles at half the height. */
function onCurve(from: Point, to: Point, t: number): Point {
  const half = (from.y + to.y) / 2;
  const [a, b, c, d] = [
    (1 - t) * (1 - t) * (1 - t),
    3 * (1 - t) * (1 - t) * t,
    3 * (1 - t) * t * t,
    t * t * t,
  ];
  return { x: (a + b) * from.x + (c + d) * to.x, y: a * from.y + (b + c) * half + d * to.y };
}
