import { validatePipeline } from '../pipeline/plan-pipeline.js';
import { exitCodes } from './exit-codes.js';
import { pipelineRequest } from './pipeline-request.js';
import { problemsJson, reportProblems, type ProblemFormat } from './report-problems.js';
import { wire } from './wire.js';

/** Checks a file and all its presets; says so in one line when it is in order. */
export function validateCommand(word: string | undefined, format: ProblemFormat): number {
  const request = pipelineRequest(word === undefined ? [] : [word], { overrides: [] }, wire());
  const checked = validatePipeline(request);
  if (!checked.ok) {
    reportProblems(request.file, checked.error, format);
    return exitCodes.usage;
  }
  process.stdout.write(format === 'json' ? problemsJson(request.file, []) : `${request.file} is valid.\n`);
  return exitCodes.ok;
}
