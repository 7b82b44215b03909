import { counted } from '../base/counted.js';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { replaceFile } from '../store/durable.js';
import { StoreError } from '../store/errors.js';
import { compareLock, decodeLock, encodeLock, lockPath, outputsDigest } from '../store-tools/lock-file.js';
import type { LockDifference, LockLine } from '../store-tools/lock-file.js';
import { UserError } from '../base/result.js';
import { commandText } from './again.js';
import { loadComplete } from './complete.js';
import { examine } from './examine.js';
import { exitCodes } from './exit-codes.js';
import { loadPlan } from './load-plan.js';
import type { PlanOptions } from './plan-options.js';
import { say } from './say.js';

/** Writes down what everything came out as, beside the pipeline; lines of other presets stay. */
export function lockCommand(words: readonly string[], options: PlanOptions): number {
  const loaded = loadPlan(words, { ...options, force: [], readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const { file, plan } = loaded.value;
  const path = lockPath(file);
  const lines = loadComplete(loaded.value, 'locked').map(({ id, key, outputs }): LockLine => ({
    variant: plan.variant,
    address: id,
    key: key!,
    outputs: outputsDigest(outputs!),
  }));
  // At the last moment: somebody may lock another preset at the same time.
  const others = readLock(path).filter(({ variant }) => variant !== plan.variant);
  writeLock(path, encodeLock([...others, ...lines]));
  say(`${path}: ${counted(lines.length, 'instance')} of ${plan.variant}. Commit it.`);
  return exitCodes.ok;
}

/** The lock is no part of a store: another place for that would not help. */
function writeLock(path: string, text: string): void {
  try {
    replaceFile(path, text);
  } catch (error) {
    if (!(error instanceof StoreError) || error.problem === 'full') throw error;
    throw new UserError(
      `${path} cannot be written: its folder cannot be written to, or a folder has its name.`,
    );
  }
}

function readLock(path: string): LockLine[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  // A pipe would be waited for.
  if (!found.isFile()) throw new UserError(`${path} is not a regular file. Give it another name.`);
  return decodeLock(readFileSync(path, 'utf8'), path);
}

/** Compares what the store has with the lock. */
export function verifyLocked(words: readonly string[], options: PlanOptions): number {
  const loaded = loadPlan(words, { ...options, force: [], readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const { file, plan, decisions } = loaded.value;
  const path = lockPath(file);
  const lockText = commandText(['lock', file], options);
  if (!existsSync(path)) throw new UserError(`There is no lock ${path}. Write one:  ${lockText}`);
  const lines = readLock(path);
  if (!lines.some(({ variant }) => variant === plan.variant))
    throw new UserError(`${path} has no line of ${plan.variant}. Write them:  ${lockText}`);
  const standing = examine(decisions).map(({ id, key, outputs }) => ({ address: id, key, outputs }));
  const differences = compareLock(lines, plan.variant, standing);
  for (const difference of differences.slice(0, mostShown))
    say(`${difference.address}: ${wordsFor[difference.problem]}`);
  if (differences.length > mostShown) say(`... and ${differences.length - mostShown} more`);
  if (differences.length > 0) return exitCodes.failures;
  say(
    `${counted(standing.length, 'instance')} of ${plan.variant} ${standing.length === 1 ? 'is' : 'are'} as ${path} says.`,
  );
  return exitCodes.ok;
}

const mostShown = 20;
const wordsFor: Readonly<Record<LockDifference['problem'], string>> = {
  missing: 'locked, but not in the pipeline any more',
  new: 'not in the lock',
  key: 'its key is another one: ticketlab why says what changed',
  outputs: 'same key, but other bytes than locked: it is not deterministic, or was made by another build',
  uncomputed: 'not in the store: run the pipeline first',
};
