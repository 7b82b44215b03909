import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/durable.js';
import type { Layout } from '../store/layout.js';

const pathOf = (layout: Layout): string => join(layout.root, 'cap.json');

/** How large the store should become at most; undefined without a cap. */
export function readCap(layout: Layout): number | undefined {
  try {
    const { bytes } = JSON.parse(readFileSync(pathOf(layout), 'utf8')) as { bytes?: unknown };
    return typeof bytes === 'number' && bytes > 0 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Sets the cap, or takes it away. */
export function writeCap(layout: Layout, bytes: number | undefined): void {
  if (bytes === undefined) rmSync(pathOf(layout), { force: true });
  else replaceFile(pathOf(layout), `${JSON.stringify({ v: 1, bytes })}\n`);
}
