import { CommanderError, type Command } from 'commander';
import { UserError } from '../base/result.js';
import { safeLine } from '../base/safe-text.js';
import { exitCodes } from './exit-codes.js';

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

/** What a file system may refuse to anybody, in words. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that',
  EPERM: 'this user may not do that',
  EROFS: 'the file system is read-only',
  EISDIR: 'a folder is where a file should be',
  ENOTDIR: 'a file is where a folder should be',
  ELOOP: 'symbolic links lead round in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open; raise the limit with ulimit -n',
  EIO: 'the disk does not answer as it should',
};

function refusedByTheSystem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path, syscall } = error as NodeJS.ErrnoException;
  const why = Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  if (why === undefined || syscall === undefined) return undefined;
  const where = path ?? 'A file that was named';
  return `${where} cannot be used (${code} in ${syscall}): ${why}.`;
}

/** Lines stay lines; nothing else reaches the terminal as a control character. */
export function printable(text: string): string {
  return text.split('\n').map(safeLine).join('\n');
}

/** `ticketlab plan | head` must not end in a stack trace. */
function leaveQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
