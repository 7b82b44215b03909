import { validatePipeline } from '../pipeline/plan-pipeline.js';
import { exitCodes } from './exit-codes.js';
import { pipelineRequest } from './pipeline-request.js';
import type { PlanOptions } from './plan-options.js';
import { problemsJson, reportProblems, type ProblemFormat } from './report-problems.js';
import { wire } from './wire.js';

export interface ValidateOptions extends Pick<PlanOptions, 'preset' | 'params' | 'overrides'> {
  readonly format: ProblemFormat;
}

/** Checks a file and all its presets, with the values that are given; says so in one line when all is in order. */
export function validateCommand(word: string | undefined, options: ValidateOptions): number {
  const { format } = options;
  const request = pipelineRequest(word === undefined ? [] : [word], options, wire());
  const checked = validatePipeline(request);
  if (!checked.ok) {
    reportProblems(request.file, checked.error, format);
    return exitCodes.usage;
  }
  process.stdout.write(format === 'json' ? problemsJson(request.file, []) : `${request.file} is valid.\n`);
  return exitCodes.ok;
}
