import { mkdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../base/result.js';
import { stampFigure } from '../exec/figure-mark.js';
import { filesOf, stemOf } from '../exec/materialise.js';
import type { ArtefactType } from '../pipeline/stage.js';
import { guarded, ObjectLostError } from '../store/errors.js';
import { namesIn } from '../store-tools/records.js';
import type { Subject } from '../store-tools/subject.js';
import { sizeText } from '../store-tools/sizes.js';
import { loadComplete } from './complete.js';
import { exitCodes } from './exit-codes.js';
import { loadPlan, type LoadedPlan } from './load-plan.js';
import type { PlanOptions } from './plan-options.js';

/** What single files of these types are. */
const extensions: Partial<Readonly<Record<ArtefactType, string>>> = {
  weights: '.safetensors',
  mask: '.safetensors',
  ticket: '.safetensors',
  metrics: '.csv',
  table: '.csv',
};

/** Copies the outputs of instances to a folder, by names that say what they are. */
export function exportCommand(words: readonly string[], folder: string, options: PlanOptions): number {
  const loaded = loadPlan(words, { ...options, force: [], readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const target = resolve(loaded.value.wiring.project, folder);
  const there = statSync(target, { throwIfNoEntry: false });
  if (there && (!there.isDirectory() || namesIn(target).length > 0))
    throw new UserError(
      `${folder} is there already${there.isDirectory() ? ' and not empty' : ''}. Name a new folder.`,
    );
  const subjects = loadComplete(loaded.value, 'exported');
  // Born beside its place: what is there is complete.
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const { files, bytes } = guarded(target, 0, () => copyTo(temporary, loaded.value, subjects));
    guarded(target, 0, () => {
      if (there) rmdirSync(target);
      renameSync(temporary, target);
    });
    console.log(`${folder}: ${files} files, ${sizeText(bytes)}.`);
    return exitCodes.ok;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!(error instanceof ObjectLostError)) throw error;
    throw new UserError(`${error.message}. Run the pipeline again, then export.`);
  }
}

function copyTo(
  folder: string,
  { plan, decisions }: LoadedPlan,
  subjects: readonly Subject[],
): { files: number; bytes: number } {
  const { objects } = decisions.store;
  let files = 0;
  let bytes = 0;
  mkdirSync(folder, { recursive: true });
  for (const index of plan.targets) {
    const { key, outputs } = subjects[index]!;
    for (const [output, ref] of Object.entries(outputs!)) {
      const stem = `${stemOf(plan.instances[index]!)}.${output}`;
      const extension = ref.kind === 'blob' ? (extensions[ref.type] ?? '') : '';
      for (const { file, sha256 } of filesOf(ref, stem, objects)) {
        const data = objects.read(sha256);
        const path = join(folder, file + extension);
        mkdirSync(dirname(path), { recursive: true });
        const content = ref.type === 'figure' ? stampFigure(data, { key: key!, output }) : data;
        writeFileSync(path, content, { flag: 'wx' });
        files++;
        bytes += content.byteLength;
      }
    }
  }
  return { files, bytes };
}
