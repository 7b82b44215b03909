import { cellCaption } from './captions.js';
import type { FigureWords } from './curve-figure.js';
import type { HeatmapCell, HeatmapRoles } from './heatmap-cells.js';
import { labelOf, zeroWithItself } from './labels.js';
import { exponentOf } from './round-numbers.js';
import { byName } from './summarise-curves.js';
import { fixedLabel } from './tick-labels.js';

/** A cell as it is drawn. */
export interface DrawnCell {
  readonly x: string;
  readonly y: string;
  readonly mean: number;
  readonly text: string;
}

export interface HeatmapFigure {
  /** Names of the columns and of the rows, in their order. */
  readonly xs: readonly string[];
  readonly ys: readonly string[];
  readonly cells: readonly DrawnCell[];
  /** Whether there are places without a cell. */
  readonly blank: boolean;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly valueLabel: string;
  readonly title: string;
  readonly caption: string;
}

/**
 * What is drawn of measured cells, and what is said about them. Between a network and itself there is no barrier: with
 * `mirror` the diagonal is drawn as 0 where nothing else was measured on it, and the caption tells that it was not.
 */
export function heatmapFigure(
  measured: readonly HeatmapCell[],
  roles: HeatmapRoles,
  words: FigureWords,
): HeatmapFigure {
  const xs = namesOf(measured.map(({ x }) => x));
  const ys = namesOf(measured.map(({ y }) => y));
  const zeroDiagonal = roles.mirror && zeroWithItself(roles.value) && measured.every(({ x, y }) => x !== y);
  const format = formatOf(measured);
  const cells = [
    ...measured.map(({ x, y, mean }) => ({ x, y, mean, text: format(mean) })),
    ...(zeroDiagonal ? xs.map((name) => ({ x: name, y: name, mean: 0, text: '0' })) : []),
  ];
  const blank = cells.length < xs.length * ys.length;
  return {
    ...{ xs, ys, cells, blank },
    xLabel: words.x_label || labelOf(roles.x),
    yLabel: words.y_label || labelOf(roles.y),
    valueLabel: words.color_label || labelOf(roles.value),
    title: words.title,
    caption: cellCaption(measured, { band: roles.band, zeroDiagonal, blank }),
  };
}

/** All numbers of a figure have the decimals that give its largest two digits. */
function formatOf(cells: readonly HeatmapCell[]): (value: number) => string {
  const largest = Math.max(...cells.map(({ mean }) => Math.abs(mean)));
  const decimals = Math.min(20, Math.max(0, 1 - exponentOf(largest)));
  return (value) => (value === 0 ? '0' : fixedLabel(value, decimals));
}

function namesOf(values: readonly string[]): string[] {
  return [...new Set(values)].sort(byName);
}
