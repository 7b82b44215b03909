import { inflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, row-major. */
  readonly data: Uint8Array;
}

/** Decodes a PNG of 8-bit RGBA without interlacing, which is what the rasteriser writes. */
export function decodePng(png: Uint8Array): Pixels {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (view.getUint32(0) !== 0x89504e47) throw new Error('no PNG');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  if (png[24] !== 8 || png[25] !== 6 || png[28] !== 0) throw new Error('not 8-bit RGBA without interlacing');
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return { width, height, data: unfilter(inflateSync(Buffer.concat(parts)), width, height) };
}

/** Undoes the filters of the lines: https://www.w3.org/TR/png/#9Filters */
function unfilter(raw: Uint8Array, width: number, height: number): Uint8Array {
  const stride = 4 * width;
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)]!;
    for (let i = 0; i < stride; i += 1) {
      const left = i >= 4 ? data[y * stride + i - 4]! : 0;
      const up = y > 0 ? data[(y - 1) * stride + i]! : 0;
      const corner = y > 0 && i >= 4 ? data[(y - 1) * stride + i - 4]! : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      data[y * stride + i] = raw[y * (stride + 1) + 1 + i]! + guess;
    }
  }
  return data;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const distances = [left, up, corner].map((value) => Math.abs(estimate - value));
  const least = Math.min(...distances);
  return [left, up, corner][distances.indexOf(least)]!;
}

/** How many pixels of a rectangle (in pixels) are darker than middle grey. */
export function darkPixels(
  { data, width }: Pixels,
  from: { x: number; y: number },
  to: { x: number; y: number },
): number {
  let dark = 0;
  for (let y = from.y; y < to.y; y += 1) {
    for (let x = from.x; x < to.x; x += 1) {
      const at = 4 * (y * width + x);
      if (data[at]! + data[at + 1]! + data[at + 2]! < 3 * 128) dark += 1;
    }
  }
  return dark;
}
