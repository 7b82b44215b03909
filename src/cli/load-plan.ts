import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Result } from '../base/result.js';
import { err, ok } from '../base/result.js';
import type { DecisionEnv } from '../exec/decide.js';
import { packageOf, type ReadFile } from '../pipeline/imports.js';
import { planPipeline, type PipelineRequest } from '../pipeline/plan-pipeline.js';
import type { Plan } from '../pipeline/plan.js';
import { gradientClasses } from '../gradient/locate.js';
import { OwnCodeReader } from '../exec/own-code.js';
import { sha256Hex } from '../store/durable.js';
import { OutsideFileReader } from '../store/outside-files.js';
import { openStore } from '../store/store.js';
import { runCommandText } from './again.js';
import { forcedInstances } from './force.js';
import { pipelineRequest } from './pipeline-request.js';
import type { PlanOptions } from './plan-options.js';
import { reportProblems } from './report-problems.js';
import { wire, type Wiring } from './wire.js';

export interface LoadedPlan {
  readonly file: string;
  /** sha256 of the file's bytes. */
  readonly sha256: string;
  readonly plan: Plan;
  readonly wiring: Wiring;
  readonly request: PipelineRequest;
  readonly decisions: DecisionEnv;
  /** Files that were read to plan it, relative to the project or absolute. */
  readonly read: readonly string[];
  /** Whether a decision has asked which gradient backend there is. */
  readonly usedGradientClass: () => boolean;
  /** The command that computes all of it. */
  readonly again: string;
}

/**
 * From words to something that can be run. Reads, checks and opens; writes nothing. What is wrong with the file is
 * printed, all of it at once.
 *
 * @throws UserError for a file or a store that cannot be used.
 */
export function loadPlan(
  words: readonly string[],
  options: PlanOptions & { readonly force: readonly string[]; readonly readOnly?: boolean },
): Result<LoadedPlan, 'invalid'> {
  const wiring = wire(options.store);
  const asked = pipelineRequest(words, options, wiring);
  const read = [asked.file, ...(options.params === undefined ? [] : [options.params])];
  const request = { ...asked, readFile: noting(asked.readFile, read) };
  const { file, source, signatures } = request;
  const planned = planPipeline(request);
  if (!planned.ok) {
    reportProblems(file, planned.error, options.format);
    return err('invalid');
  }
  const plan = planned.value;
  const store = openStore(wiring.store, {
    indexFolder: join(wiring.project, '.ticketlab'),
    readOnly: options.readOnly === true,
  });
  const outsideFiles = new OutsideFileReader(join(wiring.cache, 'outside-files.json'), wiring.project);
  const gradientClass = gradientClasses(wiring.cache);
  let usedGradientClass = false;
  const force = forcedInstances(plan, options.force, request);
  return ok({
    file,
    sha256: sha256Hex(source),
    plan,
    wiring,
    request,
    decisions: {
      plan,
      store,
      signatures,
      outsideFiles,
      force,
      ownCode: new OwnCodeReader(wiring.project, wiring.environment),
      gradientClass: (backend) => {
        usedGradientClass = true;
        return gradientClass(backend);
      },
    },
    read,
    usedGradientClass: () => usedGradientClass,
    again: runCommandText(file, request.targets, options),
  });
}

const existing = (path: string): string[] => (existsSync(path) ? [path] : []);

/** Notes each file that is read: under the name that stands in the file, and what that leads to. */
function noting(readFile: ReadFile | undefined, read: string[]): ReadFile | undefined {
  if (readFile === undefined) return undefined;
  return (from, path) => {
    const found = readFile(from, path);
    const named = packageOf(path);
    // What a path into a package means its description says; there need not be a file of that name.
    if (named === undefined) read.push(join(dirname(from), path));
    else read.push(join('node_modules', named, 'package.json'), ...existing(join('node_modules', path)));
    if (found.ok) read.push(found.value.file);
    return found;
  };
}
