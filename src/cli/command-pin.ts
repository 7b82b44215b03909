import { counted } from '../base/counted.js';
import { UserError } from '../base/result.js';
import { openStore } from '../store/store.js';
import { checkPinName, listPins, removePin, writePin } from '../store-tools/pins.js';
import { keysOfRun, listRuns } from '../store-tools/runs.js';
import { exitCodes } from './exit-codes.js';
import { loadPlan } from './load-plan.js';
import { loadRecords } from './complete.js';
import type { PlanOptions } from './plan-options.js';
import { wire } from './wire.js';
import { say, sayJson } from './say.js';

export interface PinOptions extends PlanOptions {
  readonly name?: string;
  readonly json?: boolean;
}

const runShape = /^\d{8}-\d{6}-[0-9a-f]{6}$/;

/** Protects results from being cleaned away; without words, lists what is protected. */
export function pinCommand(words: readonly string[], options: PinOptions): number {
  if (words.length === 0) {
    const { name, preset, params, overrides } = options;
    if (name !== undefined || preset !== undefined || params !== undefined || overrides.length > 0)
      throw new UserError(
        'pin without an address lists the pins: --name, --preset, --params and -P go with one.',
      );
    return list(options);
  }
  if (options.json === true) throw new UserError('pin --json lists the pins: it takes no address.');
  const name = options.name;
  if (name === undefined) throw new UserError('A pin needs a name: ticketlab pin ADDRESS --name paper-v1');
  checkPinName(name);
  const what = words.at(-1)!;
  const pinned = runShape.test(what) ? ofRun(what, options) : ofAddress(words, options);
  if (pinned === undefined) return exitCodes.usage;
  const { store, ...rest } = pinned;
  store.prepare();
  if (!writePin(store.layout, { v: 1, name, what, made: new Date().toISOString(), ...rest }))
    throw new UserError(`There is a pin "${name}" already. Take another name, or unpin it first.`);
  say(`Pinned ${what} as ${name}: ${counted(rest.keys.length, 'result stays', 'results stay')}.`);
  return exitCodes.ok;
}

function ofRun(id: string, options: PinOptions) {
  const store = openStore(wire(options.store).store);
  const run = listRuns(store.layout).find((known) => known.id === id);
  if (run === undefined) throw new UserError(`There is no run ${id} in this store.`);
  const { pipeline, variant } = run;
  return { store, pipeline, variant, keys: [...keysOfRun(store.layout, id)].sort(), runs: [id] };
}

/** With everything that the results came from: without it nobody could tell how they came to be. */
function ofAddress(words: readonly string[], options: PinOptions) {
  const loaded = loadPlan(words, { ...options, force: [] });
  if (!loaded.ok) return undefined;
  const { plan, decisions } = loaded.value;
  return {
    store: decisions.store,
    pipeline: plan.name,
    variant: plan.variant,
    keys: [...loadRecords(loaded.value, 'pinned').keys()].sort(),
    runs: [],
  };
}

function list(options: PinOptions): number {
  const pins = listPins(openStore(wire(options.store).store, { readOnly: true }).layout);
  if (options.json === true) sayJson(pins);
  else if (pins.length === 0) say('Nothing is pinned.');
  for (const { name, what, pipeline, variant, made, keys } of options.json === true ? [] : pins)
    say(
      `${name}  ${what} of ${pipeline} (${variant}), ${counted(keys.length, 'result')}, ${made.slice(0, 10)}`,
    );
  return exitCodes.ok;
}

/** Takes a protection away; removes no result. */
export function unpinCommand(name: string, options: { readonly store?: string }): number {
  const { layout } = openStore(wire(options.store).store);
  if (!removePin(layout, name)) {
    const known = listPins(layout).map((pin) => pin.name);
    throw new UserError(
      `There is no pin "${name}". ${known.length === 0 ? 'Nothing is pinned.' : `Pins: ${known.join(', ')}.`}`,
    );
  }
  say(`${name} is no longer pinned. Nothing was removed.`);
  return exitCodes.ok;
}
