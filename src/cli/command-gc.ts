import { stepwise } from './stepwise.js';
import { counted } from '../base/counted.js';
import { UserError } from '../base/result.js';
import type { Layout } from '../store/layout.js';
import { openStore } from '../store/store.js';
import { readCap, writeCap } from '../store-tools/cap.js';
import { graceMs, planGc, type GcPlan, type GcRules } from '../store-tools/gc.js';
import { findRoots } from '../store-tools/roots.js';
import { parseSize, sizeText } from '../store-tools/sizes.js';
import {
  deleteBatch,
  expiredBatches,
  listBatches,
  restore,
  sweep,
  type Swept,
} from '../store-tools/trash.js';
import { existingStore } from './existing-store.js';
import { exitCodes } from './exit-codes.js';
import { wire } from './wire.js';
import { say, sayJson } from './say.js';

export interface GcOptions {
  readonly store?: string;
  readonly apply?: boolean;
  readonly undo?: boolean;
  readonly keepRuns: number;
  readonly keepDays: number;
  readonly maxSize?: string;
  readonly cap?: string;
  readonly json?: boolean;
}

/** Says what nobody needs any more; moves it to the trash, or back, only when told to. */
export async function gcCommand(options: GcOptions): Promise<number> {
  const chosen = [options.apply, options.undo, options.cap !== undefined].filter((one) => one === true);
  if (chosen.length > 1) throw new UserError('gc takes one of --apply, --undo and --cap.');
  const folder = wire(options.store).store;
  const reading = chosen.length === 0;
  const store = options.cap === undefined ? existingStore(folder, { readOnly: reading }) : openStore(folder);
  const { layout } = store;
  if (options.cap !== undefined) {
    const bytes = options.cap === 'none' ? undefined : parseSize(options.cap);
    if (bytes === 0)
      throw new UserError('A cap of 0 would leave no room for anything. --cap none takes it away.');
    store.prepare();
    writeCap(layout, bytes);
    if (options.json === true) sayJson({ cap: bytes ?? null });
    else say(bytes === undefined ? 'The store has no cap.' : `The store's cap is ${sizeText(bytes)}.`);
    return exitCodes.ok;
  }
  return options.undo === true ? undo(layout, options.json === true) : clean(layout, options);
}

async function undo(layout: Layout, json: boolean): Promise<number> {
  const [newest, ...older] = listBatches(layout);
  if (newest === undefined) throw new UserError('There is nothing in the trash to bring back.');
  const back = await stepwise(
    restore(layout, newest),
    `stopped. The rest of ${newest} is still in the trash: gc --undo goes on.`,
  );
  if (json) {
    sayJson({ batch: newest, restored: back, older });
    return exitCodes.ok;
  }
  const more = older.length > 0 ? ` Older ones that gc --undo would bring back next: ${older.length}.` : '';
  say(
    `${counted(back, 'thing')} of ${newest} ${back === 1 ? 'is' : 'are'} back. Pin what is to stay: ticketlab pin ADDRESS --name NAME.${more}`,
  );
  return exitCodes.ok;
}

async function clean(layout: Layout, options: GcOptions): Promise<number> {
  const cap = options.maxSize === undefined ? readCap(layout) : parseSize(options.maxSize);
  const rules: GcRules = { keepRuns: options.keepRuns, keepDays: options.keepDays, maxBytes: cap };
  const now = Date.now();
  const plan = options.apply === true ? settledPlan(layout, rules, now) : planGc(layout, rules, now);
  const json = options.json === true;
  if (!json) say(report(plan, cap));
  if (options.apply !== true) {
    if (json) sayJson(asJson(plan, cap));
    else if (plan.bytes > 0) say('Nothing was changed: gc --apply does it, and gc --undo takes it back.');
    return exitCodes.ok;
  }
  for (const batch of expiredBatches(layout, now)) deleteBatch(layout, batch);
  const swept = isEmpty(plan)
    ? undefined
    : await stepwise(
        sweep(layout, plan, now),
        'stopped. What was moved so far is in the trash: gc --apply goes on, gc --undo brings it back.',
      );
  if (json) sayJson({ ...asJson(plan, cap), moved: swept?.moved ?? 0, batch: batchOf(swept) });
  else if (swept !== undefined) say(sweptText(swept));
  return exitCodes.ok;
}

const batchOf = (swept: Swept | undefined): string | null =>
  swept === undefined || swept.moved === 0 ? null : swept.batch;

function sweptText({ batch, moved, spared }: Swept): string {
  const last = spared > 0 ? `${counted(spared, 'was', 'were')} wanted at the last moment, and stayed.\n` : '';
  if (moved === 0) return `${last}Nothing was moved: somebody else cleaned up at the same time.`;
  return `${last}${moved} moved to trash/${batch}. It is deleted by a clean-up a week from now; gc --undo brings it back.`;
}

/** A run may have begun while the store was looked through: then it is looked through again. */
function settledPlan(layout: Layout, rules: GcRules, now: number): GcPlan {
  for (let tries = 3; ; tries--) {
    const plan = planGc(layout, rules, now);
    const { keys } = findRoots(layout, rules, now);
    if (!plan.records.some(({ key }) => keys.has(key))) return plan;
    if (tries === 0)
      throw new UserError('Too much is going on in this store to clean it now. Try again later.');
  }
}

const isEmpty = ({ records, objects, attempts, runs, quarantine }: GcPlan): boolean =>
  [records, objects, attempts, runs, quarantine].every((part) => part.length === 0);

function asJson(plan: GcPlan, cap: number | undefined): object {
  const { records, objects, attempts, runs, quarantine, bytes, kept, young, hidden } = plan;
  return {
    results: records.map(({ key, record }) => ({ key, instance: record?.made.instance ?? null })),
    objects: objects.length,
    checkpoints: attempts.map(({ name }) => name),
    runs: runs.map(({ name }) => name),
    quarantine: quarantine.length,
    bytes,
    kept,
    young,
    hidden,
    cap: cap ?? null,
  };
}

function report(plan: GcPlan, cap: number | undefined): string {
  const { kept, young, hidden } = plan;
  const lines = isEmpty(plan)
    ? ['There is nothing to clean away.']
    : [`To the trash: ${listing(plan)}, ${sizeText(plan.bytes)} in all.`];
  const limit = cap === undefined ? '' : `, of a cap of ${sizeText(cap)}`;
  lines.push(
    `Kept: ${counted(kept.records, 'result')}, ${sizeText(kept.bytes)}${limit}; protected by ${counted(kept.runs, 'run')} and ${counted(kept.pins, 'pin')}.`,
  );
  if (young > 0)
    lines.push(
      `Of them ${counted(young, 'result')} only because of being younger than ${graceMs / 3_600_000} hours.`,
    );
  if (hidden > 0)
    lines.push(
      `${counted(hidden, 'result')} cannot be read by this user, and nobody knows what ${hidden === 1 ? 'it needs' : 'they need'}: no object goes.`,
    );
  if (cap !== undefined && kept.bytes > cap)
    lines.push('What is protected alone is larger than the cap: unpin something, or keep fewer runs.');
  return lines.join('\n');
}

function listing({ records, objects, attempts, runs, quarantine }: GcPlan): string {
  const parts: [number, string][] = [
    [records.length, 'result'],
    [objects.length, 'object'],
    [attempts.length, 'unfinished computation'],
    [runs.length, 'run log'],
    [quarantine.length, 'broken object'],
  ];
  return parts
    .filter(([n]) => n > 0)
    .map(([n, what]) => counted(n, what))
    .join(', ');
}
