import type { Json } from '../base/json.js';
import type { Broken } from './broken.js';
import { checkForeignWith } from './foreign-with.js';
import { readCommand, type CodeProblem } from './command.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { readImports, type Import, type ReadFile } from './imports.js';
import type { ForeignType } from './model.js';
import { Modules, type DescribeModules } from './modules.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import type { Signatures } from './signatures.js';
import { listed } from './terminal-text.js';

export interface ForeignRequest {
  readonly signatures: Signatures;
  readonly readFile?: ReadFile | undefined;
  readonly describeModules?: DescribeModules | undefined;
  readonly codeProblem?: CodeProblem | undefined;
}

export interface ForeignTypes {
  /** The type of the definition at a path of the file, when it does not come with ticketlab. */
  at(path: Path): ForeignType | undefined;
  /** Further places that are wrong. */
  readonly broken: readonly Path[];
}

/** Finds what the definitions of a file are that use components, modules or programs, and checks their `with`. */
export function readForeign(
  file: ParsedFile,
  request: ForeignRequest,
  { broken, problems }: { readonly broken: Broken; readonly problems: Diagnostic[] },
): ForeignTypes {
  const { signatures, readFile, describeModules, codeProblem } = request;
  const modules = new Modules(signatures, describeModules, problems);
  const definitions = definitionsOf(file).filter(({ path }) => !broken.around([...path, 'uses']));
  modules.load(
    file.source.file,
    definitions.flatMap(({ body: { uses } }) =>
      typeof uses === 'string' && uses.startsWith('.') ? [uses] : [],
    ),
  );
  const module = (from: ParsedFile, path: string, at: () => Diagnostic['at']) => modules.find(from, path, at);
  const imports = readImports(file, (path) => broken.touches(path), {
    signatures,
    readFile,
    codeProblem,
    module,
    problems,
  });
  const types = new Map<string, ForeignType>();
  const wrong: Path[] = [];
  for (const { path, body } of definitions) {
    const type = typeOf(body, path, { file, imports, module, broken, problems, codeProblem });
    if (type === undefined) continue;
    types.set(path.join('\0'), type);
    wrong.push(...checkForeignWith(type, body.with, { file, path, signatures, problems }));
  }
  return { at: (path) => types.get(path.join('\0')), broken: wrong };
}

interface Body {
  readonly path: Path;
  readonly body: { readonly [key: string]: Json };
}

function definitionsOf(file: ParsedFile): Body[] {
  return Object.entries(mappingAt(file.value.stages)).flatMap(([name, value]): Body[] => {
    const path = ['stages', name];
    const body = mappingAt(value);
    if (body.steps === undefined && body.iterate === undefined) return [{ path, body }];
    return Object.entries(mappingAt(body.steps)).map(([step, inner]) => ({
      path: [...path, 'steps', step],
      body: mappingAt(inner),
    }));
  });
}

interface Surroundings {
  readonly file: ParsedFile;
  readonly imports: ReadonlyMap<string, Import>;
  readonly module: (from: ParsedFile, path: string, at: () => Diagnostic['at']) => ForeignType | undefined;
  readonly broken: Broken;
  readonly problems: Diagnostic[];
  readonly codeProblem: CodeProblem | undefined;
}

function typeOf(body: Body['body'], path: Path, so: Surroundings): ForeignType | undefined {
  const { file, module, broken, problems, codeProblem } = so;
  if (body.run !== undefined || body.shell !== undefined) {
    const parts = ['run', 'shell', 'inputs', 'outputs', 'code'];
    if (parts.some((part) => broken.touches([...path, part]))) return undefined;
    const type = `${body.run === undefined ? 'shell' : 'run'}:${path.filter((_, i) => i % 2 === 1).join('.')}`;
    return readCommand(body, path, { file, problems, type, codeProblem });
  }
  const { uses } = body;
  const at = () => file.at([...path, 'uses']);
  if (typeof uses !== 'string' || !uses.includes('/')) return undefined;
  if (uses.startsWith('.')) return module(file, uses, at);
  return componentOf(uses, at, so);
}

function componentOf(
  uses: string,
  at: () => Diagnostic['at'],
  { imports, problems }: Surroundings,
): ForeignType | undefined {
  const [name = '', stage = ''] = uses.split('/');
  const from = imports.get(name);
  if (from === undefined) {
    problems.push(
      problem('UNKNOWN_IMPORT', at(), `There is no import "${name}".`, {
        help: `Imports of this file: ${listed([...imports.keys()])}.`,
        suggestion: nearest(name, imports.keys()),
      }),
    );
    return undefined;
  }
  const found = from.components?.get(stage);
  // A component that is there but wrong was reported in its own file.
  if (found !== undefined || from.components === undefined) return found;
  if (from.all.includes(stage)) return undefined;
  const known = from.all;
  problems.push(
    problem('UNKNOWN_COMPONENT', at(), `${from.file} has no stage "${stage}".`, {
      help: `It has ${listed(known, 40)}.`,
      suggestion: nearest(stage, known),
    }),
  );
  return undefined;
}
