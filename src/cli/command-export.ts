import { mkdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { counted } from '../base/counted.js';
import { UserError } from '../base/result.js';
import { stampFigure } from '../exec/figure-mark.js';
import { filesOf, freeName, stemOf } from '../exec/materialise.js';
import type { Instance, Plan } from '../pipeline/plan.js';
import type { ArtefactType } from '../pipeline/stage.js';
import type { ObjectRef } from '../store/record.js';
import type { Objects } from '../store/objects.js';
import { ObjectLostError } from '../store/errors.js';
import { makeFolders, removeEmpty } from '../store/make-folders.js';
import { namesIn } from '../store-tools/records.js';
import type { Subject } from '../store-tools/subject.js';
import { sizeText } from '../store-tools/sizes.js';
import { loadComplete } from './complete.js';
import { exitCodes } from './exit-codes.js';
import { loadPlan, type LoadedPlan } from './load-plan.js';
import type { PlanOptions } from './plan-options.js';
import { cannotBeWritten } from './refusals.js';
import { stepwise } from './stepwise.js';
import { say } from './say.js';

/** What single files of these types are. */
const extensions: Partial<Readonly<Record<ArtefactType, string>>> = {
  weights: '.safetensors',
  mask: '.safetensors',
  ticket: '.safetensors',
  metrics: '.csv',
  table: '.csv',
};

/** Copies the outputs of instances to a folder, by names that say what they are. */
export async function exportCommand(
  words: readonly string[],
  folder: string,
  options: PlanOptions,
): Promise<number> {
  const loaded = loadPlan(words, { ...options, force: [], readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const target = resolve(loaded.value.wiring.project, folder);
  checkFree(target, folder);
  const subjects = loadComplete(loaded.value, 'exported');
  try {
    const steps = exportTo(target, loaded.value, subjects);
    const { files, bytes } = await stepwise(steps, `stopped; ${folder} was not written.`);
    say(`${folder}: ${counted(files, 'file')}, ${sizeText(bytes)}.`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ObjectLostError)) throw cannotBeWritten(folder, error);
    throw new UserError(`${error.message}. Compute it again, then export:\n  ${loaded.value.again}`);
  }
}

function checkFree(target: string, folder: string): void {
  const there = statSync(target, { throwIfNoEntry: false });
  if (there && (!there.isDirectory() || namesIn(target).length > 0))
    throw new UserError(
      `${folder} is there already${there.isDirectory() ? ' and not empty' : ''}. Name a new folder.`,
    );
}

interface Exported {
  readonly files: number;
  readonly bytes: number;
}

/** A step a file. The folder is born beside its place: what is there is complete. */
function* exportTo(
  target: string,
  loaded: LoadedPlan,
  subjects: readonly Subject[],
): Generator<void, Exported> {
  const temporary = `${target}.${process.pid}.tmp`;
  const first = makeFolders(temporary) ?? temporary;
  try {
    const exported = yield* copyTo(temporary, loaded, subjects);
    if (statSync(target, { throwIfNoEntry: false })) rmdirSync(target);
    renameSync(temporary, target);
    return exported;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    removeEmpty(dirname(temporary), dirname(first));
    throw error;
  }
}

function* copyTo(
  folder: string,
  { plan, decisions }: LoadedPlan,
  subjects: readonly Subject[],
): Generator<void, Exported> {
  const { objects } = decisions.store;
  const taken = new Set<string>();
  let files = 0;
  let bytes = 0;
  for (const index of plan.targets) {
    const { key, outputs } = subjects[index]!;
    const instance = plan.instances[index]!;
    for (const [output, ref] of Object.entries(outputs!)) {
      const stem = `${stemOf(instance)}.${output}`;
      const extension = ref.kind === 'blob' ? extensionOf(instance, output, { plan, type: ref.type }) : '';
      const named = (file: string): string => join(folder, freeName(file, extension, taken));
      for (const { path, sha256 } of placesOf(ref, { stem, objects, named })) {
        const data = objects.read(sha256);
        const content = ref.type === 'figure' ? stampFigure(data, { key: key!, output }) : data;
        writeFileSync(path, content, { flag: 'wx' });
        files++;
        bytes += content.byteLength;
        yield;
      }
    }
  }
  return { files, bytes };
}

interface Place {
  readonly path: string;
  readonly sha256: string;
}

/** Where the files of an output go: those of a folder under their own names, which somebody may look for. */
function placesOf(
  ref: ObjectRef,
  to: { readonly stem: string; readonly objects: Objects; readonly named: (file: string) => string },
): Place[] {
  if (ref.type !== 'dir' || ref.kind !== 'tree')
    return filesOf(ref, to.stem, to.objects).map(({ file, sha256 }) => ({ path: to.named(file), sha256 }));
  const home = to.named(to.stem);
  mkdirSync(home);
  return to.objects.tree(ref.sha256).map(({ path, sha256 }) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    return { path: join(home, path), sha256 };
  });
}

/** Of a program's output what it calls its file. */
function extensionOf(
  { type }: Instance,
  output: string,
  so: { readonly plan: Plan; readonly type: ArtefactType },
): string {
  const file = so.plan.types?.get(type)?.command?.outputs[output];
  return file === undefined ? (extensions[so.type] ?? '') : extname(file);
}
