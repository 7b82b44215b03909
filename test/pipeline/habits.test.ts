import { expect, it } from 'vitest';
import { complaints } from './small-stages.js';

const file = (stage: string): string => `ticketlab: 1
name: habits
params:
  seed: { type: int, default: 1 }
stages:
  first: { uses: init, with: { rng: 1 } }
  second:
${stage}
`;

const rewind =
  '    uses: rewind\n    with: { weights: "${stages.first.weights}", mask: "${stages.first.mask}" }';

/** What other tools say, and the last line of the answer. */
const habits: readonly (readonly [stage: string, answer: string])[] = [
  [
    `${rewind}\n    needs: [first]`,
    '  A reference such as ${stages.<name>.<output>} under "with" is the edge. Where only the order matters:  after: [stages.<name>]',
  ],
  [`${rewind}\n    timeout-minutes: 5`, '  Write  timeout: 5m'],
  [
    `${rewind}\n    strategy: { matrix: { seed: [1] } }`,
    '  Write  matrix: { <axis>: [<values>] }  without "strategy".',
  ],
  [
    `${rewind}\n    if: always()`,
    '  The graph never depends on a result. Combinations of a matrix are left out with "exclude".',
  ],
  [
    '    run: echo hello\n    outputs: { t: { type: file, format: txt } }',
    '  Write  run: [echo, hello]  or, for a line that sh reads,  shell: <script>',
  ],
  [
    "    uses: init\n    with: { rng: '${{ params.seed }}' }",
    '  Write  ${params.seed}  with one pair of braces.',
  ],
  [rewind.replace('"${stages.first.mask}"', 'stages.first.mask'), '  Write  mask: ${stages.first.mask}'],
];

it.each(habits)('who writes\n%s\nis told what says the same here', (stage, answer) => {
  const lines = complaints(file(stage)).split('\n');
  expect(lines).toContain(answer);
  expect(lines.filter((line) => line.includes(' error '))).toHaveLength(1);
});
