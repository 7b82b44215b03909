import { InvalidArgumentError, Option, type Command } from 'commander';
import { durationHint, parseDuration } from '../pipeline/quantities.js';
import type { DuOptions } from './command-du.js';
import type { VerifyOptions } from './command-verify.js';
import type { GcOptions } from './command-gc.js';
import type { PlanOptions } from './plan-options.js';
import { collect, path } from './words.js';

interface Parsed {
  readonly param: readonly string[];
  readonly preset?: string;
  readonly params?: string;
  readonly store?: string;
}

interface Json {
  readonly json?: boolean;
}

interface Named {
  readonly name?: string;
}

const planOptions = ({ param, params, preset, store }: Parsed): PlanOptions => ({
  overrides: param,
  ...(preset === undefined ? {} : { preset }),
  ...(params === undefined ? {} : { params }),
  ...(store === undefined ? {} : { store }),
});

function withStore(command: Command): Command {
  return command.option(
    '--store <folder>',
    'the store (default: $TICKETLAB_STORE, else .ticketlab/store)',
    path,
  );
}

function withAddress(command: Command): Command {
  return withStore(
    command
      .option('--preset <name>', 'values from this preset of the file')
      .option(
        '--params <file>',
        'values of parameters from this file, YAML or JSON; above the preset, below -P',
      )
      .option('-P, --param <name=value>', 'one parameter (may be repeated)', collect, []),
  );
}

const fileHelp = 'the pipeline file (default as for run)';
const inFront = (file: string | undefined, address: string): string[] =>
  file === undefined ? [address] : [file, address];

/** The commands that look after a store. Each is loaded when it is used. */
export function addStoreCommands(program: Command): void {
  addWhy(program);
  addGc(program);
  addPins(program);
  addDu(program);
  addVerify(program);
  addExport(program);
  addPack(program);
  addProvenance(program);
}

function addWhy(program: Command): void {
  withAddress(program.command('why'))
    .description('Name what makes instances run, or made them run. Writes nothing.')
    .argument('<address>', 'a stage, step or address such as imp.train[k=1..3]')
    .argument('[file]', fileHelp)
    .option('--json', 'as JSON')
    .addHelpText('after', "\nExample:\n  ticketlab why 'imp.train[seed=1,k=2]' --preset laptop\n")
    .action(async (address: string, file: string | undefined, options: Parsed & Json) => {
      const { whyCommand } = await import('./command-why.js');
      process.exitCode = whyCommand(inFront(file, address), { ...planOptions(options), ...jsonOf(options) });
    });
}

function addGc(program: Command): void {
  withStore(program.command('gc'))
    .description('Say what nobody needs any more; move it to the trash with --apply.')
    .option('--apply', 'move it to the trash')
    .option('--undo', 'bring the newest batch of the trash back')
    .option('--keep-runs <n>', 'newest runs of each pipeline that are kept', wholeNumber, 5)
    .option('--keep-days <n>', 'days that every run is kept', wholeNumber, 14)
    .option(
      '--max-size <size>',
      'clean only until the store is this small, for example 20GiB (default: its cap)',
    )
    .option('--cap <size>', 'set the cap of the store, of which run warns; none takes it away')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ticketlab gc\n  ticketlab gc --apply\n  ticketlab gc --undo\n  ticketlab gc --cap 20GiB\n',
    )
    .action(async (options: GcOptions) => {
      const { gcCommand } = await import('./command-gc.js');
      process.exitCode = await gcCommand(options);
    });
}

function addPins(program: Command): void {
  withAddress(program.command('pin'))
    .description(
      'Keep results, and all they came from, from being cleaned away. Without words: list the pins.',
    )
    .argument('[address]', 'an address, or the id of a run')
    .argument('[file]', fileHelp)
    .option('--name <name>', 'the name of the pin')
    .option('--json', 'list as JSON')
    .addHelpText('after', '\nExample:\n  ticketlab pin accuracy pipelines/quickstart.yaml --name paper-v1\n')
    .action(async (address: string | undefined, file: string | undefined, options: Parsed & Named & Json) => {
      const { pinCommand } = await import('./command-pin.js');
      const words = address === undefined ? [] : inFront(file, address);
      const { name } = options;
      process.exitCode = pinCommand(words, {
        ...planOptions(options),
        ...jsonOf(options),
        ...(name === undefined ? {} : { name }),
      });
    });
  withStore(program.command('unpin'))
    .description('Take a pin away. Removes no result.')
    .argument('<name>', 'the name of the pin')
    .addHelpText('after', '\nExample:\n  ticketlab unpin paper-v1\n')
    .action(async (name: string, options: { store?: string }) => {
      const { unpinCommand } = await import('./command-pin.js');
      process.exitCode = unpinCommand(name, options);
    });
}

function addDu(program: Command): void {
  withStore(program.command('du'))
    .description('Say what takes up the space of the store.')
    .addOption(new Option('--by <what>', 'group by').choices(['stage', 'run', 'preset']).default('stage'))
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  ticketlab du --by run\n')
    .action(async (options: DuOptions) => {
      const { duCommand } = await import('./command-du.js');
      process.exitCode = duCommand(options);
    });
}

function addVerify(program: Command): void {
  withAddress(program.command('lock'))
    .description('Write down what everything came out as, in a file beside the pipeline that is committed.')
    .argument('[file]', fileHelp)
    .addHelpText('after', '\nExample:\n  ticketlab lock pipelines/quickstart.yaml --preset smoke\n')
    .action(async (file: string | undefined, options: Parsed) => {
      const { lockCommand } = await import('./command-lock.js');
      process.exitCode = lockCommand(file === undefined ? [] : [file], planOptions(options));
    });
  withAddress(program.command('verify'))
    .description('Check every object and record of the store. Changes no result.')
    .argument(
      '[file]',
      `with --locked: ${fileHelp}; with --rebuild: where programs of your own are described`,
    )
    .option('--rebuild <share>', 'compute a sample again in scratch, and compare the bytes: 5%')
    .option('--seed <n>', 'with --rebuild: which sample', wholeNumber, 1)
    .option(
      '--timeout <time>',
      'with --rebuild: how long one result may take, for example 10m (default: for programs and modules of your own a minute, or ten times as long as it took)',
      duration,
    )
    .option('--locked', 'compare keys and outputs with the lock instead')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ticketlab verify\n  ticketlab verify --rebuild 5%\n  ticketlab verify --locked pipelines/quickstart.yaml --preset smoke\n',
    )
    .action(async (file: string | undefined, options: Parsed & VerifyOptions) => {
      const { verifyCommand } = await import('./command-verify.js');
      process.exitCode = await verifyCommand(file === undefined ? [] : [file], {
        ...options,
        ...planOptions(options),
      });
    });
}

function addExport(program: Command): void {
  withAddress(program.command('export'))
    .description('Copy outputs to a new folder, by names that say what they are.')
    .argument('<address>', 'a stage, step or address')
    .argument('<folder>', 'a folder that is new or empty', path)
    .argument('[file]', fileHelp)
    .addHelpText(
      'after',
      "\nExample:\n  ticketlab export 'imp.train[seed=1]' tickets pipelines/quickstart.yaml\n",
    )
    .action(async (address: string, folder: string, file: string | undefined, options: Parsed) => {
      const { exportCommand } = await import('./command-export.js');
      process.exitCode = await exportCommand(inFront(file, address), folder, planOptions(options));
    });
}

function addPack(program: Command): void {
  withAddress(program.command('pack'))
    .description('Write results, with all they came from, to one file.')
    .argument('<address>', 'a stage, step or address')
    .argument('[file]', fileHelp)
    .requiredOption('-o, --output <archive>', 'the file to write', path)
    .addHelpText(
      'after',
      '\nExample:\n  ticketlab pack accuracy pipelines/quickstart.yaml -o accuracy.tlpack\n',
    )
    .action(async (address: string, file: string | undefined, options: Parsed & { output: string }) => {
      const { packCommand } = await import('./command-pack.js');
      process.exitCode = await packCommand(inFront(file, address), {
        ...planOptions(options),
        output: options.output,
      });
    });
  withStore(program.command('unpack'))
    .description('Bring the results of an archive into the store, where they are hits.')
    .argument('<archive>', 'a file that pack wrote', path)
    .addHelpText('after', '\nExample:\n  ticketlab unpack accuracy.tlpack\n')
    .action(async (archive: string, options: { store?: string }) => {
      const { unpackCommand } = await import('./command-pack.js');
      process.exitCode = unpackCommand(archive, options);
    });
}

function addProvenance(program: Command): void {
  withStore(program.command('provenance'))
    .description('Say what a figure, or another file that came out of a store, was made from.')
    .argument('<file>', 'for example results/quickstart/default/accuracy.svg', path)
    .option('--json', 'the whole ancestry as JSON')
    .addHelpText('after', '\nExample:\n  ticketlab provenance results/quickstart/default/accuracy.svg\n')
    .action(async (file: string, options: { store?: string; json?: boolean }) => {
      const { provenanceCommand } = await import('./command-provenance.js');
      process.exitCode = provenanceCommand(file, options);
    });
}

function duration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds === 0)
    throw new InvalidArgumentError(`It is ${durationHint}, and more than nothing.`);
  return seconds;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0 to 99999.');
  return Number(text);
}

const jsonOf = ({ json }: Json): Json => (json === undefined ? {} : { json });
