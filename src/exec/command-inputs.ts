import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Artefact, GatheredArtefact } from '../pipeline/stage.js';

/**
 * Writes an input where a program reads it: one artefact as a file, or as a folder when it is a tree; gathered tables as
 * one table; other gathers as a folder of `0`, `1`, ... with `index.json`, which says where each comes from.
 */
export async function writeInput(input: Artefact | readonly GatheredArtefact[], path: string): Promise<void> {
  if (!isGather(input)) return writeArtefact(input, path);
  const [only] = input;
  if (only !== undefined && input.length === 1 && Object.keys(only.coords).length === 0)
    return writeArtefact(only.artefact, path);
  if (input.every(({ artefact }) => artefact.type === 'table' || artefact.type === 'metrics')) {
    const { gatheredTable } = await import('./command-table.js');
    return writeFileSync(path, gatheredTable(input), { mode: 0o444 });
  }
  mkdirSync(path);
  input.forEach(({ artefact }, i) => {
    writeArtefact(artefact, join(path, String(i)));
  });
  const index = input.map(({ coords }, i) => ({ path: String(i), coords }));
  writeFileSync(join(path, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
}

function isGather(input: Artefact | readonly GatheredArtefact[]): input is readonly GatheredArtefact[] {
  return Array.isArray(input);
}

function writeArtefact(artefact: Artefact, path: string): void {
  const files = artefact.files();
  if (files.length === 0) return writeFileSync(path, artefact.bytes(), { mode: 0o444 });
  for (const file of files) {
    const target = join(path, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, artefact.bytes(file), { mode: 0o444 });
  }
}
