import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf, type Layout } from './layout.js';
import { PackedIndex } from './packed-index.js';
import { readMarker } from './place.js';

/** The index that a project keeps of a store. */
export function indexIn(
  folder: string,
  { epoch }: Layout,
  of: { readonly id: string; readonly shared?: boolean },
): PackedIndex {
  return new PackedIndex(join(folder, `index.${of.id}`), { ...of, epoch: () => quietText(epoch) });
}

/** The same of a store that is not open yet; undefined when there is none. */
export function indexOfStore(
  root: string,
  folder: string,
  options: { readonly shared: boolean },
): PackedIndex | undefined {
  const layout = layoutOf(root);
  try {
    const id = readMarker(layout);
    return id === undefined ? undefined : indexIn(folder, layout, { id, ...options });
  } catch {
    // Whoever opens the store says what is wrong with it.
    return undefined;
  }
}

function quietText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
