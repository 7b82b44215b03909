/** Seconds in each unit of a duration. */
const seconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Bytes in each unit of a size. */
const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** As JSON Schema patterns. */
export const durationPattern = '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$';
export const bytesPattern = '^\\d+(\\.\\d+)?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$';

export const durationHint = 'a duration such as 90s, 5m or 1h30m';
export const bytesHint = 'a size such as 512MiB or 3GiB';

/** The seconds of `90s`, `1h30m`, `250ms`; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!new RegExp(durationPattern).test(text)) return undefined;
  let sum = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    sum += Number(amount) * (seconds[unit] ?? 0);
  return Number.isFinite(sum) ? sum : undefined;
}

/** The bytes of `512MiB`, `3GiB`, rounded to whole ones; undefined when it is no size. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]+)$/.exec(text);
  const factor = match === null ? undefined : bytes[match[2] ?? ''];
  if (match === null || factor === undefined) return undefined;
  const size = Math.round(Number(match[1]) * factor);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** `1..3`, as in addresses, as its numbers; undefined for any other text, and for more numbers than one writes down. */
export function countedUp(text: string): number[] | undefined {
  const [, from, to] = /^(-?\d{1,9})\.\.\.?(-?\d{1,9})$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const count = Number(to) - Number(from) + 1;
  return count < 1 || count > 12 ? undefined : Array.from({ length: count }, (_, i) => Number(from) + i);
}
