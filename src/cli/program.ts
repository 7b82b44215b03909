import { Argument, Command, Help, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../base/result.js';
import type { SchemaKind } from './command-schema.js';
import type { PlanOptions } from './plan-options.js';
import { addLanguageCommands, formatOption } from './program-language.js';
import { addStoreCommands } from './program-store.js';
import { printable } from './say.js';
import type { ValidateOptions } from './command-validate.js';
import type { UiKind } from './ui.js';
import { version } from './wire.js';
import { collect, path } from './words.js';

export interface RunOptions extends PlanOptions {
  readonly jobs?: number;
  readonly force: readonly string[];
  readonly ui: UiKind;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const words = '[words...]';
const wordsHelp =
  'the pipeline file (default: ticketlab.yaml, else the only one in pipelines/), then targets, stages or addresses such as imp.train[k=1..3]';

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 to 9999.');
  return Number(text);
}

function withPlanOptions(command: Command): Command {
  return withValues(command.argument(words, wordsHelp))
    .option(
      '--store <folder>',
      'where results are kept (default: $TICKETLAB_STORE, else .ticketlab/store)',
      path,
    )
    .addOption(formatOption());
}

/** What gives parameters their values. */
function withValues(command: Command): Command {
  return command
    .option('--preset <name>', 'values from this preset of the file')
    .option(
      '--params <file>',
      'values of parameters from this file, YAML or JSON; above the preset, below -P',
    )
    .option(
      '-P, --param <name=value>',
      "one parameter; lists as 'seeds=[1,2]' (may be repeated)",
      collect,
      [],
    );
}

/** As commander writes it, but for the default of what may be repeated, which is nothing. */
const optionDescription = (option: Option): string =>
  new Help().optionDescription(option).replace(/ \(default: \[\]\)/, '');

const jobsOption = [
  '--jobs <n>',
  'instances computed at a time (default: the number of cores)',
  wholeNumber,
] as const;
const forceOption = [
  '--force <address>',
  'compute these again, whatever the store has (may be repeated)',
  collect,
  [] as string[],
] as const;

/** Commands are loaded when they are used: a run that restores everything pays for nothing else. */
export function createProgram(): Command {
  const program = new Command('ticketlab')
    .description(
      'Study which sparse networks can be trained by evolution strategies, from pipelines in YAML.',
    )
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeErr: (text) => process.stderr.write(printable(text)),
      outputError: (text, write) => write(text.replace(/^error: /, 'ticketlab: ')),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('  ticketlab COMMAND --help  says what a command takes.')
    .configureHelp({ showGlobalOptions: false, optionDescription })
    .addHelpText(
      'after',
      `
Example:
  ticketlab run pipelines/quickstart.yaml --preset smoke

Exit codes: 0 done, 1 something failed or is not as it should be, 2 wrong words or files (nothing was started or changed),
10 from plan: there is something to run, 130 interrupted.
`,
    );
  addRun(program);
  addPlan(program);
  addValidate(program);
  addSchema(program);
  addLanguageCommands(program);
  addStoreCommands(program);
  addDoctor(program);
  return program;
}

function addRun(program: Command): void {
  withPlanOptions(program.command('run'))
    .description('Run a pipeline; what the store has already is restored.')
    .option(...jobsOption)
    .option(...forceOption)
    .addOption(
      new Option('--ui <kind>', 'auto: a dashboard on a terminal, unless CI is set, else plain lines')
        .choices(['auto', 'ink', 'plain', 'json', 'quiet'])
        .default('auto'),
    )
    .option('-n, --dry-run', 'only say what would run, like plan')
    .option('--json', 'with -n: the plan as JSON')
    .addHelpText(
      'after',
      `
Examples:
  ticketlab run pipelines/quickstart.yaml
  ticketlab run --preset smoke -P 'seeds=[1,2]' --jobs 2
  ticketlab run pipelines/quickstart.yaml 'imp.train[method=magnitude,k=1..3]'

Exit codes: 0 done, 1 something failed, 2 wrong words or an invalid file (nothing was started), 130 interrupted;
with -n also 10: there is something to run.
`,
    )
    .action(async (given: string[], options: Command) => {
      const parsed = options as unknown as RunOptions & { readonly param: string[]; readonly json?: boolean };
      if (parsed.json === true && parsed.dryRun !== true)
        throw new UserError('--json goes with -n. The events of a run are printed by  --ui json');
      const { runCommand } = await import('./command-run.js');
      const { planCommand } = await import('./command-plan.js');
      const all = { ...parsed, overrides: parsed.param };
      process.exitCode = parsed.dryRun === true ? planCommand(given, all) : await runCommand(given, all);
    });
}

function addPlan(program: Command): void {
  withPlanOptions(program.command('plan'))
    .description('Say what would run and what the store has already, and why. Runs and writes nothing.')
    .option(...forceOption)
    .option('--json', 'every instance with verdict, key and digests of its outputs')
    .addHelpText(
      'after',
      `
Example:
  ticketlab plan pipelines/quickstart.yaml --preset smoke

Exit codes: 0 nothing to do, 10 there is something to run, 2 wrong words or an invalid file.
`,
    )
    .action(async (given: string[], options: RunOptions & { readonly param: string[] }) => {
      const { planCommand } = await import('./command-plan.js');
      process.exitCode = planCommand(given, { ...options, overrides: options.param });
    });
}

function addValidate(program: Command): void {
  withValues(program.command('validate').argument('[file]', 'the pipeline file (default as for run)'))
    .description('Check a pipeline file, all its presets included, and the values that it is given.')
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  ticketlab validate pipelines/quickstart.yaml
  ticketlab validate pipelines/quickstart.yaml --params mine.yaml -P 'seeds=[1,2]'
`,
    )
    .action(async (file: string | undefined, options: Command) => {
      const parsed = options as unknown as ValidateOptions & { readonly param: string[] };
      const { validateCommand } = await import('./command-validate.js');
      process.exitCode = validateCommand(file, { ...parsed, overrides: parsed.param });
    });
}

function addSchema(program: Command): void {
  program
    .command('schema')
    .description('Print the JSON schema of pipeline files, or of component files, for editors.')
    .addArgument(
      new Argument('[kind]', 'of which files: pipeline or component')
        .choices(['pipeline', 'component'])
        .default('pipeline'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  ticketlab schema > pipeline.schema.json\n  ticketlab schema component > component.schema.json\n',
    )
    .action(async (kind: SchemaKind) => {
      const { schemaCommand } = await import('./command-schema.js');
      process.exitCode = schemaCommand(kind);
    });
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Say on what ticketlab would run here: versions, cores, memory, store, gradient backends.')
    .option(
      '--store <folder>',
      'where results are kept (default: $TICKETLAB_STORE, else .ticketlab/store)',
      path,
    )
    .option('--json', 'the same as JSON')
    .addHelpText('after', '\nExample:\n  ticketlab doctor\n')
    .action(async (options: { readonly store?: string; readonly json?: boolean }) => {
      const { doctorCommand } = await import('./command-doctor.js');
      process.exitCode = doctorCommand(options);
    });
}
