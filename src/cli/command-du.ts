import { readCap } from '../store-tools/cap.js';
import { sizeText } from '../store-tools/sizes.js';
import { measureUsage, type Grouping, type Usage } from '../store-tools/usage.js';
import { existingStore } from './existing-store.js';
import { exitCodes } from './exit-codes.js';
import { wire } from './wire.js';
import { say, sayJson } from './say.js';

export interface DuOptions {
  readonly store?: string;
  readonly by: Grouping;
  readonly json?: boolean;
}

/** Says what takes up the space of a store. Reads only. */
export function duCommand(options: DuOptions): number {
  const { layout } = existingStore(wire(options.store).store);
  const usage = measureUsage(layout, options.by);
  const cap = readCap(layout);
  if (options.json === true) sayJson({ by: options.by, ...usage, cap: cap ?? null });
  else say(table(usage, options.by, cap));
  return exitCodes.ok;
}

function table(usage: Usage, by: Grouping, cap: number | undefined): string {
  const cells = [
    ['exclusive', 'shared', 'results', by],
    ...usage.rows.map(({ name, results, exclusive, shared }) => [
      sizeText(exclusive),
      sizeText(shared),
      String(results),
      name,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) =>
    row.map((cell, column) => (column < 3 ? cell.padStart(widths[column]!) : ` ${cell}`)).join('  '),
  );
  const sums: [string, number][] = [
    ['results', usage.results],
    ['used by none', usage.unused],
    ['checkpoints', usage.checkpoints],
    ['run logs', usage.logs],
    ['broken objects', usage.quarantine],
    ['trash', usage.trash],
  ];
  const shown = sums.filter(([, bytes]) => bytes > 0).map(([what, bytes]) => `${what} ${sizeText(bytes)}`);
  const limit = cap === undefined ? '' : ` of a cap of ${sizeText(cap)}`;
  return [
    ...lines,
    '',
    `${sizeText(usage.total)}${limit}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`,
  ].join('\n');
}
