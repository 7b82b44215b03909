import { readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Coords, Instance, Plan } from '../pipeline/plan.js';
import { replaceFile, sha256Hex } from '../store/durable.js';
import type { Objects } from '../store/objects.js';
import type { ObjectRef, Outputs } from '../store/record.js';
import type { TreeEntry } from '../store/tree.js';

export interface ResultFolder {
  readonly plan: Plan;
  readonly objects: Objects;
  readonly projectDir: string;
}

/**
 * Copies the figures of a target instance to `results/<pipeline>/<variant>/`, where a person looks for them. Files whose
 * bytes are right already are left alone; others are replaced in one step.
 *
 * @returns the paths, relative to the project.
 * @throws ObjectLostError when the store has lost a figure.
 */
export function materialise(instance: Instance, outputs: Outputs, folder: ResultFolder): string[] {
  const figures = Object.entries(outputs).filter(([, ref]) => ref.type === 'figure');
  const home = join(
    folder.projectDir,
    'results',
    plainName(folder.plan.name),
    plainName(folder.plan.variant),
  );
  const paths: string[] = [];
  for (const [name, ref] of figures) {
    const stem = stemOf(instance) + (figures.length > 1 ? `.${name}` : '');
    for (const { file, sha256 } of filesOf(ref, stem, folder.objects)) {
      const path = join(home, file);
      if (digestOf(path) !== sha256) replaceFile(path, folder.objects.read(sha256));
      paths.push(relative(folder.projectDir, path).split(sep).join('/'));
    }
  }
  return paths;
}

function filesOf(ref: ObjectRef, stem: string, objects: Objects): { file: string; sha256: string }[] {
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

/** The definition's name, and the coordinates when there are several instances of it. */
function stemOf({ definition, coords }: Instance): string {
  return [plainName(definition), ...coordinateWords(coords)].join('-');
}

const coordinateWords = (coords: Coords): string[] =>
  Object.entries(coords).map(([axis, value]) =>
    plainName(`${axis}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  );

/** Only characters that are harmless in a file name anywhere; never a dot in front. */
function plainName(text: string): string {
  return text.replace(/[^\w.=,+-]/g, '_').replace(/^\.+/, '_');
}

function digestOf(path: string): string | undefined {
  try {
    return sha256Hex(readFileSync(path));
  } catch {
    return undefined;
  }
}
