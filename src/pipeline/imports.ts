import type { Result } from '../base/result.js';
import { checkPart } from './check-schema.js';
import { rootChecker } from './checkers.js';
import { brokenParts } from './broken.js';
import { readCommand, type CodeProblem } from './command.js';
import { readComponent } from './component.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { ForeignType } from './model.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import { parseYamlFile, type ParsedFile } from './parse.js';
import { componentSchema } from './schema-component.js';
import { packagePattern } from './schema.js';
import type { Signatures } from './signatures.js';

/** Reads a file that another one names, by path or in a package, and says under which name; or in words why it cannot. */
export type ReadFile = (from: string, path: string) => Result<{ file: string; bytes: Uint8Array }, string>;

/** The components of one import; undefined where the file was wrong, which is reported. */
export interface Import {
  readonly file: string;
  readonly components: ReadonlyMap<string, ForeignType> | undefined;
  /** Names of all its stages, right or wrong. */
  readonly all: readonly string[];
}

interface Context {
  readonly signatures: Signatures;
  readonly readFile: ReadFile | undefined;
  readonly codeProblem: CodeProblem | undefined;
  /** Modules that components use, by the file that names them. */
  readonly module: (from: ParsedFile, path: string, at: () => Diagnostic['at']) => ForeignType | undefined;
  readonly problems: Diagnostic[];
}

/** Reads every file under `imports:`. Component files import nothing themselves, so that there is no recursion. */
export function readImports(
  file: ParsedFile,
  isBroken: (path: readonly string[]) => boolean,
  context: Context,
): ReadonlyMap<string, Import> {
  const imports = new Map<string, Import>();
  for (const [name, path] of Object.entries(mappingAt(file.value.imports))) {
    const at = ['imports', name];
    if (typeof path !== 'string' || isBroken(at))
      imports.set(name, { file: '', components: undefined, all: [] });
    else
      imports.set(
        name,
        readImport(file, path, () => file.at(at), context),
      );
  }
  return imports;
}

function readImport(from: ParsedFile, path: string, at: () => Diagnostic['at'], context: Context): Import {
  const { problems, readFile } = context;
  const read = readFile?.(from.source.file, path);
  if (read?.ok !== true) {
    const why = read === undefined ? 'no other files can be read here' : read.error;
    const message = `${path} cannot be imported: ${why}.`;
    problems.push(
      packageOf(path) === undefined
        ? problem('IMPORT_UNREADABLE', at(), message, {
            help: 'Paths are relative to the file in which they stand, and stay inside the project.',
          })
        : problem('PACKAGE_UNREADABLE', at(), message, { help: packageHelp(path) }),
    );
    return { file: path, components: undefined, all: [] };
  }
  const parsed = parseYamlFile(read.value.file, read.value.bytes, {
    name: 'A component file',
    starts: 'A component file starts with "ticketlab: 1" and "kind: component" and has the key stages.',
  });
  if (!parsed.ok) {
    problems.push(...parsed.error);
    return { file: read.value.file, components: undefined, all: [] };
  }
  const all = Object.keys(mappingAt(parsed.value.value.stages));
  const why = noComponents(parsed.value, from);
  if (why !== undefined) {
    const message = `${path} cannot be imported: ${why}.`;
    problems.push(problem('IMPORT_UNREADABLE', at(), message, { help: whatIsImported }));
    return { file: read.value.file, components: undefined, all };
  }
  return { file: read.value.file, components: readComponents(parsed.value, path, context), all };
}

const whatIsImported =
  'A component file starts with "ticketlab: 1" and "kind: component"; its stages have inputs and outputs, and no pipeline around them.';

/** Why a whole file is none of components: everything that its schema says of it would follow from that. */
function noComponents({ source, value }: ParsedFile, from: ParsedFile): string | undefined {
  if (source.file === from.source.file) return 'it is this file itself';
  const keys = Object.keys(value);
  if (keys.includes('kind') || nearest('kind', keys) !== undefined) return undefined;
  return keys.includes('name') ? 'it is a pipeline, and no component file' : undefined;
}

/** The npm package that a path starts with, where it is not one of the project's own paths. */
export function packageOf(path: string): string | undefined {
  return new RegExp(`^(${packagePattern})/`).exec(path)?.[1];
}

function packageHelp(path: string): string {
  const name = packageOf(path) ?? '';
  return `Without ./ it starts with a package:  npm install ${name}  puts it into the project, and the rest is a path inside it. A file of the project is  ./${path}`;
}

function readComponents(
  file: ParsedFile,
  written: string,
  { signatures, module, codeProblem, problems }: Context,
): ReadonlyMap<string, ForeignType> | undefined {
  const check = rootChecker(signatures, 'component', () => componentSchema(signatures));
  const checked = checkPart(file, { path: [], value: file.value, check, signatures });
  problems.push(...checked.problems);
  const broken = brokenParts(checked.broken);
  if (broken.around(['kind']) || broken.around(['stages'])) return undefined;
  const components = new Map<string, ForeignType>();
  for (const [name, value] of Object.entries(mappingAt(file.value.stages))) {
    const path = ['stages', name];
    const stage = mappingAt(value);
    if (broken.touches(path)) continue;
    const own: Diagnostic[] = [];
    const context = { file, problems: own, type: `${written}:${name}`, codeProblem };
    if (stage.run !== undefined || stage.shell !== undefined)
      components.set(name, readCommand(stage, path, context));
    else {
      const inner = innerOf(stage.uses, { file, path: [...path, 'uses'], signatures, module });
      if (inner !== undefined) components.set(name, readComponent(stage, path, inner, context));
    }
    problems.push(...own);
  }
  return components;
}

function innerOf(
  uses: unknown,
  so: { file: ParsedFile; path: readonly string[]; signatures: Signatures; module: Context['module'] },
): Parameters<typeof readComponent>[2] | undefined {
  if (typeof uses !== 'string') return undefined;
  const signature = so.signatures.get(uses);
  if (signature !== undefined) return { signature, implementation: undefined };
  return so.module(so.file, uses, () => so.file.at(so.path));
}
