import {
  captionOf,
  contentsOf,
  labelOf,
  type Drawing,
  type DrawnEdge,
  type DrawnNode,
  type DrawnStage,
} from './drawing.js';
import { placeLabels, type LabelledRoute, type Obstacle } from './labels.js';
import { placeInLayers, type Gaps, type Placed, type Point } from './layers.js';

const outer: Gaps = { across: 48, down: 56 };
const inner: Gaps = { across: 36, down: 44 };
const padding = 24;
const caption = 26;
const boxHeight = 44;
/** Beside the steps of a loop: the way back and its label. */
const backWidth = 20;

/** Text of 12 pixels in a sans-serif face, generously. */
const widthOf = (text: string, perLetter = 7.2): number => text.length * perLetter;

interface Inside {
  readonly node: DrawnNode;
  readonly width: number;
  readonly height: number;
  readonly steps: Placed;
  readonly edges: readonly DrawnEdge[];
  readonly carried: readonly DrawnEdge[];
}

/** The drawing as an SVG of its own: stages in layers, loops as boxes with their way back. */
export function svg(drawing: Drawing): string {
  const owner = new Map(drawing.nodes.flatMap((n, i) => n.stages.map((stage) => [stage.name, i] as const)));
  const insides = drawing.nodes.map((node, i) =>
    insideOf(
      node,
      drawing.edges.filter((edge) => owner.get(edge.from) === i && owner.get(edge.to) === i),
    ),
  );
  const between = mergeBetween(drawing, owner);
  const placed = placeInLayers(
    insides,
    between.map(({ from, to }) => ({ from, to })),
    outer,
  );
  const body = [
    ...insides.map((inside, i) => nodeMarkup(inside, placed.corners[i] ?? { x: 0, y: 0 })),
    ...between.map((edge, i) => edgeMarkup(placed.routes[i] ?? [], edge.kind)),
    ...labelMarkup(
      between.map(({ label }, i) => ({ label, route: placed.routes[i] ?? [] })),
      insides.map(({ width, height }, i) => ({ width, height, ...(placed.corners[i] ?? { x: 0, y: 0 }) })),
    ),
  ];
  const [width, height] = [placed.width, placed.height].map((size) => Math.ceil(size + 2 * padding));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(`The graph of ${drawing.name}`)}">
<style>${style}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b6470"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
<g transform="translate(${padding} ${padding})">
${body.join('\n')}
</g>
</svg>
`;
}

const style = [
  'text{font-family:"DejaVu Sans",Verdana,Helvetica,sans-serif;font-size:12px;fill:#1c2733;text-anchor:middle}',
  '.type,.flow{font-size:10px;fill:#5b6470}',
  '.stage{fill:#eef3f8;stroke:#7a93ad}',
  '.group{fill:#fafbfc;stroke:#b3bfcb}',
  '.line{fill:none;stroke:#5b6470}.gather{stroke-width:2.5}.carried{stroke-dasharray:5 3}.after{stroke-dasharray:1 3}',
  '.halo{stroke:#ffffff;stroke-width:4;paint-order:stroke}',
].join('');

interface Between {
  readonly from: number;
  readonly to: number;
  readonly kind: DrawnEdge['kind'];
  readonly label: string;
}

/** From node to node: what goes to several steps of a loop is one line. */
function mergeBetween({ nodes, edges }: Drawing, owner: ReadonlyMap<string, number>): Between[] {
  const merged = new Map<
    string,
    { from: number; to: number; kind: DrawnEdge['kind']; outputs: Set<string> }
  >();
  for (const { from, to, kind, outputs } of edges) {
    const ends = { from: owner.get(from) ?? 0, to: owner.get(to) ?? 0 };
    if (ends.from === ends.to) continue;
    const key = `${ends.from} ${ends.to} ${kind}`;
    const known = merged.get(key) ?? { ...ends, kind, outputs: new Set<string>() };
    merged.set(key, known);
    for (const output of outputs) known.outputs.add(output);
  }
  return [...merged.values()].map(({ from, to, kind, outputs }) => ({
    ...{ from, to, kind },
    label: labelOf({ from: '', to: '', kind, outputs: [...outputs] }, nodes[to]),
  }));
}

function insideOf(node: DrawnNode, edges: readonly DrawnEdge[]): Inside {
  const boxes = node.stages.map((stage) => ({ width: stageWidth(stage), height: boxHeight }));
  const flows = edges.filter(({ kind }) => kind !== 'carried');
  const carried = edges.filter(({ kind }) => kind === 'carried');
  const position = (name: string) => node.stages.findIndex((stage) => stage.name === name);
  const steps = placeInLayers(
    boxes,
    flows.map(({ from, to }) => ({ from: position(from), to: position(to) })),
    inner,
  );
  if (!node.compound) return { node, ...steps, steps, edges: flows, carried };
  const way = carried.length === 0 ? 0 : backWidth + widthOf(labelOf(wayBack(carried), node), 6);
  return {
    ...{ node, steps, edges: flows, carried },
    width: Math.max(steps.width + 2 * padding + way, widthOf(captionOf(node)) + 2 * padding),
    height: steps.height + 2 * padding + caption,
  };
}

const stageWidth = (stage: DrawnStage): number =>
  Math.max(90, widthOf(stage.label) + 24, widthOf(contentsOf(stage), 6.2) + 24);

function nodeMarkup(inside: Inside, { x, y }: Point): string {
  const { node, steps, width, height } = inside;
  if (!node.compound) return stageMarkup(node.stages[0]!, { x, y });
  const shift = { x: padding, y: padding + caption };
  const stages = node.stages.map((stage, i) => {
    const corner = steps.corners[i] ?? { x: 0, y: 0 };
    return stageMarkup(stage, { x: corner.x + shift.x, y: corner.y + shift.y });
  });
  const moved = (route: readonly Point[]) => route.map((p) => ({ x: p.x + shift.x, y: p.y + shift.y }));
  const routes = inside.edges.map((_, i) => moved(steps.routes[i] ?? []));
  const flows = inside.edges.map(({ kind }, i) => edgeMarkup(routes[i] ?? [], kind));
  const labels = labelMarkup(
    inside.edges.map((edge, i) => ({ label: labelOf(edge, node), route: routes[i] ?? [] })),
    node.stages.map((stage, i) => {
      const corner = steps.corners[i] ?? { x: 0, y: 0 };
      const size = { width: stageWidth(stage), height: boxHeight };
      return { x: corner.x + shift.x, y: corner.y + shift.y, ...size };
    }),
  );
  return `<g transform="translate(${round(x)} ${round(y)})"><rect class="group" width="${round(width)}" height="${round(height)}" rx="8"/><text x="${round(width / 2)}" y="20">${text(captionOf(node))}</text>
${[...stages, ...flows, backMarkup(inside), ...labels].join('\n')}</g>`;
}

function stageMarkup(stage: DrawnStage, { x, y }: Point): string {
  const middle = round(x + stageWidth(stage) / 2);
  return `<rect class="stage" x="${round(x)}" y="${round(y)}" width="${round(stageWidth(stage))}" height="${boxHeight}" rx="6"/><text x="${middle}" y="${round(y + 19)}">${text(stage.label)}</text><text class="type" x="${middle}" y="${round(y + 34)}">${text(contentsOf(stage))}</text>`;
}

function edgeMarkup(route: readonly Point[], kind: DrawnEdge['kind']): string {
  const [start, ...rest] = route;
  if (start === undefined) return '';
  let from = start;
  const curves = rest.map((to) => {
    const half = round((from.y + to.y) / 2);
    const curve = `C${round(from.x)} ${half} ${round(to.x)} ${half} ${round(to.x)} ${round(to.y)}`;
    from = to;
    return curve;
  });
  return `<path class="line ${kind}" d="M${round(start.x)} ${round(start.y)}${curves.join('')}" marker-end="url(#tip)"/>`;
}

function labelMarkup(routes: readonly LabelledRoute[], boxes: readonly Obstacle[]): string[] {
  return placeLabels(routes, boxes).map(
    ({ label, x, y }) => `<text class="flow halo" x="${round(x)}" y="${round(y + 4)}">${text(label)}</text>`,
  );
}

/** All that a loop carries, as one way: from the lowest step that hands on to the highest that takes. */
function wayBack(carried: readonly DrawnEdge[]): DrawnEdge {
  const outputs = [...new Set(carried.flatMap((edge) => edge.outputs))];
  return { from: '', to: '', kind: 'carried', outputs };
}

function backMarkup({ node, steps, carried }: Inside): string {
  if (carried.length === 0) return '';
  const sideOf = (name: string): Point => {
    const i = node.stages.findIndex((stage) => stage.name === name);
    const corner = steps.corners[i] ?? { x: 0, y: 0 };
    return {
      x: corner.x + padding + stageWidth(node.stages[i]!),
      y: corner.y + padding + caption + boxHeight / 2,
    };
  };
  const from = carried.map((edge) => sideOf(edge.from)).reduce((a, b) => (b.y > a.y ? b : a));
  const to = carried.map((edge) => sideOf(edge.to)).reduce((a, b) => (b.y < a.y ? b : a));
  // A step that is its own successor: out a little lower than in.
  const apart = from.y === to.y ? boxHeight / 4 : 0;
  const right = steps.width + padding + backWidth;
  const label = labelOf(wayBack(carried), node);
  const path = `M${round(from.x)} ${round(from.y + apart)}H${round(right)}V${round(to.y - apart)}H${round(to.x)}`;
  return `<path class="line carried" d="${path}" marker-end="url(#tip)"/><text class="flow halo" x="${round(right + widthOf(label, 6) / 2 + 4)}" y="${round((from.y + to.y) / 2)}">${text(label)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const text = (label: string): string =>
  label
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
