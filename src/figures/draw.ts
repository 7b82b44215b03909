import type { TopLevelSpec } from 'vega-lite';
import { createTextWidth } from './font-widths.js';

/** The one font of all figures: its bytes measure the text, its path (the rasteriser wants one) draws it. */
export interface FigureFont {
  readonly bytes: Uint8Array;
  readonly path: string;
  /** For example `DejaVu Sans`. */
  readonly family: string;
}

/** What a figure looks like, as Vega-Lite says it. */
export type FigureSpec = TopLevelSpec;

/** Pixels of the PNG for one of the SVG: sharp on dense screens and in print. */
const zoom = 2;

/**
 * Draws a specification as SVG. The same specification and font give the same bytes. The libraries are loaded here,
 * when something is drawn.
 */
export async function drawSvg(spec: TopLevelSpec, font: FigureFont): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const problems: unknown[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input: readonly unknown[]) => {
    problems.push(...input);
  });
  measureWith(vega, createTextWidth(font.bytes));
  const view = new vega.View(vega.parse(compile(spec, { logger }).spec), { renderer: 'none', logger });
  const svg = await view.toSVG();
  view.finalize();
  if (problems.length > 0)
    throw new Error(`The figure cannot be drawn as it is described: ${problems.join('; ')}`);
  return `${withNamedGradients(svg)}\n`;
}

/** Draws an SVG as PNG, with no other font than the given one. */
export async function drawPng(svg: string, font: FigureFont): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const resvg = new Resvg(svg, {
    font: { loadSystemFonts: false, fontFiles: [font.path], defaultFontFamily: font.family },
    fitTo: { mode: 'zoom', value: zoom },
  });
  return new Uint8Array(resvg.render().asPng());
}

/**
 * The library numbers the gradients of all figures that a process draws. By what they are made of they have the same
 * names in every process, and a page that shows several figures cannot mix them up.
 */
function withNamedGradients(svg: string): string {
  const names = new Map<string, string>();
  for (const [, number = '', made = ''] of svg.matchAll(
    /<linearGradient id="(gradient_\d+)"(.*?)<\/linearGradient>/g,
  ))
    names.set(number, `gradient-${checksum(made)}`);
  return svg.replaceAll(/gradient_\d+/g, (number) => names.get(number) ?? number);
}

/** FNV-1a of the code units, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

interface TextItem {
  readonly fontSize?: number;
}

/** The library lays text out with this hook; its types do not tell of it. */
function measureWith(vega: object, widthInEm: (text: string) => number): void {
  const { textMetrics } = vega as { textMetrics: { width: (item: TextItem, text: unknown) => number } };
  textMetrics.width = (item, text) => widthInEm(textOf(text)) * (item.fontSize ?? 11);
}

function textOf(text: unknown): string {
  return typeof text === 'string' || typeof text === 'number' ? String(text) : '';
}
