import { InvalidArgumentError, Option, type Command } from 'commander';
import type { GraphFormat } from './command-graph.js';
import type { PlanOptions } from './plan-options.js';
import type { ProblemFormat } from './report-problems.js';
import { collect } from './words.js';

interface Parsed {
  readonly param: readonly string[];
  readonly preset?: string;
  readonly params?: string;
}

const planOptions = ({ param, preset, params }: Parsed): PlanOptions => ({
  overrides: param,
  ...(preset === undefined ? {} : { preset }),
  ...(params === undefined ? {} : { params }),
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
    .option(
      '--params <file>',
      'values of parameters from this file, YAML or JSON; above the preset, below -P',
    )
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
  readonly paramsBefore?: string;
  readonly paramsAfter?: string;
  readonly paramBefore: readonly string[];
  readonly paramAfter: readonly string[];
  readonly format: ProblemFormat;
}

/** Values of one side: its own file of parameters stands in for that of both, its own -P above that of both. */
const sideOf = (both: Parsed, params: string | undefined, param: readonly string[]): PlanOptions =>
  planOptions({
    ...both,
    ...(params === undefined ? {} : { params }),
    param: [...both.param, ...param],
  });

function addDiff(program: Command): void {
  withValues(program.command('diff'))
    .description(
      'Say which instances appear, vanish or change between two files, presets or sets of values, and why.',
    )
    .argument('[files...]', 'two pipeline files, or one with --presets or values of one side')
    .option('--presets <before,after>', 'two presets of one file; default is none', twoNames)
    .option('--params-before <file>', 'on the first side this file of parameters in place of --params')
    .option('--params-after <file>', 'on the second side this file of parameters in place of --params')
    .option('--param-before <name=value>', 'as -P, on the first side alone', collect, [])
    .option('--param-after <name=value>', 'as -P, on the second side alone', collect, [])
    .addOption(new Option('--format <kind>', 'text, or JSON').choices(['plain', 'json']).default('plain'))
    .addHelpText(
      'after',
      `
Examples:
  ticketlab diff old.yaml new.yaml
  ticketlab diff pipelines/quickstart.yaml --presets smoke,default
  ticketlab diff pipelines/quickstart.yaml --param-after popsize=64
  ticketlab diff pipelines/quickstart.yaml --params-before mine.yaml --params-after theirs.yaml
`,
    )
    .action(async (files: string[], options: DiffParsed) => {
      const { diffCommand } = await import('./command-diff.js');
      const { presets, format, paramsBefore, paramsAfter, paramBefore, paramAfter } = options;
      const oneSided =
        paramsBefore !== undefined || paramsAfter !== undefined || paramBefore.length + paramAfter.length > 0;
      process.exitCode = diffCommand(files, {
        before: sideOf(options, paramsBefore, paramBefore),
        after: sideOf(options, paramsAfter, paramAfter),
        ...(presets === undefined ? {} : { presets }),
        ...{ oneSided, own: [paramBefore, paramAfter], format },
      });
    });
}
