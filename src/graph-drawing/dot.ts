import { captionOf, contentsOf, labelOf, type Drawing, type DrawnEdge, type DrawnStage } from './drawing.js';

/** A digraph for Graphviz (https://graphviz.org/doc/info/lang.html). */
export function dot({ name, nodes, edges }: Drawing): string {
  const lines = [
    `digraph ${quoted(name)} {`,
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];',
    '  edge [fontname="Helvetica", fontsize=9];',
  ];
  for (const node of nodes) {
    if (!node.compound) {
      lines.push(...node.stages.map((stage) => `  ${boxOf(stage)}`));
      continue;
    }
    lines.push(`  subgraph ${quoted(`cluster_${node.name}`)} {`, `    label=${quoted(captionOf(node))};`);
    lines.push('    style=rounded; fontname="Helvetica"; fontsize=11;');
    lines.push(...node.stages.map((stage) => `    ${boxOf(stage)}`), '  }');
  }
  for (const edge of edges) {
    const owner = nodes.find(({ stages }) => stages.some((stage) => stage.name === edge.to));
    const label = quoted(labelOf(edge, owner));
    lines.push(`  ${quoted(edge.from)} -> ${quoted(edge.to)} [label=${label}${styles[edge.kind]}];`);
  }
  return `${lines.join('\n')}\n}\n`;
}

const styles: Readonly<Record<DrawnEdge['kind'], string>> = {
  flow: '',
  gather: ', penwidth=2',
  // A back edge must not turn the order of its loop around.
  carried: ', style=dashed, constraint=false',
  after: ', style=dotted',
};

const boxOf = (stage: DrawnStage): string =>
  `${quoted(stage.name)} [label=${quoted(`${stage.label}\n${contentsOf(stage)}`)}];`;

function quoted(words: string): string {
  const safe = words.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (sign) => (sign === '\n' ? sign : ' '));
  return `"${safe.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
