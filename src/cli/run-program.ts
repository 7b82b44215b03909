import { CommanderError, type Command } from 'commander';
import { UserError } from '../base/result.js';
import { exitCodes } from './exit-codes.js';
import { refusal } from './refusals.js';
import { printable } from './say.js';
import { InterruptedError } from './stepwise.js';

/**
 * Parses the words, runs the command and sets the exit code. What a user did wrong is one message on stderr; only a
 * fault of ticketlab itself shows a stack.
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  leaveQuietlyWhenNobodyReads();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof CommanderError)
    // commander has printed its message already; help and version are not errors.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof InterruptedError) {
    console.error(`ticketlab: ${printable(error.message)}`);
    return exitCodes.interrupted;
  }
  if (error instanceof UserError) {
    // A path or a word of the command line may hold anything.
    console.error(`ticketlab: ${printable(error.message)}`);
    return exitCodes.usage;
  }
  const refused = refusedByTheSystem(error);
  if (refused !== undefined) {
    console.error(`ticketlab: ${printable(refused)}`);
    return exitCodes.usage;
  }
  console.error(
    'ticketlab: this is a fault of ticketlab, not of your pipeline. Please report it with these lines:',
  );
  console.error(error);
  return exitCodes.failures;
}

function refusedByTheSystem(error: unknown): string | undefined {
  const why = refusal(error);
  if (why === undefined) return undefined;
  const where = (error as NodeJS.ErrnoException).path ?? 'A file that was named';
  return `${where} cannot be used ${why}.`;
}

/** Neither `ticketlab plan | head` nor a full disk behind stdout must end in a stack trace. */
function leaveQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      const why = refusal(error);
      if (why === undefined) throw error;
      process.stderr.write(`ticketlab: what it says cannot be written ${why}.\n`);
      process.exit(exitCodes.failures);
    });
}
