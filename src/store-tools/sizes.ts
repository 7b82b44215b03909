import { UserError } from '../base/result.js';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const factors: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** `812 B`, `1.4 GiB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Reads `200GiB`, `1.5 GB`, `4096`. @throws UserError */
export function parseSize(text: string): number {
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = factors[(unit ?? '-').toLowerCase()];
  if (digits === undefined || factor === undefined)
    throw new UserError(`"${text}" is not a size. Write a number and a unit: 500MB, 20GiB.`);
  const bytes = Math.round(Number(digits) * factor);
  if (!Number.isSafeInteger(bytes)) throw new UserError(`"${text}" is more than any store can have.`);
  return bytes;
}
