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

/** What somebody means who writes this key in a stage; undefined for a key that no other tool has. */
export const meantByKey = (key: string, known: readonly string[]): string | undefined =>
  known.includes('with') && known.includes('after') ? stageKeys.get(key) : undefined;

/** What somebody means who writes these braces: those of GitHub Actions are two. @param code between `${` and `}`. */
export const meantByBraces = (code: string): string | undefined =>
  code.startsWith('{')
    ? `Write  \${${code.replace(/^\{+|\}+$/g, '').trim()}}  with one pair of braces.`
    : undefined;
