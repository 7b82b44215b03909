import { captionOf, contentsOf, labelOf, type Drawing, type DrawnEdge, type DrawnStage } from './drawing.js';

/** A flowchart for https://mermaid.js.org, as GitHub shows it in Markdown. */
export function mermaid({ nodes, edges }: Drawing): string {
  const lines = ['flowchart TD'];
  for (const node of nodes) {
    if (!node.compound) {
      lines.push(...node.stages.map((stage) => `  ${boxOf(stage)}`));
      continue;
    }
    lines.push(`  subgraph ${idOf(node.name)}["${text(captionOf(node))}"]`);
    lines.push(...node.stages.map((stage) => `    ${boxOf(stage)}`), '  end');
  }
  for (const edge of edges) {
    const owner = nodes.find(({ stages }) => stages.some(({ name }) => name === edge.to));
    lines.push(`  ${idOf(edge.from)} ${arrows[edge.kind]}|"${text(labelOf(edge, owner))}"| ${idOf(edge.to)}`);
  }
  return `${lines.join('\n')}\n`;
}

const arrows: Readonly<Record<DrawnEdge['kind'], string>> = {
  flow: '-->',
  gather: '==>',
  carried: '-.->',
  after: '-.-',
};

const boxOf = (stage: DrawnStage): string =>
  `${idOf(stage.name)}["${text(stage.label)}<br/>${text(contentsOf(stage))}"]`;

/** Words such as `end` and `graph` mean something to Mermaid, so that no name may stand alone. */
const idOf = (name: string): string => `n_${name.replaceAll('.', '__')}`;

const text = (label: string): string =>
  label.replace(/[^\p{L}\p{N} ,:=×_.-]/gu, (sign) => `#${sign.codePointAt(0)};`);
