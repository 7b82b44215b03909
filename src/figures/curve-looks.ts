import { valueLabel } from './labels.js';
import { isNumber } from './summarise-curves.js';

/** Okabe & Ito's colours, told apart with every common kind of colour blindness; yellow is too pale for lines. */
const colors = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#000000', '#E69F00', '#56B4E9'];
/** Viridis from dark to as light as a line may be: for more numbers than there are colours. */
const sequence = ['#440154', '#414487', '#2A788E', '#22A884', '#7AD151'];
/** Dashes and shapes tell curves apart in grey. Lists of different lengths: a pair repeats only after 30 curves. */
const dashes = [
  [1, 0],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [5, 2],
];
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'];

/** With more entries than this a legend has a further column. */
const mostInColumn = 14;

export interface Legend {
  /** Names of the curves in the order of the legend. */
  readonly curves: readonly string[];
  /** The column they come from. */
  readonly color: string;
  /** Lines of the heading. */
  readonly heading: readonly string[];
  readonly marked: boolean;
}

/** How curves are told apart: channels of a Vega-Lite encoding. */
export interface Looks {
  readonly color: object;
  readonly shape: object;
  readonly dash: object;
}

export function looksOf({ curves, color, heading, marked }: Legend): Looks {
  const ordered = curves.length > colors.length && curves.every(isNumber);
  const names = curves.map((curve) => valueLabel(color, curve));
  const symbol = marked ? { symbolStrokeWidth: 0 } : { symbolType: 'stroke', symbolStrokeWidth: 2 };
  const legend = {
    title: heading,
    labelExpr: `${JSON.stringify(names)}[indexof(${JSON.stringify(curves)}, datum.value)]`,
    symbolOpacity: 1,
    columns: Math.ceil(curves.length / mostInColumn),
    ...symbol,
  };
  const look = (range: readonly unknown[]) => ({
    field: 'curve',
    type: 'nominal',
    scale: { domain: curves, range },
    legend: curves.length > 1 || curves[0] !== '' ? legend : null,
  });
  const pick = <T>(list: readonly T[]): T[] => curves.map((_, position) => list[position % list.length]!);
  return {
    color: look(ordered ? spread(sequence, curves.length) : pick(colors)),
    shape: look(pick(shapes)),
    dash: look(ordered ? curves.map(() => dashes[0]) : pick(dashes)),
  };
}

/** `count` (at least two) colours at equal steps along a list of them. */
function spread(list: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, position) => {
    const place = (position * (list.length - 1)) / (count - 1);
    const first = Math.min(Math.floor(place), list.length - 2);
    return mixed(list[first]!, list[first + 1]!, place - first);
  });
}

function mixed(first: string, second: string, share: number): string {
  const channel = (color: string, at: number) => parseInt(color.slice(at, at + 2), 16);
  const channels = [1, 3, 5].map((at) =>
    Math.round((1 - share) * channel(first, at) + share * channel(second, at)),
  );
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
