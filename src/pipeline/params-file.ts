import type { Diagnostic } from './diagnostic.js';
import type { Declaration, ParamValue } from './params.js';
import { parseYamlFile } from './parse.js';
import type { Path } from './places.js';
import { accepts } from './presets.js';

/** Values of parameters from a file of their own: `--params FILE`. */
export interface ParamsFile {
  /** As the user named it. */
  readonly file: string;
  readonly source: Uint8Array;
}

/** Reads a mapping of parameters to values, YAML or JSON. They stand above presets and below -P. */
export function readParamsFile(
  given: ParamsFile | undefined,
  declarations: ReadonlyMap<string, Declaration>,
  context: { readonly isBroken: (path: Path) => boolean; readonly problems: Diagnostic[] },
): Map<string, ParamValue> {
  const values = new Map<string, ParamValue>();
  if (given === undefined) return values;
  const { problems, isBroken } = context;
  const parsed = parseYamlFile(given.file, given.source, {
    name: 'A file of parameters',
    starts: 'It gives each parameter a value:  seeds: [1, 2]',
  });
  if (!parsed.ok) {
    problems.push(...parsed.error);
    return values;
  }
  const file = parsed.value;
  for (const [param, value] of Object.entries(file.value)) {
    if (!declarations.has(param) && isBroken(['params', param])) continue;
    const from = { value, origin: `params file ${given.file}`, at: () => file.at([param]) };
    if (accepts(declarations, param, { given: from, key: () => file.keyAt([param]), problems }))
      values.set(param, from);
    else if (declarations.has(param)) values.set(param, { ...from, wrong: true });
  }
  return values;
}
