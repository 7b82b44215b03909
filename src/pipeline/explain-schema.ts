import type { Json } from '../base/json.js';
import type { SchemaError } from './check-schema.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { meantByKey } from './habits.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { requirement, shortcoming, typeWords, variableInstead, word } from './requirement.js';
import { reservedNames } from './schema-words.js';
import { ownEntry, type Signatures } from './signatures.js';
import { kindOf, listed, show, textOf } from './terminal-text.js';
import {
  afterInstead,
  commandInstead,
  missingInstead,
  moduleMeant,
  referenceInstead,
  typeInstead,
  withScope,
  writeInstead,
} from './write-instead.js';
import { sourceInstead } from './write-source.js';

/** One schema error as a diagnostic: what, where, what to do. */
export function explainSchemaError(error: SchemaError, file: ParsedFile, signatures: Signatures): Diagnostic {
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, file, signatures);
    case 'propertyNames':
      return strangeName(error, file);
    case 'required':
      return misspeltChoice(error, file, signatures) ?? missingKey(error, file);
    case 'enum':
      return badValue(error, file);
    default:
      break;
  }
  const comment = error.parent.$comment;
  if (comment === 'uses') return unknownStageType(error, file);
  if (comment === 'name' && typeof error.data === 'string') return badName(error.data, error.path, file);
  if (comment === 'edge' || comment === 'gather-input' || comment === 'input')
    return expectedEdge(error, file);
  return error.keyword === 'type' ? wrongType(error, file) : badValue(error, file);
}

function unknownKey(error: SchemaError, file: ParsedFile, signatures: Signatures): Diagnostic {
  const key = String(error.params.additionalProperty);
  const path = [...error.path, key];
  if (error.parent.$comment === 'pick' && ['over', 'where', 'as'].includes(key)) return noGather(error, file);
  const known = Object.keys((error.parent.properties ?? {}) as object);
  const title = textOf(error.parent.title ?? 'this mapping');
  const variant = otherVariant(key, error.path, file, signatures);
  if (variant !== undefined)
    return problem(
      'OTHER_VARIANT',
      file.keyAt(path),
      `${show(key)} is not a parameter of ${variant.now}, but of ${variant.has}.`,
      {
        help: `Remove it, or choose ${variant.has}.`,
      },
    );
  const message = `${show(key)} is not a key of ${title}.`;
  const meant = meantByKey(key, known);
  if (meant !== undefined) return problem('UNKNOWN_KEY', file.keyAt(path), message, { help: meant });
  return problem('UNKNOWN_KEY', file.keyAt(path), message, {
    help: known.length === 0 ? 'It has no keys.' : `Its keys are ${listed([...known].sort(), 40)}.`,
    suggestion: nearest(key, known),
  });
}

/** Which variants have this parameter, when the one that was chosen does not. */
function otherVariant(
  key: string,
  withPath: Path,
  file: ParsedFile,
  signatures: Signatures,
): { now: string; has: string } | undefined {
  if (withPath.at(-1) !== 'with') return undefined;
  const signature = signatures.get(textOf(valueAt(file, [...withPath.slice(0, -1), 'uses'])));
  if (signature?.variants === undefined) return undefined;
  const { by, of } = signature.variants;
  const chosen =
    valueAt(file, [...withPath, by]) ?? (signature.params.properties[by]?.default as Json | undefined);
  const having = Object.keys(of).filter((v) => ownEntry(of[v]?.properties, key) !== undefined);
  if (having.length === 0 || typeof chosen !== 'string') return undefined;
  return { now: `${by}: ${chosen}`, has: `${by}: ${having.join(' or ')}` };
}

/** What chooses among the variants is misspelt: which keys there are is not known then, and no other error says so. */
function misspeltChoice(
  error: SchemaError,
  file: ParsedFile,
  signatures: Signatures,
): Diagnostic | undefined {
  const { path, params, data } = error;
  if (path.at(-1) !== 'with') return undefined;
  const signature = signatures.get(textOf(valueAt(file, [...path.slice(0, -1), 'uses'])));
  const missing = String(params.missingProperty);
  if (signature?.variants === undefined || signature.variants.by !== missing) return undefined;
  const variants = Object.values(signature.variants.of);
  const known = [signature.params, ...variants].flatMap(({ properties }) => Object.keys(properties));
  const stray = Object.keys(mappingAt(data)).find(
    (key) =>
      ![...known, ...Object.keys(signature.inputs)].includes(key) && nearest(key, [missing]) !== undefined,
  );
  if (stray === undefined) return undefined;
  const message = `${show(stray)} is not a key of "with" of ${signature.type}.`;
  return problem('UNKNOWN_KEY', file.keyAt([...path, stray]), message, {
    help: `What else can stand there depends on ${missing}.`,
    suggestion: missing,
  });
}

function missingKey(error: SchemaError, file: ParsedFile): Diagnostic {
  const missing = String(error.params.missingProperty);
  const title = textOf(error.parent.title ?? error.path.at(-1) ?? 'the file');
  const described = ownEntry(
    (error.parent.properties ?? {}) as Record<string, { description?: Json }>,
    missing,
  );
  const help =
    typeof described?.description === 'string' ? ` (${described.description.replace(/\.$/, '')})` : '';
  const at = error.path.length === 0 ? file.keyAt([]) : file.keyAt(error.path);
  return problem('MISSING_KEY', at, `The key ${show(missing)} of ${title} is missing.`, {
    help: `Add  ${missing}: ${missingInstead(missing, error) ?? `...${help}`}`,
  });
}

function unknownStageType(error: SchemaError, file: ParsedFile): Diagnostic {
  const [own] = (error.parent.anyOf ?? []) as readonly { readonly enum?: readonly string[] }[];
  const types = own?.enum ?? [];
  if (typeof error.data !== 'string') return wrongType({ ...error, params: { type: 'string' } }, file);
  return problem('UNKNOWN_STAGE_TYPE', file.at(error.path), `There is no stage type ${show(error.data)}.`, {
    help:
      moduleMeant(error.data, mappingAt(file.value.imports)) ??
      `Stage types are ${listed([...types].sort(), 40)}.`,
    suggestion: nearest(error.data, types),
  });
}

function wrongType(error: SchemaError, file: ParsedFile): Diagnostic {
  const message = `${subject(error.path)} ${requirement(error)}, not ${kindOf(error.data)}.`;
  if (error.path.at(-1) === 'run' && typeof error.data === 'string')
    return problem('WRONG_TYPE', file.at(error.path), message, {
      help: `Write  run: ${commandInstead(error.data)}  or, for a line that sh reads,  shell: <script>`,
    });
  return problem('WRONG_TYPE', file.at(error.path), message, {
    help: writeInstead(error) ?? typeHelp(error),
  });
}

function typeHelp(error: SchemaError): string | undefined {
  if (typeof error.parent.patternHint === 'string') return undefined;
  const wanted = typeWords(error.params.type);
  if (typeof error.data === 'string' && /number/.test(wanted) && error.data.trim() !== '')
    return 'Write a number without quotes, or an expression ${...} that gives one.';
  if (error.data === null) return 'Give it a value, or remove the key.';
  if (error.path.at(-1) === 'extends') return 'A preset extends one other, which may extend a further one.';
  if (wanted === 'a text' && typeof error.data !== 'object')
    return 'Put it in quotes if it is meant as a text.';
  return undefined;
}

function badValue(error: SchemaError, file: ParsedFile): Diagnostic {
  const words = error.keyword === 'enum' ? (error.parent.enum as Json[]).map(word) : [];
  const valueOf = (path: Path) => valueAt(file, path);
  const variable = variableInstead(error);
  const message = `${subject(error.path)} ${variable?.must ?? shortcoming(error)}.`;
  return problem('BAD_VALUE', file.at(error.path), message, {
    help: variable?.help ?? referenceInstead(error, valueOf) ?? afterInstead(error, valueOf),
    suggestion:
      typeof error.data === 'string'
        ? (typeInstead(error.data, words) ?? nearest(error.data, words))
        : undefined,
  });
}

/** A key that is no name, or not one of the kind that is wanted here. */
function strangeName(error: SchemaError, file: ParsedFile): Diagnostic {
  const name = String(error.params.propertyName);
  const path = [...error.path, name];
  const { patternHint } = mappingAt(error.parent.propertyNames);
  if (typeof patternHint !== 'string') return badName(name, path, file);
  return problem('BAD_NAME', file.keyAt(path), `${show(name)} cannot be a name here.`, {
    help: `It is ${patternHint}.`,
  });
}

function badName(name: string, path: Path, file: ParsedFile): Diagnostic {
  const reserved = reservedNames.includes(name);
  const message = reserved
    ? `${show(name)} is a word of the expression language.`
    : `${show(name)} cannot be a name.`;
  const isKey = valueAt(file, path) !== name;
  return problem('BAD_NAME', isKey ? file.keyAt(path) : file.at(path), message, {
    help: reserved
      ? 'Choose another name.'
      : 'Names start with a letter a-z and go on with letters, digits and _ (at most 64).',
  });
}

function expectedEdge(error: SchemaError, file: ParsedFile): Diagnostic {
  const name = String(error.path.at(-1));
  const gather = error.parent.$comment === 'gather-input';
  const source = sourceMeant(error, file) ?? 'stages.<name>.<output>';
  const meant = gather ? `{ from: ${source}, over: [<axis>] }` : `\${${source}}`;
  return problem(
    'EXPECTED_EDGE',
    file.at(error.path),
    `${show(name)} takes the output of a stage, not ${kindOf(error.data)}.`,
    {
      help: `Write  ${name}: ${meant}`,
    },
  );
}

/** Somebody forgot the braces, or `stages` in front. */
function sourceMeant({ path, data }: SchemaError, file: ParsedFile): string | undefined {
  const [, braced, bare] = /^(?:\$\{+\s*([\w.]+)\s*\}+|([\w.]+))$/.exec(textOf(data)) ?? [];
  const text = braced ?? bare ?? '';
  if (/^(stages|steps|state)(\.\w+)+$/.test(text)) return text;
  return text.includes('.') ? withScope(text, path, (at) => valueAt(file, at)) : undefined;
}

/** Many artefacts for an input that takes one: what is not gathered is fixed, unless the reader has the axis itself. */
function noGather(error: SchemaError, file: ParsedFile): Diagnostic {
  const { path, data } = error;
  const name = String(path.at(-1));
  const { from, over } = mappingAt(data);
  const { matrix, iterate } = mappingAt(valueAt(file, path.slice(0, 2)));
  const own = [...Object.keys(mappingAt(matrix)), mappingAt(iterate).axis];
  const gathered = Array.isArray(over) ? (over as readonly Json[]) : [];
  const choose = gathered.filter((axis): axis is string => typeof axis === 'string' && !own.includes(axis));
  const source = typeof from === 'string' ? from : 'stages.<name>.<output>';
  return problem('NO_GATHER', file.at(path), `"${name}" takes one artefact, not a gather of many.`, {
    help: `Write  ${name}: ${sourceInstead(data, { from: source, over: undefined, choose })}`,
  });
}

function subject(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'The file';
  if (/^\d+$/.test(String(last))) return `Element ${Number(last) + 1} of ${show(String(path.at(-2)))}`;
  return show(String(last));
}

/** The value at a path of the file, or undefined. */
export function valueAt(file: ParsedFile, path: Path): Json | undefined {
  let value: Json | undefined = file.value;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, Json>)[step];
  }
  return value;
}
