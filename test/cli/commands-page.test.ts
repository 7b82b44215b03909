import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { project, ticketlab } from './command.js';

// As it is built: it finds its package from where it lies.
const built = pathToFileURL(resolve(import.meta.dirname, '../../dist/src/cli/program.js')).href;
const { createProgram } = (await import(built)) as { readonly createProgram: () => Command };
const page = readFileSync(resolve(import.meta.dirname, '../../docs/commands.md'), 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| (?:\[)?`([a-z]+)[^|]*\|[^|]*\|([^|]*)\|$/gm)].map(([, name = '', options = '']) => [
    name,
    options,
  ]),
);
/** What the words of the table stand for. */
const groups = { values: ['--preset', '--params', '--param'], store: ['--store'] };

const flags = (text: string): string[] => [...text.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
const documented = (options: string): string[] =>
  [
    ...flags(options),
    ...(/\bvalues\b/.test(options) ? groups.values : []),
    ...(/\bstore\b/.test(options) ? groups.store : []),
  ].sort();

describe('docs/commands.md', () => {
  const { commands } = createProgram();

  test.each(commands.map((command) => [command.name(), command] as const))(
    'names every option of %s, and no other, and what it is called with',
    (name, command) => {
      const long = command.options.map((option) => option.long ?? '').sort();
      expect(documented(rows.get(name) ?? 'there is no such row')).toEqual(long);
      for (const argument of command.registeredArguments)
        expect(page.match(new RegExp(`^\\| (?:\\[)?\`${name}.*`, 'm'))?.[0].toLowerCase()).toContain(
          argument.name(),
        );
    },
  );

  test('names no command that there is not', () => {
    const known = [...commands.map((command) => command.name()), 'help'];
    expect([...rows.keys()].filter((name) => !known.includes(name))).toEqual([]);
  });

  test('names the options of the program itself', () => {
    for (const flag of ['`-V, --version`', '`-h, --help`']) expect(page).toContain(flag);
  });
});

describe('docs/commands.md names every field of the JSON of', () => {
  const text = `ticketlab: 1
name: p
presets:
  other: {}
stages:
  data: { uses: init, with: { model: mlp, layers: [4, 3, 2], activation: relu, rng: 1 } }
  copy: { shell: cat "$IN_MASK" > "$OUT_OUT", inputs: { mask: { type: mask } }, outputs: { out: { type: file } }, with: { mask: '\${stages.data.mask}' } }
`;
  const folder = project({ 'p.yaml': text, 'q.yaml': text.replace('[4, 3, 2]', '[4, 5, 2]') });
  ticketlab(folder, ['run', 'p.yaml', '--ui', 'quiet']);
  ticketlab(folder, ['pin', 'data', 'p.yaml', '--name', 'kept']);
  ticketlab(folder, ['export', 'data', 'out', 'p.yaml']);
  ticketlab(folder, ['lock', 'p.yaml']);

  const section = (heading: string): string => {
    const found = new RegExp(`^## ${heading}\\n([^]*?)(?=^## |(?![^]))`, 'm').exec(page);
    return found?.[1] ?? '';
  };
  const fields = (value: unknown): string[] =>
    Array.isArray(value) ? fields(value[0]) : Object.keys((value ?? {}) as object);

  test.each<[string, readonly string[], string | undefined]>([
    ['run and plan', ['plan', 'p.yaml', '--json'], 'instances'],
    ['diff', ['diff', 'p.yaml', 'q.yaml', '--format', 'json'], undefined],
    ['why', ['why', 'data', 'p.yaml', '--json'], 'instances'],
    ['why', ['why', 'data', 'q.yaml', '--json'], 'causes'],
    ['gc', ['gc', '--json'], 'kept'],
    ['gc', ['gc', '--apply', '--json'], 'kept'],
    ['gc', ['gc', '--cap', 'none', '--json'], undefined],
    ['pin and unpin', ['pin', '--json'], undefined],
    ['du', ['du', '--json'], 'rows'],
    ['verify', ['verify', '--json'], undefined],
    ['provenance', ['provenance', 'out/data.mask.safetensors', '--json'], 'steps'],
    ['doctor', ['doctor', '--json'], 'backend'],
  ])('%s: %j', (heading, words, inner) => {
    const answer = JSON.parse(ticketlab(folder, words).stdout) as Record<string, unknown>;
    const names = [...fields(answer), ...(inner === undefined ? [] : fields(answer[inner]))];
    expect(names.length).toBeGreaterThan(0);
    const described = section(heading);
    expect(names.filter((name) => !described.includes(`\`${name}\``))).toEqual([]);
  });
});
