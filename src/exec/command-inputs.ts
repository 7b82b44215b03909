import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Artefact, GatheredArtefact } from '../pipeline/stage.js';
import { coordinateWords, freeName } from './materialise.js';

/** Names of files have an end. */
const longestStem = 150;

/**
 * Writes an input where a program reads it: one artefact as a file, or as a folder when it is a tree; gathered tables as
 * one table; other gathers as a folder that is called as the input is, with a file for each artefact, called by its
 * coordinates, and `index.json`, which says where each comes from.
 *
 * @param folder where inputs lie.
 * @param file what a single one is called: the input's name with the extension of its type.
 * @returns what was written, relative to the folder.
 */
export async function writeInput(
  input: Artefact | readonly GatheredArtefact[],
  { folder, name, file }: { readonly folder: string; readonly name: string; readonly file: string },
): Promise<string> {
  const path = join(folder, file);
  const [only] = isGather(input) ? input : [{ artefact: input, coords: {} }];
  if (!isGather(input) || (only !== undefined && input.length === 1 && Object.keys(only.coords).length === 0))
    writeArtefact(only!.artefact, path);
  else if (input.every(({ artefact }) => artefact.type === 'table' || artefact.type === 'metrics')) {
    const { gatheredTable } = await import('./command-table.js');
    writeFileSync(path, gatheredTable(input), { mode: 0o444 });
  } else {
    writeGather(input, join(folder, name), extname(file));
    return name;
  }
  return file;
}

function writeGather(input: readonly GatheredArtefact[], folder: string, extension: string): void {
  mkdirSync(folder);
  const taken = new Set(['index.json']);
  const index = input.map(({ artefact, coords }, i) => {
    const stem = coordinateWords(coords).join('-').slice(0, longestStem);
    const path = freeName(stem === '' ? String(i) : stem, extension, taken);
    writeArtefact(artefact, join(folder, path));
    return { path, coords };
  });
  writeFileSync(join(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
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
