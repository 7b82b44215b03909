import type { PipelineRequest } from '../pipeline/plan-pipeline.js';
import { findPipeline, readPipeline } from './find-pipeline.js';
import { loadSignatures, type PlanOptions } from './plan-options.js';
import { codeChecker, moduleDescriber, projectReader } from './project-files.js';
import type { Wiring } from './wire.js';

/**
 * What the planner is asked by the words of a command: the file's bytes, the stage types and the options.
 *
 * @throws UserError for a file that cannot be read.
 */
export function pipelineRequest(
  words: readonly string[],
  { preset, overrides, params }: PlanOptions,
  wiring: Wiring,
): PipelineRequest & { readonly targets: readonly string[] } {
  const { file, targets } = findPipeline(words, wiring.project);
  return {
    source: readPipeline(file),
    ...{ file, targets, overrides, preset },
    ...(params === undefined
      ? {}
      : { paramsFile: { file: params, source: readPipeline(params, 'file of parameters') } }),
    signatures: loadSignatures(wiring),
    readFile: projectReader(wiring.project),
    describeModules: moduleDescriber(wiring.project, wiring.environment),
    codeProblem: codeChecker(wiring.project),
  };
}
