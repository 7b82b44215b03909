import { InvalidArgumentError, Option, type Command } from 'commander';
import type { GraphFormat } from './command-graph.js';
import type { PlanOptions } from './plan-options.js';
import type { ProblemFormat } from './report-problems.js';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

interface Parsed {
  readonly param: readonly string[];
  readonly preset?: string;
}

const planOptions = ({ param, preset }: Parsed): PlanOptions => ({
  overrides: param,
  ...(preset === undefined ? {} : { preset }),
});

/** How a command says what is wrong with a file. */
export const formatOption = (): Option =>
  new Option('--format <kind>', 'what is wrong with the file: as text, or as JSON on stdout')
    .choices(['plain', 'json'])
    .default('plain');

/** The commands that look at a pipeline file alone. Each is loaded when it is used. */
export function addLanguageCommands(program: Command): void {
  addInit(program);
  addGraph(program);
  addDiff(program);
}

function addInit(program: Command): void {
  program
    .command('init')
    .description('Write a small pipeline to start from, and the schema beside it for editors.')
    .argument('[file]', 'the file to write', 'ticketlab.yaml')
    .addHelpText(
      'after',
      '\nExample:\n  ticketlab init pipelines/first.yaml\n\nNothing is ever overwritten.\n',
    )
    .action(async (file: string) => {
      const { initCommand } = await import('./command-init.js');
      process.exitCode = initCommand(file);
    });
}

function withValues(command: Command): Command {
  return command
    .option('--preset <name>', 'values from this preset of the file')
    .option('-P, --param <name=value>', 'one parameter (may be repeated)', collect, []);
}

function addGraph(program: Command): void {
  withValues(program.command('graph'))
    .description('Draw the graph of a pipeline: a box for each stage, however many instances it has.')
    .argument('[words...]', 'the pipeline file (default as for run), then targets, stages or addresses')
    .addOption(
      new Option('--format <kind>', 'mermaid for Markdown, dot for Graphviz, or a picture')
        .choices(['mermaid', 'dot', 'svg'])
        .default('mermaid'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  ticketlab graph pipelines/quickstart.yaml --format svg > quickstart.svg\n',
    )
    .action(async (words: string[], options: Parsed & { readonly format: GraphFormat }) => {
      const { graphCommand } = await import('./command-graph.js');
      process.exitCode = graphCommand(words, planOptions(options), options.format);
    });
}

function twoNames(text: string): readonly [string, string] {
  const [before, after, ...more] = text.split(',');
  if (before === undefined || before === '' || after === undefined || after === '' || more.length > 0)
    throw new InvalidArgumentError('It is two names with a comma between them.');
  return [before, after];
}

interface DiffParsed extends Parsed {
  readonly presets?: readonly [string, string];
  readonly format: ProblemFormat;
}

function addDiff(program: Command): void {
  withValues(program.command('diff'))
    .description('Say which instances appear, vanish or change between two files or presets, and why.')
    .argument('[files...]', 'two pipeline files, or one with --presets')
    .option('--presets <before,after>', 'two presets of one file; default is none', twoNames)
    .addOption(new Option('--format <kind>', 'text, or JSON').choices(['plain', 'json']).default('plain'))
    .addHelpText(
      'after',
      `
Examples:
  ticketlab diff old.yaml new.yaml
  ticketlab diff pipelines/quickstart.yaml --presets smoke,default
`,
    )
    .action(async (files: string[], { presets, format, ...rest }: DiffParsed) => {
      const { diffCommand } = await import('./command-diff.js');
      const both = presets === undefined ? {} : { presets };
      process.exitCode = diffCommand(files, { ...planOptions(rest), ...both, format });
    });
}
