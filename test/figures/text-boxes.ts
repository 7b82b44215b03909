import { createTextWidth } from '../../src/figures/font-widths.js';
import { font } from './font.js';

const widthOf = createTextWidth(font.bytes);

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
type Point = readonly [x: number, y: number];

/** A line of text of a figure with the four corners of what it covers, in pixels of the SVG. */
export interface TextBox {
  readonly text: string;
  readonly corners: readonly Point[];
}

const attribute = (tag: string, name: string) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];

const times = ([a, b, c, d, e, f]: Matrix, [p, q, r, s, t, u]: Matrix): Matrix => [
  ...([a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s] as const),
  ...([a * t + c * u + e, b * t + d * u + f] as const),
];

function matrixOf(transform: string): Matrix {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, name, inside] of transform.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [first = 0, second = 0] = inside!.split(/[\s,]+/).map(Number);
    const turn = (first * Math.PI) / 180;
    const own: Matrix =
      name === 'translate'
        ? [1, 0, 0, 1, first, second]
        : [Math.cos(turn), Math.sin(turn), -Math.sin(turn), Math.cos(turn), 0, 0];
    matrix = times(matrix, own);
  }
  return matrix;
}

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** Every line of text of an SVG that this project draws: `text`, with `tspan` for further lines, in turned groups. */
export function textBoxes(svg: string): TextBox[] {
  const boxes: TextBox[] = [];
  const groups: Matrix[] = [[1, 0, 0, 1, 0, 0]];
  let open = '';
  let line = 0;
  for (const [, closing, name, tag, ending, content] of svg.matchAll(
    /<(\/?)(g|text|tspan)(?=[\s>])([^>]*?)(\/?)>([^<]*)/g,
  )) {
    if (name === 'g' && closing === '/') groups.pop();
    else if (name === 'g' && ending === '')
      groups.push(times(groups.at(-1)!, matrixOf(attribute(tag!, 'transform') ?? '')));
    else if (name === 'text' && closing === '') [open, line] = [tag!, 0];
    if (name === 'tspan') line += Number(attribute(tag!, 'dy') ?? 0);
    const text = unescaped(content!);
    if (name !== 'g' && closing === '' && text.trim() !== '')
      boxes.push({ text, corners: cornersOf(text, open, line, groups.at(-1)!) });
  }
  return boxes;
}

/** From the top of capitals to the foot of a g. */
const heights = { above: 0.73, below: 0.24 };

function cornersOf(text: string, tag: string, line: number, group: Matrix): Point[] {
  const size = parseFloat(attribute(tag, 'font-size')!);
  const width = widthOf(text) * size;
  const start = { start: 0, middle: -width / 2, end: -width }[attribute(tag, 'text-anchor') ?? 'start']!;
  const [a, b, c, d, e, f] = times(group, matrixOf(attribute(tag, 'transform') ?? ''));
  const [top, foot] = [line - heights.above * size, line + heights.below * size];
  return [
    [start, top],
    [start + width, top],
    [start + width, foot],
    [start, foot],
  ].map(([x, y]) => [a * x! + c * y! + e, b * x! + d * y! + f]);
}

/** Whether two boxes cover a common place: no side of either separates them. */
export function overlap(one: TextBox, other: TextBox): boolean {
  return [one, other].every(({ corners }) =>
    [0, 1].every((side) => {
      const [from, to] = [corners[side]!, corners[side + 1]!];
      const across = ([x, y]: Point) => (y - from[1]) * (to[0] - from[0]) - (x - from[0]) * (to[1] - from[1]);
      const [mine, theirs] = [one.corners.map(across), other.corners.map(across)];
      return Math.max(...mine) > Math.min(...theirs) && Math.max(...theirs) > Math.min(...mine);
    }),
  );
}

/** The pairs of texts that touch, and those that leave the picture: none in a good figure. */
export function textFaults(svg: string): string[] {
  const boxes = textBoxes(svg);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
  const pairs = boxes.flatMap((one, at) =>
    boxes.slice(at + 1).flatMap((other) => (overlap(one, other) ? [`${one.text} | ${other.text}`] : [])),
  );
  const outside = boxes.filter(({ corners }) =>
    corners.some(([x, y]) => x < 0 || y < 0 || x > width! || y > height!),
  );
  return [...pairs, ...outside.map(({ text }) => `outside: ${text}`)];
}
