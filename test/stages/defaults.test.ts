import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { canonicalJson, type Json } from '../../src/base/json.js';
import { defaultOf } from '../../src/pipeline/signatures.js';
import type { StageSignature } from '../../src/pipeline/stage.js';
import { allStages } from '../../stages/index.js';

interface Noted {
  readonly version: number;
  /** By parameter; those of one variant only as `strategy=snes.lrate_mean`. */
  readonly defaults: Readonly<Record<string, Json>>;
}

const file = 'test/stages/defaults.json';
const path = new URL('./defaults.json', import.meta.url);
const noted = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Noted>>;
const stages = await allStages();

function defaultsOf({ params, variants, settings }: StageSignature): Noted['defaults'] {
  const found: Record<string, Json> = {};
  const add = (prefix: string, properties: (typeof params)['properties']): void => {
    for (const [name, schema] of Object.entries(properties)) {
      const usual = defaultOf(schema);
      // The name of named settings is in no key: the values that it stands for are.
      if (usual !== undefined && name !== settings?.by) found[prefix + name] = usual;
    }
  };
  add('', params.properties);
  for (const [variant, { properties }] of Object.entries(variants?.of ?? {}))
    add(`${variants?.by}=${variant}.`, properties);
  return found;
}

/**
 * Keys leave out parameters that have their default. So with another default, and the same version, a store would hand
 * out results of the old one.
 *
 * @returns what is to be done about it.
 */
function complaints(type: string, stage: Noted, note: Noted | undefined): string[] {
  if (note?.version !== stage.version) {
    const entry = JSON.stringify({ [type]: stage });
    return [
      `Version ${stage.version} of ${type} is not noted: its entry in ${file} must be ${entry.slice(1, -1)}`,
    ];
  }
  const names = new Set([...Object.keys(note.defaults), ...Object.keys(stage.defaults)]);
  return [...names].flatMap((name) => {
    const [was, now] = [note.defaults[name], stage.defaults[name]];
    if (was === undefined)
      return [
        `${type} has a new default, "${name}": ${JSON.stringify(now)}. If all that was made before is as if made with it, note it in ${file}; ` +
          `else raise the version of ${type} above ${stage.version}.`,
      ];
    if (now !== undefined && canonicalJson(was) === canonicalJson(now)) return [];
    return [
      `The default of "${name}" of ${type} was ${JSON.stringify(was)} and is ${now === undefined ? 'gone' : JSON.stringify(now)}: ` +
        `raise the version of ${type} above ${stage.version}.`,
    ];
  });
}

describe('a default, which keys leave out, changes only with the version of its stage type:', () => {
  test.each(stages.map((stage) => [stage.type, stage] as const))('%s', (type, stage) => {
    const { version } = stage;
    expect(complaints(type, { version, defaults: defaultsOf(stage) }, noted[type])).toEqual([]);
  });

  test('nothing is noted of what is not there', () => {
    expect(Object.keys(noted).sort()).toEqual(stages.map(({ type }) => type).sort());
  });

  test('the complaints say what to do', () => {
    const was: Noted = { version: 3, defaults: { popsize: 32, batch: 8 } };
    const now = (version: number, defaults: Noted['defaults']) =>
      complaints('train-es', { version, defaults }, was);
    expect(now(3, { popsize: 64, batch: 8 })).toEqual([
      'The default of "popsize" of train-es was 32 and is 64: raise the version of train-es above 3.',
    ]);
    expect(now(3, { batch: 8 })).toEqual([
      'The default of "popsize" of train-es was 32 and is gone: raise the version of train-es above 3.',
    ]);
    expect(now(3, { ...was.defaults, elitism: false })).toEqual([
      'train-es has a new default, "elitism": false. If all that was made before is as if made with it, note it in ' +
        'test/stages/defaults.json; else raise the version of train-es above 3.',
    ]);
    expect(now(4, { popsize: 64 })).toEqual([
      'Version 4 of train-es is not noted: its entry in test/stages/defaults.json must be ' +
        '"train-es":{"version":4,"defaults":{"popsize":64}}',
    ]);
  });
});
