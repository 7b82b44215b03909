import { counted } from '../base/counted.js';
import { join } from 'node:path';
import { ok, UserError } from '../base/result.js';
import { mappingAt } from '../pipeline/params.js';
import { outdateIndexes } from '../store/epoch.js';
import { StoreError } from '../store/errors.js';
import { OutsideFileReader } from '../store/outside-files.js';
import type { ResultRecord } from '../store/record.js';
import type { Store } from '../store/store.js';
import { checkStore, concernsRecords, type Checked, type Problem } from '../store-tools/fsck.js';
import { allRecords } from '../store-tools/records.js';
import { parseShare, sampleRecords } from '../store-tools/sample.js';
import { sizeText } from '../store-tools/sizes.js';
import { verifyLocked } from './command-lock.js';
import { readOwnPrograms } from './own-programs.js';
import { existingStore } from './existing-store.js';
import { exitCodes } from './exit-codes.js';
import { gradientClasses } from '../gradient/locate.js';
import { loadSignatures, type PlanOptions } from './plan-options.js';
import { wire, type Wiring } from './wire.js';
import { say, sayJson } from './say.js';

export interface VerifyOptions extends PlanOptions {
  readonly rebuild?: string;
  readonly seed: number;
  /** Seconds that one result may take. */
  readonly timeout?: number;
  readonly locked?: boolean;
  readonly json?: boolean;
}

/** Checks a store, recomputes a sample of it, or compares it with a lock. Changes no result. */
export async function verifyCommand(words: readonly string[], options: VerifyOptions): Promise<number> {
  if (options.locked === true) {
    if (options.rebuild !== undefined || options.json === true || options.timeout !== undefined)
      throw new UserError('verify --locked takes neither --rebuild, --timeout nor --json.');
    return verifyLocked(words, options);
  }
  if (
    (words.length > 0 && options.rebuild === undefined) ||
    options.preset !== undefined ||
    options.params !== undefined ||
    options.overrides.length > 0
  )
    throw new UserError(
      'verify looks at the whole store: --preset, --params and -P go with --locked, a file with --locked or --rebuild.',
    );
  if (options.rebuild === undefined && options.timeout !== undefined)
    throw new UserError('--timeout goes with --rebuild: nothing else is computed.');
  if (options.rebuild !== undefined && options.json === true)
    throw new UserError('verify --rebuild takes no --json.');
  const share = options.rebuild === undefined ? undefined : parseShare(options.rebuild);
  const wiring = wire(options.store);
  const store = existingStore(wiring.store, {
    indexFolder: join(wiring.project, '.ticketlab'),
    readOnly: share === undefined,
  });
  const checked = checkStore(store.layout, store.remembered());
  if (checked.problems.some(concernsRecords)) forgetRecords(store);
  tell(checked, options.json === true);
  const sound = checked.problems.length === 0;
  const same =
    share === undefined ||
    (await rebuildSample(store, wiring, { words, share, seed: options.seed, timeout: options.timeout }));
  return sound && same ? exitCodes.ok : exitCodes.failures;
}

function tell(checked: Checked, json: boolean): void {
  if (json) return sayJson(checked);
  const { records, objects, bytes, problems } = checked;
  for (const problem of problems) say(problemText(problem));
  const verdict =
    problems.length === 0
      ? 'all is well'
      : `${counted(problems.length, 'problem')}${problems.some(canHeal) ? '. The next run heals what it needs' : ''}`;
  say(`${counted(records, 'result')}, ${counted(objects, 'object')}, ${sizeText(bytes)}: ${verdict}.`);
}

/** What runs remember of records would hide from them what was found. Who may only read a store cannot tell others. */
function forgetRecords({ layout }: Store): void {
  try {
    outdateIndexes(layout);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

/** What cannot be read may be whole. */
const canHeal = ({ kind }: Problem): boolean => kind !== 'unreadable file' && kind !== 'stray file';

function problemText({ kind, name, instances }: Problem): string {
  if (instances.length === 0) return `${kind}: ${name}`;
  const more = instances.length > 1 ? ` and ${instances.length - 1} more` : '';
  return `${kind}: ${name}, of ${instances[0]}${more}`;
}

/** @returns true when everything that could be computed again has the same bytes. */
async function rebuildSample(
  store: Store,
  wiring: Wiring,
  {
    words,
    share,
    seed,
    timeout,
  }: {
    readonly words: readonly string[];
    readonly share: number;
    readonly seed: number;
    readonly timeout: number | undefined;
  },
): Promise<boolean> {
  const known = allRecords(store.layout).flatMap(({ record }) => record ?? []);
  const sample = sampleRecords(known, { share, seed });
  const counts = { same: 0, different: 0, failed: 0, skipped: 0 };
  const skipped = new Map<string, readonly string[]>();
  const { rebuild } = await import('./rebuild.js');
  await rebuild(sample, {
    store,
    wiring,
    known,
    timeout,
    decisions: {
      signatures: loadSignatures(wiring),
      outsideFiles: new OutsideFileReader(join(wiring.cache, 'outside-files.json'), wiring.project),
      gradientClass: gradientClasses(wiring.cache),
      ownPrograms: sample.some(({ K }) => mappingAt(K)['code'] !== undefined)
        ? readOwnPrograms(words, wiring)
        : () => ok([]),
    },
    done: (record, outcome) => {
      counts[outcome.how]++;
      if (outcome.how === 'different')
        say(`${nameOf(record)}: other bytes of ${outcome.outputs.join(', ')}. NOT REPRODUCIBLE.`);
      if (outcome.how === 'failed') say(`${nameOf(record)}: failed: ${outcome.message}`);
      if (outcome.how === 'skipped')
        skipped.set(outcome.message, [...(skipped.get(outcome.message) ?? []), nameOf(record)]);
    },
  });
  for (const [why, [first, ...more]] of skipped)
    say(`${first}${more.length > 0 ? ` and ${more.length} more` : ''}: not computed: ${why}`);
  const { same, different, failed } = counts;
  say(
    `Computed ${sample.length - counts.skipped} of ${counted(known.length, 'result')} again (sample ${seed}; --seed takes another): ` +
      `${same} the same, ${different} different, ${failed} failed, ${counts.skipped} not possible here.`,
  );
  return different + failed === 0;
}

const nameOf = ({ key, made }: ResultRecord): string => `${made.instance} (${key.slice(0, 12)})`;
