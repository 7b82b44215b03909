import { checkPipeline, type PipelineRequest } from './plan-pipeline.js';
import type { PlanType } from './plan.js';

/**
 * The programs and modules of the user's own that the stages of a file use, whatever its presets and targets are. Of a file
 * with errors those that could be read.
 */
export function ownTypes(request: PipelineRequest): PlanType[] {
  const definitions = checkPipeline(request, [])?.graph.definitions ?? [];
  return definitions.flatMap(({ implementation }) => {
    if (implementation === undefined) return [];
    const { signature, command, module } = implementation;
    if (command === undefined && module === undefined) return [];
    return [{ signature, ...(command && { command }), ...(module && { module }) }];
  });
}
