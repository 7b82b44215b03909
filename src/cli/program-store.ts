import type { Command } from 'commander';
import type { PlanOptions } from './plan-options.js';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

interface Parsed {
  readonly param: readonly string[];
  readonly preset?: string;
  readonly store?: string;
}

const planOptions = ({ param, preset, store }: Parsed): PlanOptions => ({
  overrides: param,
  ...(preset === undefined ? {} : { preset }),
  ...(store === undefined ? {} : { store }),
});

function withStore(command: Command): Command {
  return command.option('--store <folder>', 'the store (default: $TICKETLAB_STORE, else .ticketlab/store)');
}

function withAddress(command: Command): Command {
  return withStore(
    command
      .option('--preset <name>', 'values from this preset of the file')
      .option('-P, --param <name=value>', 'one parameter (may be repeated)', collect, []),
  );
}

const fileHelp = 'the pipeline file (default as for run)';
const inFront = (file: string | undefined, address: string): string[] =>
  file === undefined ? [address] : [file, address];

/** The commands that look after a store. Each is loaded when it is used. */
export function addStoreCommands(program: Command): void {
  addWhy(program);
}

function addWhy(program: Command): void {
  withAddress(program.command('why'))
    .description('Name what makes instances run, or made them run. Writes nothing.')
    .argument('<address>', 'a stage, step or address such as imp.train[k=1..3]')
    .argument('[file]', fileHelp)
    .option('--json', 'as JSON')
    .addHelpText('after', "\nExample:\n  ticketlab why 'imp.train[seed=1,k=2]' --preset laptop\n")
    .action(async (address: string, file: string | undefined, options: Parsed & { json?: boolean }) => {
      const { whyCommand } = await import('./command-why.js');
      process.exitCode = whyCommand(inFront(file, address), { ...planOptions(options), ...jsonOf(options) });
    });
}

const jsonOf = ({ json }: { readonly json?: boolean }): { readonly json?: boolean } =>
  json === undefined ? {} : { json };
