import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { onCurve, placeLabels } from '../../src/graph-drawing/labels.js';
import { placeInLayers, type Box, type Link } from '../../src/graph-drawing/layers.js';

const gaps = { across: 10, down: 20 };

/** Boxes, and links that always lead to a later box. */
const graphs = fc
  .array(fc.record({ width: fc.integer({ min: 10, max: 200 }), height: fc.integer({ min: 10, max: 90 }) }), {
    minLength: 1,
    maxLength: 14,
  })
  .chain((boxes) =>
    fc.tuple(
      fc.constant(boxes),
      fc.array(fc.tuple(fc.nat(boxes.length - 1), fc.nat(boxes.length - 1)), { maxLength: 24 }),
    ),
  )
  .map(([boxes, pairs]): [readonly Box[], readonly Link[]] => [
    boxes,
    pairs.flatMap(([a, b]) => (a === b ? [] : [{ from: Math.min(a, b), to: Math.max(a, b) }])),
  ]);

describe('a drawing in layers', () => {
  test('puts every box below what leads to it, overlapping no other, inside the picture', () => {
    fc.assert(
      fc.property(graphs, ([boxes, links]) => {
        const { corners, width, height } = placeInLayers(boxes, links, gaps);
        for (const { from, to } of links)
          expect(corners[to]!.y).toBeGreaterThanOrEqual(corners[from]!.y + boxes[from]!.height + gaps.down);
        boxes.forEach((box, i) => {
          const { x, y } = corners[i]!;
          expect(x).toBeGreaterThanOrEqual(-1e-6);
          expect(x + box.width).toBeLessThanOrEqual(width + 1e-6);
          expect(y + box.height).toBeLessThanOrEqual(height + 1e-6);
          for (let j = 0; j < i; j++) {
            const other = corners[j]!;
            const apart =
              x + box.width <= other.x + 1e-6 ||
              other.x + boxes[j]!.width <= x + 1e-6 ||
              y + box.height <= other.y ||
              other.y + boxes[j]!.height <= y;
            expect(apart).toBe(true);
          }
        });
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('leads each link from the bottom of one box to the top of the other, downwards all the way', () => {
    fc.assert(
      fc.property(graphs, ([boxes, links]) => {
        const { corners, routes } = placeInLayers(boxes, links, gaps);
        links.forEach(({ from, to }, i) => {
          const route = routes[i]!;
          expect(route[0]!.y).toBe(corners[from]!.y + boxes[from]!.height);
          expect(route.at(-1)!.y).toBe(corners[to]!.y);
          for (let p = 1; p < route.length; p++) expect(route[p]!.y).toBeGreaterThan(route[p - 1]!.y - 1e-6);
        });
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test('leads no link through a box', () => {
    fc.assert(
      fc.property(graphs, ([boxes, links]) => {
        const { corners, routes } = placeInLayers(boxes, links, gaps);
        for (const route of routes)
          route.slice(1).forEach((to, i) => {
            for (let step = 1; step < 20; step++) {
              const { x, y } = onCurve(route[i]!, to, step / 20);
              const inside = boxes.findIndex((box, b) => {
                const corner = corners[b]!;
                const across = x > corner.x + 1e-6 && x < corner.x + box.width - 1e-6;
                return across && y > corner.y + 1e-6 && y < corner.y + box.height - 1e-6;
              });
              expect(inside).toBe(-1);
            }
          });
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test('puts a chain in one column', () => {
    const boxes = [60, 100, 80].map((width) => ({ width, height: 30 }));
    const { corners } = placeInLayers(boxes, [{ from: 0, to: 1 }, { from: 1, to: 2 }], gaps); // prettier-ignore
    const centres = corners.map(({ x }, i) => x + boxes[i]!.width / 2);
    for (const centre of centres) expect(centre).toBeCloseTo(centres[0]!, 6);
  });

  test('keeps labels off each other where there is room', () => {
    const down = (x: number) => ({ label: 'weights', route: [{ x, y: 0 }, { x, y: 100 }] }); // prettier-ignore
    const [a, b, far] = placeLabels([down(0), down(20), down(500)]);
    expect(Math.abs(a!.y - b!.y)).toBeGreaterThanOrEqual(10);
    expect(far!.y).toBe(50);
  });

  test('keeps labels off boxes and off the other links where there is room', () => {
    const down = { label: 'weights', route: [{ x: 0, y: 0 }, { x: 0, y: 100 }] }; // prettier-ignore
    const across = { label: '', route: [{ x: -60, y: 30 }, { x: 60, y: 70 }] }; // prettier-ignore
    const box = { x: 10, y: 44, width: 50, height: 40 };
    const [alone] = placeLabels([down]);
    expect(alone!.y).toBe(50);
    const [beside] = placeLabels([down], [box]);
    expect(beside!.y).toBeLessThan(44 - 6);
    const [crossed] = placeLabels([down, across]);
    expect(crossed!.y < 35 || crossed!.y > 65).toBe(true);
  });
});
