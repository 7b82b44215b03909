import type { Json } from '../base/json.js';
import type { SchemaError } from './check-schema.js';
import { mappingAt } from './params.js';
import { countedUp, parseBytes, parseDuration } from './quantities.js';
import type { Path } from './places.js';
import { edgeCode, stepOutputInstead } from './references.js';
import { artefactTypes } from './stage.js';
import { textOf } from './terminal-text.js';
import { quoted } from './yaml-traps.js';

/** What to write where a value is of the wrong kind, when it is clear what was meant: `Write  over: [seed]`. */
export function writeInstead(error: SchemaError): string | undefined {
  const written = meant(error);
  const key = String(error.path.at(-1));
  return written === undefined || /^\d+$/.test(key) ? undefined : `Write  ${key}: ${written}`;
}

function meant({ path, params, data }: SchemaError): string | undefined {
  const wanted = Array.isArray(params.type) ? (params.type as string[]) : String(params.type).split(',');
  if (wanted.includes('object')) return mappingInstead(path, data);
  if (wanted.includes('array')) return listInstead(data);
  if (Array.isArray(data)) return data.length === 1 ? asScalar((data as readonly Json[])[0]) : undefined;
  const percent = typeof data === 'string' ? /^(\d+(?:\.\d+)?) ?%$/.exec(data) : null;
  return percent !== null && wanted.includes('number') ? String(Number(percent[1]) / 100) : undefined;
}

const isCall = (text: string): boolean => /^\w+\(.*\)$/.test(text);

/** `range(1, 4)` is meant to be computed; anything else is the only element. */
function listInstead(data: Json): string | undefined {
  if (typeof data === 'string' && isCall(data)) return `\${${data}}`;
  const counted = typeof data === 'string' ? countedUp(data) : undefined;
  if (counted !== undefined) return `[${counted.join(', ')}]`;
  if (typeof data === 'string' && /^\d+([-x,; ]+\d+)+$/.test(data))
    return `[${data.split(/[-x,; ]+/).join(', ')}]`;
  const element = asScalar(data);
  return element === undefined || element === '' ? undefined : `[${element}]`;
}

function mappingInstead(path: SchemaError['path'], data: Json): string | undefined {
  const [top, , ...below] = path;
  if (top === 'params' && path.length === 2) return declaration(data);
  if (top === 'targets' && path.length === 1 && Array.isArray(data)) return `{ default: ${asFlow(data)} }`;
  const setting = settingInstead(path.at(-1), data) ?? pairInstead(data);
  if (setting !== undefined) return setting;
  const key = below.at(-1);
  if (key === 'steps' && Array.isArray(data)) return '{ <name>: { uses: ... } }  without dashes';
  if (key === 'columns' && isWords(data)) return `{ ${data.map((name) => `${name}: double`).join(', ')} }`;
  if (key === 'outputs' && isWords(data))
    return `{ ${data.map((name) => `${name}: { type: ${artefactTypes.find((type) => type === name) ?? 'file'} }`).join(', ')} }`;
  const parent = below.at(-2);
  const type = artefactTypes.find((known) => known === data);
  if ((parent === 'inputs' || parent === 'outputs') && type !== undefined) return `{ type: ${type} }`;
  return undefined;
}

/** What a setting is most often: `retry: 3`, `checkpoint: 60s`, `resources: 3GiB`. */
function settingInstead(key: unknown, data: Json): string | undefined {
  if (key === 'retry' && typeof data === 'number') return `{ times: ${data} }`;
  if (key === 'resources' && typeof data === 'number') return `{ cpus: ${data} }`;
  if (typeof data !== 'string') return undefined;
  if (key === 'resources' && parseBytes(data) !== undefined) return `{ memory: ${data} }`;
  return key === 'checkpoint' && parseDuration(data) !== undefined ? `{ every: ${data} }` : undefined;
}

/** `model:mlp`, a key and its value without the blank between them. */
function pairInstead(data: Json): string | undefined {
  const [, key, value] = /^([a-z_]\w*):([^\s:/]\S*)$/.exec(typeof data === 'string' ? data : '') ?? [];
  return key === undefined || value === undefined
    ? undefined
    : `{ ${key}: ${/^[\w.-]+$/.test(value) ? value : asScalar(value)} }`;
}

const isWords = (data: Json): data is string[] =>
  Array.isArray(data) &&
  data.length > 0 &&
  data.every((one) => typeof one === 'string' && /^[a-z]\w*$/.test(one));

/** `{ type: list<int>, default: [1, 2] }` for a parameter that was only given a value. */
function declaration(data: Json): string | undefined {
  const type = typeOf(data);
  const value = Array.isArray(data) ? asFlow(data) : asScalar(data);
  return type === undefined || value === undefined ? undefined : `{ type: ${type}, default: ${value} }`;
}

/** The type of parameter that a value has, where that is clear. */
export function typeOf(data: Json | undefined): string | undefined {
  if (typeof data === 'boolean') return 'bool';
  if (typeof data === 'string') return 'string';
  if (typeof data === 'number') return Number.isInteger(data) ? 'int' : 'double';
  if (!Array.isArray(data) || data.length === 0) return undefined;
  const types = new Set((data as readonly Json[]).map(typeOf));
  if (types.size === 2 && types.has('int') && types.has('double')) return 'list<double>';
  const [only] = types;
  return types.size === 1 && only !== undefined && !only.startsWith('list') ? `list<${only}>` : undefined;
}

/** What other languages call the types of parameters. */
const types = new Map(
  Object.entries({
    ...{ float: 'double', number: 'double', real: 'double', integer: 'int', long: 'int' },
    ...{ str: 'string', text: 'string', boolean: 'bool', choice: 'enum' },
  }),
);

/** `double` for `float`, `list<double>` for `list<float>` or `list[float]`. */
export function typeInstead(word: string, known: readonly string[]): string | undefined {
  const [, outer, inner] = /^(list|map)[<[(](\w+)[>\])]$/.exec(word) ?? [];
  const own = inner ?? word;
  const named = types.get(own.toLowerCase()) ?? own;
  const found = outer === undefined ? named : `${outer}<${named}>`;
  return found !== word && known.includes(found) ? found : undefined;
}

/** A value as it can stand in the flow of a line of YAML: in quotes where it needs them. */
export function asScalar(data: Json | undefined): string | undefined {
  if (data === undefined || data === null || typeof data === 'object') return undefined;
  if (typeof data !== 'string') return String(data);
  if (data.includes('\n')) return undefined;
  return /^[A-Za-z_./][\w./-]*$/.test(data) && !/^(true|false|null|\.nan|\.inf)$/i.test(data)
    ? data
    : quoted(data);
}

function asFlow(data: readonly Json[]): string | undefined {
  const elements = data.map(asScalar);
  if (elements.length > 8 || elements.includes(undefined)) return undefined;
  return `[${elements.join(', ')}]`;
}

/** Of `from:` of a gather, the reference that was meant. */
export function referenceInstead(
  { path, data }: SchemaError,
  valueOf: (path: Path) => Json | undefined,
): string | undefined {
  if (path.at(-1) !== 'from' || typeof data !== 'string') return undefined;
  const bare = data.replace(/^\$\{+\s*|\s*\}+$/g, '');
  if (bare !== data && /^stages(\.\w+){2}$/.test(bare)) return `Write  from: ${bare}`;
  const source = withScope(bare, path, valueOf);
  if (source !== undefined) return `Write  from: ${source}`;
  const [, stage, step, output] = /^stages\.(\w+)\.(\w+)\.(\w+)$/.exec(bare) ?? [];
  if (stage === undefined || step === undefined || output === undefined) return undefined;
  const outputs = Object.entries(mappingAt(valueOf(['stages', stage, 'outputs'])));
  return stepOutputInstead(
    { stage, step, output },
    new Map(outputs.map(([name, value]) => [name, edgeCode(textOf(value))?.code])),
  );
}

/** `train.metrics` or `train` with the scope that it lacks, where there is a step or a stage of that name. */
export function withScope(
  text: string,
  path: Path,
  valueOf: (path: Path) => Json | undefined,
): string | undefined {
  if (!/^\w+(\.\w+)?$/.test(text)) return undefined;
  const [name = ''] = text.split('.');
  if (path[2] === 'steps' && valueOf([...path.slice(0, 3), name]) !== undefined) return `steps.${text}`;
  return valueOf(['stages', name]) === undefined ? undefined : `stages.${text}`;
}

/** Of an element of `after`, the stage or step that was meant. */
export function afterInstead(
  { path, data }: SchemaError,
  valueOf: (path: Path) => Json | undefined,
): string | undefined {
  if (path.at(-2) !== 'after' || typeof data !== 'string') return undefined;
  const [, scoped, bare = data] = /^\$?\{?\s*((?:stages|steps)\.\w+)[\w.]*\s*\}?$/.exec(data) ?? [];
  const meant = scoped ?? (bare.includes('.') ? undefined : withScope(bare, path, valueOf));
  return meant === undefined ? undefined : `Write  ${meant}`;
}

/** The elements of a line that is one program with its arguments. */
export function commandInstead(line: string): string {
  const words = line.trim().split(/ +/);
  const plain = words.length <= 8 && words.every((word) => /^[\w./{}=-]+$/.test(word));
  return plain ? `[${words.map(asScalar).join(', ')}]` : '[<program>, <argument>]';
}

/** Of `uses`, a file or a component that was meant. @param imports what the file imports, by name. */
export function moduleMeant(uses: string, imports: { readonly [name: string]: Json }): string | undefined {
  const [, name = '', stage] = /^(\w+)\.([\w-]+)$/.exec(uses) ?? [];
  if (stage !== undefined && Object.hasOwn(imports, name)) return `Write  uses: ${name}/${stage}`;
  const [, component] = /(?:^|\/)([a-z]\w*)[\w.-]*\.ya?ml(?:\/[\w-]+)?$/.exec(uses) ?? [];
  if (component !== undefined) {
    const path = uses.replace(/(\.ya?ml)\/.*$/, '$1');
    const known = Object.keys(imports).find((key) => imports[key] === path);
    const part = uses === path ? '<stage>' : uses.slice(path.length + 1);
    return known === undefined
      ? `Components are imported:  imports: { ${component}: ${path} }  and then  uses: ${component}/${part}`
      : `Write  uses: ${known}/${part}`;
  }
  if (/^\/.*\.(mjs|js)$/.test(uses))
    return 'A module lies in the project, and its path begins with a point:  uses: ./<file>.mjs';
  if (/\.(mjs|js)$/.test(uses)) return `A module of your own begins with a point:  uses: ./${uses}`;
  if (/\.(cjs|mts|cts|ts|tsx|jsx)$/.test(uses))
    return 'A module of your own is JavaScript with import and export:  uses: ./<file>.mjs';
  return /\.\w+$/.test(uses)
    ? `A program in another language:  run: [<program>, ${asScalar(uses)}]`
    : undefined;
}

/** What belongs behind a key that is missing, when the rest of the mapping says it. */
export function missingInstead(missing: string, { path, data }: SchemaError): string | undefined {
  if (missing === 'ticketlab' && path.length === 0) return '1';
  if (missing === 'type' && path.length === 2 && path[0] === 'params') return typeOf(mappingAt(data).default);
  return undefined;
}
