/** Channels from 0 to 1 of `#rrggbb` or `rgb(r, g, b)`. */
export function channelsOf(color: string): readonly [red: number, green: number, blue: number] {
  const numbers = color.startsWith('#')
    ? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
    : [...color.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [red = 0, green = 0, blue = 0] = numbers.map((value) => value / 255);
  return [red, green, blue];
}

/** Relative luminance of sRGB, 0 (black) to 1 (white): https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
export function luminance(color: string): number {
  const [red, green, blue] = channelsOf(color).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
