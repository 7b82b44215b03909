import { Resvg } from '@resvg/resvg-js';
import { describe, expect, test } from 'vitest';
import { createTextWidth } from '../../src/figures/font-widths.js';
import { font } from './font.js';

const widthOf = createTextWidth(font.bytes);

/** Where the rasteriser ends the ink of this text, in em. */
function inkEnd(text: string): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="200"><text y="100" font-size="100">${text}</text></svg>`;
  const box = new Resvg(svg, {
    font: { loadSystemFonts: false, fontFiles: [font.path], defaultFontFamily: font.family },
  }).innerBBox();
  return (box!.x + box!.width) / 100;
}

describe('text widths', () => {
  test('are the advance widths of the font, known for these glyphs in units of 1/2048 em', () => {
    expect(widthOf('')).toBe(0);
    expect(widthOf('m')).toBe(1995 / 2048);
    expect(widthOf('i')).toBe(569 / 2048);
    expect(widthOf(' ')).toBe(651 / 2048);
    expect(widthOf('mii')).toBe((1995 + 2 * 569) / 2048);
  });

  test.each([
    'test accuracy (share of test images)',
    'weights remaining (%)',
    'signal-to-noise',
    'σ = 0.05 → 1 ± 2',
    'ÄÖÜß',
  ])('agree with what the rasteriser draws for "%s"', (text) => {
    // The ink ends a little before the advance (side bearing), and kerning takes a little off.
    expect(Math.abs(widthOf(text) - inkEnd(text))).toBeLessThan(0.25);
  });

  test('a character that the font lacks has the width of its box', () => {
    expect(widthOf('\ue123')).toBeGreaterThan(0);
    expect(widthOf('😀')).toBe(widthOf('\ue123'));
  });

  test('bytes that are no font are refused', () => {
    expect(() => createTextWidth(new Uint8Array(64))).toThrow('this font has no head table');
  });
});
