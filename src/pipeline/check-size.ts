import { problem, type Diagnostic } from './diagnostic.js';
import type { Grid } from './grid.js';
import { sizeOf, type Finder } from './lines.js';
import type { Node } from './model.js';
import type { ParsedFile } from './parse.js';
import { edgesOf } from './readings.js';

const mostInstances = 1_000_000;
const mostEdges = 10_000_000;

/** Counts instances and edges without making them. */
export function checkSize(
  nodes: readonly Node[],
  { grid, find }: { readonly grid: Grid; readonly find: Finder },
  { file, problems }: { readonly file: ParsedFile; readonly problems: Diagnostic[] },
): void {
  let instances = 0;
  let edges = 0;
  for (const node of nodes.filter((one) => grid.has(one)))
    for (const definition of node.definitions) {
      if (definition.signature === undefined) continue;
      const lattice = find.lattice(node);
      instances += sizeOf(lattice);
      edges += edgesOf(definition, lattice, find);
      if (instances <= mostInstances && edges <= mostEdges) continue;
      const what = instances > mostInstances ? `${mostInstances} instances` : `${mostEdges} edges`;
      const message = `With ${definition.name} the plan has more than ${what}.`;
      const help = 'Use fewer values on its axes.';
      problems.push(problem('TOO_MANY_INSTANCES', file.keyAt(definition.path), message, { help }));
      return;
    }
}
