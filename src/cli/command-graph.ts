import { unreachable } from '../base/result.js';
import { dot } from '../graph-drawing/dot.js';
import { drawingOf, type Drawing } from '../graph-drawing/drawing.js';
import { mermaid } from '../graph-drawing/mermaid.js';
import { svg } from '../graph-drawing/svg.js';
import { exitCodes } from './exit-codes.js';
import { pipelineRequest } from './pipeline-request.js';
import type { PlanOptions } from './plan-options.js';
import { reportProblems } from './report-problems.js';
import { wire } from './wire.js';

export const graphFormats = ['mermaid', 'dot', 'svg'] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** Prints the graph of a pipeline, a box for each stage of the file however many instances it has. */
export function graphCommand(words: readonly string[], options: PlanOptions, format: GraphFormat): number {
  const request = pipelineRequest(words, options, wire());
  const drawing = drawingOf(request);
  if (!drawing.ok) {
    reportProblems(request.file, drawing.error);
    return exitCodes.usage;
  }
  process.stdout.write(draw(drawing.value, format));
  return exitCodes.ok;
}

function draw(drawing: Drawing, format: GraphFormat): string {
  switch (format) {
    case 'mermaid':
      return mermaid(drawing);
    case 'dot':
      return dot(drawing);
    case 'svg':
      return svg(drawing);
    default:
      return unreachable(format);
  }
}
