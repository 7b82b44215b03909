import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signatureOf } from '../exec/decide.js';
import type { RunSummary } from '../exec/run.js';
import { ruleApplies } from '../pipeline/outside-rules.js';
import { keepUnchanged } from '../store/unchanged.js';
import type { LoadedPlan } from './load-plan.js';
import { askedBy } from './unchanged.js';

export interface Finished {
  readonly summary: RunSummary;
  /** Paths relative to the project. */
  readonly results: readonly string[];
  /** It was asked to print nothing. */
  readonly quiet: boolean;
  /** When the command began, in Unix milliseconds. */
  readonly started: number;
}

/**
 * After a run that found everything done: keeps what it depended on, so that the next one with the same words is
 * answered by `runUnchanged`. Not for what depends on more than files that can be named: programs and modules of the
 * user's own, their variables, folders of data that are searched, the gradient backends that a machine has.
 */
export function keepIfUnchanged(loaded: LoadedPlan, { summary, results, quiet, started }: Finished): void {
  const { plan, wiring, decisions, file, read } = loaded;
  const words = process.argv.slice(2);
  if (summary.exit !== 0 || summary.counts.hit !== plan.instances.length) return;
  // A file that was found and not named could give way to another one.
  if (!words.includes(file) || decisions.force.size > 0 || loaded.usedGradientClass()) return;
  const outside = packagedFiles(loaded);
  const objects = decisions.store.seen();
  if (outside === undefined || objects === undefined) return;
  const own = [
    process.argv[1]!,
    fileURLToPath(import.meta.url),
    join(wiring.home, 'package.json'),
    join(wiring.home, 'schemas', 'stages.schema.json'),
  ];
  keepUnchanged(
    wiring.project,
    {
      asked: askedBy(words),
      files: [...own.map((path) => realpathSync(path)), ...read, ...outside, ...results].map((path) =>
        resolve(wiring.project, path),
      ),
      objects,
      ...{ store: wiring.store, run: summary.run, results, quiet },
      ...{ pipeline: plan.name, variant: plan.variant, hits: plan.instances.length },
    },
    started,
  );
}

/** Files of npm packages that stages of the plan read; undefined when it depends on something else from outside. */
function packagedFiles({ plan, decisions }: LoadedPlan): string[] | undefined {
  if ((plan.types?.size ?? 0) > 0) return undefined;
  const paths = new Set<string>();
  for (const instance of plan.instances) {
    if (instance.settings?.env !== undefined) return undefined;
    const signature = signatureOf(decisions, instance);
    if (signature.files === undefined) continue;
    const rules = signature.files.filter((rule) => ruleApplies(rule, instance.params));
    if (rules.length === 0) continue;
    if (rules.some(({ kind }) => kind !== 'package')) return undefined;
    const found = decisions.outsideFiles.resolve(signature, instance.params);
    if (!found.ok) return undefined;
    for (const { path } of Object.values(found.value)) paths.add(path);
  }
  return [...paths];
}
