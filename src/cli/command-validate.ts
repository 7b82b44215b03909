import { formatDiagnostics } from '../pipeline/diagnostic.js';
import { validatePipeline } from '../pipeline/plan-pipeline.js';
import { exitCodes } from './exit-codes.js';
import { findPipeline, readPipeline } from './find-pipeline.js';
import { loadSignatures, problemSummary } from './plan-options.js';
import { wire } from './wire.js';

/** Checks a file and all its presets; says so in one line when it is in order. */
export function validateCommand(word: string | undefined): number {
  const wiring = wire();
  const { file } = findPipeline(word === undefined ? [] : [word], wiring.project);
  const checked = validatePipeline({ source: readPipeline(file), file, signatures: loadSignatures(wiring) });
  if (checked.ok) {
    console.log(`${file} is valid.`);
    return exitCodes.ok;
  }
  console.error(formatDiagnostics(checked.error));
  console.error(problemSummary(file, checked.error));
  return exitCodes.usage;
}
