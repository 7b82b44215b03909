import { createHash } from 'node:crypto';
import type { OutputBytes } from '../../src/pipeline/stage.js';
import type { Publication } from '../../src/store/publish.js';
import type { Made } from '../../src/store/record.js';

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

const made: Made = {
  instance: 'a',
  run: 'r',
  host: 'h',
  pid: 1,
  start: '2025-01-01T00:00:00.000Z',
  wall_s: 1,
  cpu_s: 1,
  rss_max: 1,
  threads: 1,
  resumed: false,
  ticketlab: '0.0.0',
  node: '20.0.0',
};

/** A result under the key sha256(name). */
export function publication(name: string, outputs: Readonly<Record<string, OutputBytes>>): Publication {
  const typed = Object.entries(outputs).map(
    ([output, content]) => [output, { type: 'file', content }] as const,
  );
  return { key: sha256(name), K: { type: 'held', name }, outputs: Object.fromEntries(typed), made };
}
