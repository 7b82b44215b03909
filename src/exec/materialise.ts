import { readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Coords, Instance, Plan } from '../pipeline/plan.js';
import { replaceFileFrom, sha256Hex } from '../store/durable.js';
import type { Objects } from '../store/objects.js';
import type { ObjectRef, Outputs } from '../store/record.js';
import type { TreeEntry } from '../store/tree.js';
import { stampFigure, unstampFigure, type FigureMark } from './figure-mark.js';

export interface ResultFolder {
  readonly plan: Plan;
  readonly objects: Objects;
  readonly projectDir: string;
}

/**
 * Copies the figures of a target instance to `results/<pipeline>/<variant>/`, where a person looks for them, marked with
 * the key of their result. Files whose bytes are right already are left alone; others are replaced in one step.
 *
 * @param made the instance's result.
 * @returns the paths, relative to the project.
 * @throws ObjectLostError when the store has lost a figure.
 */
export function materialise(
  instance: Instance,
  made: { readonly key: string; readonly outputs: Outputs },
  folder: ResultFolder,
): string[] {
  const figures = Object.entries(made.outputs).filter(([, ref]) => ref.type === 'figure');
  const home = join(
    folder.projectDir,
    'results',
    plainName(folder.plan.name),
    plainName(folder.plan.variant),
  );
  const aside = join(folder.projectDir, '.ticketlab');
  const paths: string[] = [];
  for (const [name, ref] of figures) {
    const stem = stemOf(instance) + (figures.length > 1 ? `.${name}` : '');
    for (const { file, sha256 } of filesOf(ref, stem, folder.objects)) {
      const path = join(home, file);
      const mark = { key: made.key, output: name };
      if (!isRight(path, sha256, mark))
        replaceFileFrom(aside, path, stampFigure(folder.objects.read(sha256), mark));
      paths.push(relative(folder.projectDir, path).split(sep).join('/'));
    }
  }
  return paths;
}

/** The files of an artefact under names for people: all begin with `stem`. */
export function filesOf(ref: ObjectRef, stem: string, objects: Objects): { file: string; sha256: string }[] {
  if (ref.kind === 'blob') return [{ file: stem, sha256: ref.sha256 }];
  const entries = objects.tree(ref.sha256);
  const extensions = entries.map((entry) => extname(entry.path));
  const alone = (entry: TreeEntry): boolean =>
    extensions.filter((ext) => ext === extname(entry.path)).length === 1;
  return entries.map((entry) => ({
    file: alone(entry) ? stem + extname(entry.path) : `${stem}.${plainName(entry.path)}`,
    sha256: entry.sha256,
  }));
}

/**
 * A name that differs from those taken, also where small and capital letters are the same, and is taken from now on:
 * coordinates that differ may be one file name.
 */
export function freeName(stem: string, extension: string, taken: Set<string>): string {
  for (let count = 1; ; count++) {
    const name = `${stem}${count === 1 ? '' : `~${count}`}${extension}`;
    const folded = name.toLowerCase();
    if (taken.has(folded)) continue;
    taken.add(folded);
    return name;
  }
}

/**
 * The definition's name, and the coordinates when there are several instances of it. Where a value has characters that
 * files cannot have, the beginning of a digest tells it from others that would look the same.
 */
export function stemOf({ definition, coords }: Instance): string {
  const raw = rawWords(coords);
  const words = raw.map(plainName);
  const isLossy = words.some((word, i) => word !== raw[i]);
  const stem = [plainName(definition), ...words].join('-');
  return isLossy ? `${stem}~${sha256Hex(JSON.stringify(raw)).slice(0, 6)}` : stem;
}

/** Coordinates as words of a file's name: `method=random`, `k=3`. */
export const coordinateWords = (coords: Coords): string[] => rawWords(coords).map(plainName);

const rawWords = (coords: Coords): string[] =>
  Object.entries(coords).map(
    ([axis, value]) => `${axis}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );

/** Only characters that are harmless in a file name anywhere; never a dot in front. */
function plainName(text: string): string {
  return text.replace(/[^\w.=,+-]/g, '_').replace(/^\.+/, '_');
}

/** Whether a file has the bytes of an object and the mark; nothing is read from the store. */
function isRight(path: string, sha256: string, mark: FigureMark): boolean {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return false;
  }
  const plain = unstampFigure(bytes);
  return sha256Hex(plain) === sha256 && Buffer.compare(stampFigure(plain, mark), bytes) === 0;
}
