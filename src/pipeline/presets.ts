import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import { canonicalJson, type Json } from '../base/json.js';
import { commandLine, problem, type Diagnostic } from './diagnostic.js';
import { nearest } from './near.js';
import { badParamValue, mappingAt, type Declaration, type ParamValue } from './params.js';
import { misfit, readArgument } from './param-types.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { argumentRange } from './source-text.js';
import { folded, listed, show } from './terminal-text.js';

/** Longer chains of `extends` are taken for a mistake. */
const longestChain = 32;

export type Settled = ReadonlyMap<string, ParamValue>;

export interface Preset {
  readonly name: string;
  /** What it sets itself or inherits. */
  readonly values: Settled;
}

/** Reads and checks every preset, chosen or not. */
export function readPresets(
  file: ParsedFile,
  declarations: ReadonlyMap<string, Declaration>,
  context: { readonly isBroken: (path: Path) => boolean; readonly problems: Diagnostic[] },
): Map<string, Preset> {
  const raw = mappingAt(file.value.presets);
  const presets = new Map<string, Preset>();
  const { problems, isBroken } = context;

  function settle(name: string, chain: readonly string[]): Settled {
    const known = presets.get(name);
    if (known !== undefined) return known.values;
    const body = mappingAt(raw[name]);
    const values = new Map(inherited(name, body.extends, chain));
    for (const [param, value] of Object.entries(body)) {
      if (param === 'extends') continue;
      const path = ['presets', name, param];
      const given = { value, origin: `preset ${name}`, at: () => file.at(path) };
      if (!isBroken(path) && accept(param, given, path)) values.set(param, given);
      else if (declarations.has(param)) values.set(param, { ...given, wrong: true });
    }
    presets.set(name, { name, values });
    return values;
  }

  function inherited(name: string, parent: Json | undefined, chain: readonly string[]): Settled {
    const none: Settled = new Map();
    if (typeof parent !== 'string' || isBroken(['presets', name])) return none;
    const path = ['presets', name, 'extends'];
    const loop = [...chain, name];
    if (!Object.hasOwn(raw, parent)) {
      problems.push(unknownPreset(parent, Object.keys(raw), file.at(path)));
      return none;
    }
    if (loop.includes(parent) || loop.length > longestChain) {
      const hops = folded([...loop.slice(loop.indexOf(parent)), parent]).join(' -> ');
      const message = loop.includes(parent)
        ? `Presets extend each other in a circle: ${hops}.`
        : `More than ${longestChain} presets extend each other.`;
      problems.push(problem('PRESET_CYCLE', file.at(path), message, { help: 'Remove one extends.' }));
      return none;
    }
    return settle(parent, loop);
  }

  function accept(param: string, given: ParamValue, path: Path): boolean {
    if (!declarations.has(param) && isBroken(['params', param])) return false;
    return accepts(declarations, param, { given, key: () => file.keyAt(path), problems });
  }

  if (Object.hasOwn(raw, noPreset)) problems.push(reservedName(file));
  for (const name of Object.keys(raw)) settle(name, []);
  return presets;
}

/** What the values without a preset are called, in lock files and folders of results. */
const noPreset = 'default';

function reservedName(file: ParsedFile): Diagnostic {
  const message = `A preset cannot be called "${noPreset}": that is what the values without a preset are called.`;
  const help = 'Give it another name; values that hold without a preset are the defaults of the parameters.';
  return problem('BAD_NAME', file.keyAt(['presets', noPreset]), message, { help });
}

/** Whether a parameter can have a value; the problem is reported when not. */
export function accepts(
  declarations: ReadonlyMap<string, Declaration>,
  param: string,
  by: { readonly given: ParamValue; readonly key: () => Diagnostic['at']; readonly problems: Diagnostic[] },
): boolean {
  const declaration = declarations.get(param);
  if (declaration === undefined) {
    by.problems.push(unknownParam(param, declarations, by.key()));
    return false;
  }
  const wrong = misfit(declaration.type, by.given.value);
  if (wrong !== undefined) by.problems.push(badParamValue(declaration, by.given, wrong));
  return wrong === undefined;
}

export function unknownPreset(name: string, known: readonly string[], at: Diagnostic['at']): Diagnostic {
  return problem('UNKNOWN_PRESET', at, `There is no preset "${name}".`, {
    help: `Presets of this file: ${listed(known)}.`,
    suggestion: nearest(name, known),
  });
}

function unknownParam(name: string, known: ReadonlyMap<string, unknown>, at: Diagnostic['at']): Diagnostic {
  const inFile = at.file !== commandLine;
  return problem('UNKNOWN_PARAM', at, `There is no parameter "${name}".`, {
    help: `Parameters of the pipeline: ${listed([...known.keys()], 40)}.${inFile ? ' Declare new ones under params.' : ''}`,
    suggestion: nearest(name, known.keys()),
  });
}

/** Defaults, then the preset: the values without the command line. */
export function withPreset(
  declarations: ReadonlyMap<string, Declaration>,
  preset: Preset | undefined,
): Map<string, ParamValue> {
  const values = new Map<string, ParamValue>();
  for (const [name, { initial }] of declarations) {
    const value = preset?.values.get(name) ?? initial;
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** `-P name=value`, later ones winning. */
export function readOverrides(
  overrides: readonly string[],
  declarations: ReadonlyMap<string, Declaration>,
  { problems, isBroken }: { readonly isBroken: (path: Path) => boolean; readonly problems: Diagnostic[] },
): Map<string, ParamValue> {
  const values = new Map<string, ParamValue>();
  for (const override of overrides) {
    const shown = `-P ${override}`;
    const equals = override.indexOf('=');
    if (equals <= 0) {
      problems.push(
        problem('BAD_OVERRIDE', argumentRange(shown, 3), '-P takes name=value.', {
          help: "For example  -P generations=500  or  -P 'seeds=[1,2]'",
        }),
      );
      continue;
    }
    const name = override.slice(0, equals);
    const declaration = declarations.get(name);
    if (declaration === undefined) {
      const at = argumentRange(shown, 3, 3 + name.length);
      if (!isBroken(['params', name])) problems.push(unknownParam(name, declarations, at));
      continue;
    }
    const at = () => argumentRange(shown, 4 + equals);
    const text = override.slice(equals + 1);
    const read = readArgument(declaration.type, text, parseFlow);
    const given = { value: read.ok ? read.value : text, origin: '-P', at };
    const wrong = misfit(declaration.type, given.value);
    values.set(name, wrong === undefined ? given : { ...given, wrong: true });
    if (wrong !== undefined) problems.push(badParamValue(declaration, given, wrong));
  }
  return values;
}

function parseFlow(text: string): Json {
  const doc = parseDocument(text, { schema: 'core' });
  if (doc.errors.length > 0 || /[&*!]/.test(text)) return text;
  return doc.toJS() as Json;
}

/** The parameters that have no value at all. */
export function missingParams(
  declarations: ReadonlyMap<string, Declaration>,
  values: ReadonlyMap<string, ParamValue>,
): Diagnostic[] {
  return [...declarations.values()]
    .filter((d) => !values.has(d.name))
    .map((d) =>
      problem('MISSING_PARAM', d.at(), `The parameter "${d.name}" (${d.type.name}) has no value.`, {
        help: `Give it a default, a preset that sets it, or  -P ${d.name}=...`,
      }),
    );
}

/** `default` or the preset's name, with `+` and 8 hex digits of what -P really changed. */
export function variantName(
  preset: string | undefined,
  before: ReadonlyMap<string, ParamValue>,
  overrides: ReadonlyMap<string, ParamValue>,
): string {
  const changed: Record<string, Json> = {};
  for (const [name, { value }] of overrides) {
    const was = before.get(name);
    if (was === undefined || canonicalJson(was.value) !== canonicalJson(value)) changed[name] = value;
  }
  const base = preset ?? noPreset;
  if (Object.keys(changed).length === 0) return base;
  return `${base}+${createHash('sha256').update(canonicalJson(changed)).digest('hex').slice(0, 8)}`;
}

/** "param `levels` is 3 because of preset smoke": a related place for a message. */
export function because(name: string, value: ParamValue): { message: string; at: Diagnostic['at'] } {
  return {
    message: `"${name}" is ${show(value.value)} because of ${value.origin === 'default' ? 'its default' : value.origin}`,
    at: value.at(),
  };
}
