import type { Broken } from './broken.js';
import type { CelType } from './cel-values.js';
import type { Diagnostic } from './diagnostic.js';
import { paramValues } from './expression.js';
import type { Settings } from './grid.js';
import { celTypeOf, computable } from './param-types.js';
import { mappingAt, readDeclarations, type Declaration, type ParamValue } from './params.js';
import { readParamsFile, type ParamsFile } from './params-file.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import {
  because,
  missingParams,
  readOverrides,
  readPresets,
  unknownPreset,
  variantName,
  withPreset,
  type Preset,
} from './presets.js';
import { argumentRange } from './source-text.js';

/** The values that are asked for beside the file. */
export interface ValuesRequest {
  readonly preset?: string | undefined;
  /** Values from a file of their own, below -P. */
  readonly paramsFile?: ParamsFile | undefined;
  /** `name=value`, from -P. */
  readonly overrides?: readonly string[];
}

export interface SettledParams {
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly presets: ReadonlyMap<string, Preset>;
  readonly preset: Preset | undefined;
  readonly types: ReadonlyMap<string, CelType>;
  /** Those of this run. */
  readonly values: ReadonlyMap<string, ParamValue>;
  readonly variant: string;
}

/** Default < preset (and what it extends) < file of parameters < -P. */
export function settleParams(
  request: ValuesRequest,
  file: ParsedFile,
  { broken, problems }: { readonly broken: Broken; readonly problems: Diagnostic[] },
): SettledParams {
  const before = problems.length;
  const declarations = readDeclarations(file, (path) => broken.touches(path), problems);
  const declared = mappingAt(file.value.params);
  // A parameter that is declared, and not to be read, was reported.
  const isBroken = (path: Path) =>
    broken.around(path) || (path[0] === 'params' && Object.hasOwn(declared, String(path[1])));
  const presets = readPresets(file, declarations, { isBroken, problems });
  const preset = request.preset === undefined ? undefined : presets.get(request.preset);
  if (request.preset !== undefined && preset === undefined) {
    const at = argumentRange(`--preset ${request.preset}`, '--preset '.length);
    problems.push(unknownPreset(request.preset, [...presets.keys()], at));
  }
  const set = withPreset(declarations, preset);
  const overrides = new Map([
    ...readParamsFile(request.paramsFile, declarations, { isBroken, problems }),
    ...readOverrides(request.overrides ?? [], declarations, { isBroken, problems }),
  ]);
  const values = new Map([...set, ...overrides]);
  // A name that is misspelt, a preset or a file that cannot be read: what has no value has it there, perhaps.
  const lost = problems.slice(before).some(({ code }) => !code.startsWith('BAD_PARAM'));
  if (!lost && !broken.around(['presets', request.preset ?? '']))
    problems.push(...missingParams(declarations, values));
  const types = new Map<string, CelType>();
  // A declaration that is wrong was reported: what uses it is not.
  for (const name of Object.keys(declared)) types.set(name, 'dyn');
  for (const { name, type } of declarations.values()) types.set(name, celTypeOf(type));
  const variant = variantName(request.preset, set, overrides);
  return { declarations, presets, preset, types, values, variant };
}

/** One set of values of the parameters, of those under which a file must be right. */
export interface Choice {
  readonly values: ReadonlyMap<string, ParamValue>;
  readonly settings: Settings;
  /** What is added to messages, for example ` (with preset smoke)`: nothing for the values of this run. */
  readonly note: string;
}

/** The values of this run first, then those without a preset and those of each preset: it may be chosen tomorrow. */
export function choicesOf(settled: SettledParams): readonly [Choice, ...Choice[]] {
  const { declarations, presets, preset, values } = settled;
  const others = [undefined, ...presets.values()].filter((other) => other !== preset);
  return [
    { values, settings: settingsOf(values, settled), note: '' },
    ...others.map((other) => {
      // What has no value there has to come from elsewhere, as it does today.
      const own = new Map([...values, ...withPreset(declarations, other)]);
      const note = other === undefined ? ' (without a preset)' : ` (with preset ${other.name})`;
      return { values: own, settings: settingsOf(own, settled), note };
    }),
  ];
}

function settingsOf(
  values: ReadonlyMap<string, ParamValue>,
  { types, declarations }: Pick<SettledParams, 'types' | 'declarations'>,
): Settings {
  const right = [...values].filter(([, { wrong }]) => wrong === undefined);
  const typed = right.map(([name, { value }]) => {
    const type = declarations.get(name)?.type;
    return [name, { value: type ? computable(type, value) : value, type: types.get(name) ?? 'dyn' }] as const;
  });
  return {
    params: paramValues(new Map(typed)),
    because: (name) => {
      const value = values.get(name);
      return value === undefined ? undefined : because(name, value);
    },
  };
}
