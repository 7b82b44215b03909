import type { Ticks } from './axis-ticks.js';
import type { TextWidth } from './font-widths.js';
import { wrapText } from './wrap-text.js';

/** The first is what the text is measured and rasterised with. */
export const fontFamily = 'DejaVu Sans, Verdana, sans-serif';

/** In pixels of the SVG. */
export const fontSizes = { title: 16, caption: 12, axis: 13, label: 12, legend: 12 } as const;

/** What all figures share. One weight only: one font file is shipped. */
export const config = {
  font: fontFamily,
  axis: {
    labelFontSize: fontSizes.label,
    labelColor: '#222222',
    titleFontSize: fontSizes.axis,
    titleFontWeight: 'normal',
    titlePadding: 10,
    gridColor: '#e6e6e6',
    labelLimit: 0,
    titleLimit: 0,
    // Long labels push the title aside instead of running into it.
    maxExtent: 10_000,
    // The ticks are chosen so that no two labels touch.
    labelOverlap: false,
    labelFlush: false,
  },
  legend: {
    labelFontSize: fontSizes.legend,
    titleFontSize: fontSizes.legend,
    titleFontWeight: 'normal',
    labelLimit: 0,
    titleLimit: 0,
    symbolSize: 90,
    rowPadding: 6,
    columnPadding: 16,
  },
  title: { fontWeight: 'normal', anchor: 'start', limit: 0, offset: 14 },
  view: { stroke: '#bbbbbb' },
};

/** Title and caption above a figure that is about so wide. */
export function headOf(
  { title, caption }: { readonly title: string; readonly caption: string },
  pixels: number,
  widthOf: TextWidth,
): object {
  const small = { color: '#444444', fontSize: fontSizes.caption };
  const captionLines = wrapText(caption, { pixels, fontSize: fontSizes.caption, widthOf });
  if (title === '') return { text: captionLines, ...small };
  return {
    text: wrapText(title, { pixels, fontSize: fontSizes.title, widthOf }),
    fontSize: fontSizes.title,
    subtitle: captionLines,
    subtitleFontSize: small.fontSize,
    subtitleColor: small.color,
    subtitlePadding: 6,
  };
}

/** A Vega-Lite axis with these ticks, smaller ones and no line of the grid where there is no label. */
export function axisOf({ values, labels }: Ticks, title: readonly string[], grid: boolean): object {
  const labelled = values.filter((_, at) => labels[at] !== '');
  const major = `indexof(${JSON.stringify(labelled)}, datum.value) >= 0`;
  return {
    title,
    values,
    labelExpr: `${JSON.stringify(labels)}[indexof(${JSON.stringify(values)}, datum.value)]`,
    grid,
    ...(labelled.length < values.length && {
      gridOpacity: { condition: { test: major, value: 1 }, value: 0 },
      tickSize: { condition: { test: major, value: 5 }, value: 3 },
    }),
  };
}
