/** Keys that other tools give a stage, and what says the same here. */
const stageKeys = new Map(
  Object.entries({
    ...Object.fromEntries(
      ['needs', 'depends_on', 'dependencies', 'deps'].map((key) => [
        key,
        'A reference such as ${stages.<name>.<output>} under "with" is the edge. Where only the order matters:  after: [stages.<name>]',
      ]),
    ),
    'timeout-minutes': 'Write  timeout: 5m',
    strategy: 'Write  matrix: { <axis>: [<values>] }  without "strategy".',
    if: 'The graph never depends on a result. Combinations of a matrix are left out with "exclude".',
    cmd: 'Write  run: [<program>, <argument>]  or  shell: <script>',
    command: 'Write  run: [<program>, <argument>]  or  shell: <script>',
  }),
);

/** Keys that other tools give a stage of several steps. */
const loopKeys = new Map(
  [...stageKeys].filter(([key]) => !['cmd', 'command', 'timeout-minutes'].includes(key)),
);

/** Keys that other tools give the file. */
const fileKeys = new Map(
  Object.entries({
    ...{ jobs: 'Write  stages', rules: 'Write  stages', vars: 'Write  params' },
    on: 'Nothing starts a pipeline but  ticketlab run.',
    env: 'Programs and modules of your own have variables: write env in such a stage.',
    matrix: 'A stage has a matrix: write it there.',
  }),
);

/** What somebody means who writes this key in a stage, or in the file; undefined for a key that no other tool has. */
export function meantByKey(key: string, known: readonly string[]): string | undefined {
  if (known.includes('with') && known.includes('after')) return stageKeys.get(key);
  if (known.includes('steps') && known.includes('iterate')) return loopKeys.get(key);
  return known.includes('stages') && known.includes('presets') ? fileKeys.get(key) : undefined;
}

/** What somebody means who writes `a ** b` or `a ^ b`. */
export const meantByPower = (code: string): string | undefined =>
  /\*\*|\^/.test(code.replace(/'[^']*'|"[^"]*"/g, '')) ? 'A power is a function:  pow(0.8, k)' : undefined;

/** What somebody means who writes these braces: those of GitHub Actions are two. @param code between `${` and `}`. */
export const meantByBraces = (code: string): string | undefined =>
  code.startsWith('{')
    ? `Write  \${${code.replace(/^\{+|\}+$/g, '').trim()}}  with one pair of braces.`
    : undefined;
