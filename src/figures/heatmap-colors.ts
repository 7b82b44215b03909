/** How values become colours: a Vega-Lite scale, and where writing on them has to be white. */
export interface HeatmapColors {
  readonly domain: readonly [number, number];
  readonly scale: object;
  readonly isDark: (value: number) => boolean;
}

/** From this share of the way to the dark end on, white is easier to read than black (measured by luminance). */
const darkFrom = { viridis: 0.56, blue: 0.8, orange: 0.87 };

/**
 * Viridis for values of one sign, light for little: it reads the same in grey. Blue and orange for values of both
 * signs, white at 0. Both are told apart with every common kind of colour blindness. 0 belongs to the scale unless all
 * values lie far from it, where it would leave them one colour.
 */
export function heatmapColors(values: readonly number[]): HeatmapColors {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least < 0 && most > 0) return diverging(Math.max(-least, most));
  const [near, far] = most > 0 ? [least, most] : [most, least];
  const start = near === far || Math.abs(near) < Math.abs(far) / 2 ? 0 : near;
  const end = far === 0 ? 1 : far;
  return {
    domain: start < end ? [start, end] : [end, start],
    scale: { scheme: 'viridis', reverse: start < end },
    isDark: (value) => (value - start) / (end - start) > darkFrom.viridis,
  };
}

function diverging(largest: number): HeatmapColors {
  return {
    domain: [-largest, largest],
    scale: { scheme: 'blueorange' },
    isDark: (value) => Math.abs(value) / largest > (value < 0 ? darkFrom.blue : darkFrom.orange),
  };
}
