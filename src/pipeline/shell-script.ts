import type { Json } from '../base/json.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { Interface } from './interface.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';

interface Context {
  readonly file: ParsedFile;
  readonly problems: Diagnostic[];
}

/** Escapes, texts in quotes, comments, sums, and documents (<<) down to the line that ends them or the end of the script. */
const pieces =
  /\\[^]|"(?:\\[^]|[^"\\])*"|'[^']*'|(?<=^|[\s;])#.*|\$\(\(.{0,200}?\)\)|<<-?[ \t]*(['"\\]?)(\w+)['"]?.*(?:$|\n(?:\t*\2(?=\n|$)|[^]*?\n\t*\2(?=\n|$)|[^]*$))/g;

/** The script with blanks for what sh leaves alone, every other character in its place. */
function withoutLiterals(script: string): string {
  return script.replace(pieces, (text, quote?: string) => {
    const read = text.startsWith('"') || text.startsWith('$') || quote === '';
    if (read) return text.replace(/\\[^]/g, '  ');
    return text.startsWith("'") && meant.test(text) ? text : text.replace(/[^\n]/g, ' ');
  });
}

/** In single quotes it is no mistake to sh, and not what was meant either. */
const meant = /\$\{\{\s*(?:params|matrix|inputs|stages|steps|state|in|out|with)\.\w/;
/** `${params.x}`, `${rng(1)}`, `${{ matrix.seed }}`: no variable of sh has such a name. */
const expression =
  /\$\{\s*(?:\{\s*)?(?:(params|matrix|inputs|stages|steps|state|in|out|with)\.(\w+)|\w+\(|\{)/;
/** As it is written in an argument of `run`. */
const placeholders = /(?<=^|[\s=<>":,/])\{(in|out|with)\.(\w+)\}(?=$|[\s;|&)<>":,/])/g;

/** A script gets what it works with from variables; of expressions and placeholders sh knows nothing. */
export function checkScript(script: string, path: Path, declared: Interface, context: Context): void {
  const read = withoutLiterals(script);
  const found = expression.exec(read);
  const { file, problems } = context;
  if (found !== null) {
    const [, scope, name = ''] = found;
    const at = file.within(path, found.index, found.index + 2);
    problems.push(
      problem('EXPRESSION_IN_COMMAND', at, 'Expressions have no place in a script.', {
        help: variableOf(scope, name, declared) ?? byWayOfWith(scope, name),
      }),
    );
  }
  for (const { 0: text, 1: scope, 2: name = '', index } of read.matchAll(placeholders)) {
    const help = variableOf(scope, name, declared);
    // Undeclared, it may be a word of another language.
    if (help === undefined) continue;
    const at = file.within(path, index, index + text.length);
    problems.push(
      problem('UNKNOWN_PLACEHOLDER', at, `Nothing is filled in for ${text} in a script.`, { help }),
    );
  }
}

/** The variable that has what was meant, where that is declared. */
function variableOf(scope: string | undefined, name: string, declared: Interface): string | undefined {
  const { inputs, values, outputs } = declared;
  const own = [
    ...(['in', 'inputs'].includes(scope ?? '') && Object.hasOwn(inputs, name) ? ['IN'] : []),
    ...(['with', 'inputs', 'in'].includes(scope ?? '') && values.has(name) ? ['WITH'] : []),
    ...(scope === 'out' && Object.hasOwn(outputs, name) ? ['OUT'] : []),
  ];
  return own[0] === undefined ? undefined : `Write  "$${own[0]}_${name.toUpperCase()}"`;
}

function byWayOfWith(scope: string | undefined, name: string): string {
  const named = ['params', 'matrix'].includes(scope ?? '');
  const variable = named ? `"$WITH_${name.toUpperCase()}"` : '"$WITH_<NAME>"';
  return `Declare ${named ? `${name} under inputs` : 'a value under inputs'}, give it the expression under with, and write ${variable} here.`;
}

/**
 * What the script is told of its inputs, outputs and values cannot be something else as well.
 *
 * @param path of the stage
 */
export function checkVariables(
  env: Json | undefined,
  path: Path,
  declared: Interface,
  context: Context,
): void {
  const { file, problems } = context;
  const taken = new Map<string, string>();
  const told = (prefix: string, what: string, key: string, names: Iterable<string>): void => {
    for (const name of names) {
      const variable = `${prefix}_${name.toUpperCase()}`;
      const other = taken.get(variable);
      taken.set(variable, `the ${what} "${name}"`);
      if (other === undefined) continue;
      const message = `"${name}" cannot be a name here: its variable would be ${variable}, with which the script is told of ${other}.`;
      problems.push(problem('BAD_NAME', file.keyAt([...path, key, name]), message, { help: another }));
    }
  };
  told('IN', 'input', 'inputs', Object.keys(declared.inputs));
  told('OUT', 'output', 'outputs', Object.keys(declared.outputs));
  told('WITH', 'value', 'inputs', declared.values.keys());
  for (const variable of Object.keys(mappingAt(env))) {
    const of = taken.get(variable);
    if (of === undefined) continue;
    const message = `"${variable}" cannot be a name here: with it the script is told of ${of}.`;
    problems.push(problem('BAD_NAME', file.keyAt([...path, 'env', variable]), message, { help: another }));
  }
}

const another = 'Choose another name.';
