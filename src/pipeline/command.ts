import type { Json } from '../base/json.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { readInterface, type Interface } from './interface.js';
import type { ForeignType } from './model.js';
import { nearest } from './near.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import type { CommandSpec } from './plan.js';
import type { ArtefactType } from './stage.js';
import { checkScript, checkVariables } from './shell-script.js';
import { listed, textOf } from './terminal-text.js';

/** The extension of a kind of artefact in a file of its own. */
const extensions: Partial<Record<ArtefactType, string>> = {
  weights: 'safetensors',
  mask: 'safetensors',
  ticket: 'safetensors',
  metrics: 'csv',
  table: 'csv',
};

/** What is wrong with a path of `code:` in this project, if anything. */
export type CodeProblem = (path: string) => string | undefined;

interface CommandContext {
  readonly file: ParsedFile;
  readonly problems: Diagnostic[];
  /** What its instances are called by the executor. */
  readonly type: string;
  /** Without it nothing is said of code. */
  readonly codeProblem: CodeProblem | undefined;
}

/** A stage that is a program: `run:` or `shell:`, with declared inputs and outputs. */
export function readCommand(
  stage: { readonly [key: string]: Json },
  path: Path,
  context: CommandContext,
): ForeignType {
  const code = Array.isArray(stage.code) ? (stage.code as string[]) : [];
  checkCode(code, [...path, 'code'], context);
  const declared = readInterface(stage, path, context);
  const argv = Array.isArray(stage.run) ? (stage.run as string[]) : undefined;
  argv?.forEach((argument, i) => {
    checkArgument(argument, [...path, 'run', i], declared, context);
  });
  if (argv === undefined) {
    checkScript(textOf(stage.shell), [...path, 'shell'], declared, context);
    checkVariables(stage.env, path, declared, context);
  }
  const command: CommandSpec = {
    ...(argv === undefined ? { shell: textOf(stage.shell) } : { argv }),
    code,
    inputs: mapValues(declared.inputs, (name, { type }) => fileName(name, extensions[type as ArtefactType])),
    outputs: mapValues(declared.outputs, (name, { type, format }) =>
      fileName(name, format ?? extensions[type]),
    ),
  };
  const signature = {
    type: argv === undefined ? 'shell' : 'run',
    version: 1,
    summary: 'A program of its own.',
    params: declared.params,
    inputs: declared.inputs,
    outputs: mapValues(declared.outputs, (_, { format: _format, ...output }) => output),
    runtime: 'portable' as const,
  };
  return { signature, values: declared.values, implementation: { type: context.type, signature, command } };
}

function checkCode(
  code: readonly string[],
  path: Path,
  { file, problems, codeProblem }: CommandContext,
): void {
  code.forEach((written, i) => {
    const why = codeProblem?.(written);
    if (why === undefined) return;
    const message = `The code ${textOf(written)} cannot be used: ${why}.`;
    const help = 'code: names files and folders of the project, from the folder where ticketlab is started.';
    problems.push(problem('CODE_UNREADABLE', file.at([...path, i]), message, { help }));
  });
}

function fileName(name: string, extension: string | undefined): string {
  return extension === undefined ? name : `${name}.${extension}`;
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  map: (name: string, value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}

const byWayOfWith =
  'Declare a value under inputs, give it the expression under with, and write {with.<name>} here.';

/** As GitHub Actions, scripts and expressions write what is to be filled in. */
const strays =
  /(?<!\$)\{\{ *(?:in|out|with)\.\w+ *\}\}|(?<![${])\{(?:inputs?|outputs?|params|matrix)\.\w+\}|^\$(?:IN|OUT|WITH)_\w+$/;

function strayPlaceholder(argument: string): { text: string; start: number; help: string } | undefined {
  const match = strays.exec(argument);
  if (match === null) return undefined;
  const [text] = match;
  const [, scope = '', name = ''] = /^[{$ ]*([a-zA-Z]+)[._](\w+)/.exec(text) ?? [];
  const own = scope.toLowerCase().replace(/puts?$/, '');
  const help = ['params', 'matrix'].includes(own)
    ? byWayOfWith
    : `Write  {${own}.${text.startsWith('$') ? name.toLowerCase() : name}}`;
  return { text, start: match.index, help };
}

/** `{in.x}`, `{out.y}` and `{with.z}` must name something; expressions have no place in a command. */
function checkArgument(
  argument: string,
  path: Path,
  { inputs, values, outputs }: Interface,
  { file, problems }: { readonly file: ParsedFile; readonly problems: Diagnostic[] },
): void {
  const stray = strayPlaceholder(argument);
  if (stray !== undefined) {
    const at = file.within(path, stray.start, stray.start + stray.text.length);
    const message = `Nothing is filled in for ${stray.text}.`;
    problems.push(problem('UNKNOWN_PLACEHOLDER', at, message, { help: stray.help }));
    return;
  }
  const known = { in: Object.keys(inputs), out: Object.keys(outputs), with: [...values.keys()] };
  for (const match of argument.matchAll(/\{(in|out|with)\.([^{}]*)\}/g)) {
    const [text, scope = 'in', name = ''] = match;
    const names = known[scope as keyof typeof known];
    if (names.includes(name)) continue;
    const what = { in: 'input', out: 'output', with: 'value' }[scope as keyof typeof known];
    const help = names.length === 0 ? `Nothing of the kind is declared here.` : `There: ${listed(names)}.`;
    problems.push(
      problem(
        'UNKNOWN_PLACEHOLDER',
        file.within(path, match.index, match.index + text.length),
        `There is no ${what} "${name}" to fill in.`,
        { help, suggestion: nearest(name, names) },
      ),
    );
  }
  const at = argument.indexOf('${');
  if (at < 0) return;
  const placeholder = /^\$\{((?:in|out|with)\.\w+)\}/.exec(argument.slice(at));
  problems.push(
    problem(
      'EXPRESSION_IN_COMMAND',
      file.within(path, at, at + 2),
      'Expressions have no place in a command.',
      {
        help: placeholder === null ? byWayOfWith : `Write  {${placeholder[1]}}`,
      },
    ),
  );
}
