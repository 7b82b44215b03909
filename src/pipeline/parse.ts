import { parseDocument, visit, type Document, type Range, type YAMLError } from 'yaml';
import { err, ok, type Result } from '../base/result.js';
import type { Json } from '../base/json.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { decodeText } from './decode.js';
import { placesOf, type Places } from './places.js';
import { lineAround, rangeAt, sourceText, type SourceText } from './source-text.js';
import { kindOf } from './terminal-text.js';
import { checkTree } from './yaml-tree.js';
import { isYaml, keyWithBlank, quoteExpression, textWithColon, trapOnLine } from './yaml-traps.js';

/** A pipeline file as a plain value, and where each part of it stands. It may still be nonsense. */
export interface ParsedFile extends Places {
  readonly source: SourceText;
  readonly value: { readonly [key: string]: Json };
}

/** What kind of file is read, for messages. */
export interface FileKind {
  readonly name: string;
  readonly starts: string;
}

const pipelineKind: FileKind = {
  name: 'A pipeline file',
  starts: 'A pipeline file starts with "ticketlab: 1" and has the keys name and stages.',
};

export function parsePipelineFile(file: string, bytes: Uint8Array): Result<ParsedFile, Diagnostic[]> {
  return parseYamlFile(file, bytes, pipelineKind);
}

/** Reads YAML 1.2 (core schema): one document, a mapping at its root, no tags, no merge keys, few aliases. */
export function parseYamlFile(
  file: string,
  bytes: Uint8Array,
  kind: FileKind,
): Result<ParsedFile, Diagnostic[]> {
  const decoded = decodeText(file, bytes);
  if (!decoded.ok) return err([decoded.error]);
  const source = sourceText(file, decoded.value);
  let doc: Document;
  try {
    doc = parseDocument(source.text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      prettyErrors: false,
    });
  } catch (error) {
    if (error instanceof RangeError) return err([tooDeep(source)]);
    throw error;
  }
  const problems = syntaxProblems(source, doc);
  if (problems.length > 0) return err(problems);
  problems.push(...checkTree(source, doc));
  if (problems.length > 0) return err(problems);
  const value = plainValue(source, doc, kind);
  if (!value.ok) return err([value.error]);
  return ok({ source, value: value.value, ...placesOf(source, doc) });
}

function plainValue(
  source: SourceText,
  doc: Document,
  kind: FileKind,
): Result<{ readonly [key: string]: Json }, Diagnostic> {
  let value: Json;
  try {
    value = doc.toJS() as Json;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const at = source.text.search(/(?<=[[,:\s-])\*\w/);
    return err(
      problem('ALIAS_BOMB', rangeAt(source, at), 'The aliases (*name) of this file expand to far too much.', {
        help: 'Write the values out, or make them a parameter.',
      }),
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return ok(value as { readonly [key: string]: Json });
  if (value === null)
    return err(problem('EMPTY_FILE', rangeAt(source, 0), 'The file is empty.', { help: kind.starts }));
  const message = `${kind.name} is a mapping (key: value), not ${kindOf(value)}.`;
  return err(problem('NOT_A_MAPPING', rangeAt(source, 0), message, { help: kind.starts }));
}

function tooDeep(source: SourceText, at = 0): Diagnostic {
  return problem('TOO_DEEP', rangeAt(source, at), 'The file is nested too deeply to be read.', {
    help: 'A pipeline needs no more than 32 levels.',
  });
}

/**
 * YAML's own complaints. Where an expression without quotes is to blame, what the parser says after it is noise:
 * the answer is the line with quotes.
 */
function syntaxProblems(source: SourceText, doc: Document): Diagnostic[] {
  const { errors } = doc;
  if (errors.length === 0) return [];
  // Where the parser itself ran out of stack.
  const exhausted = errors.find((e) => e.code === 'RESOURCE_EXHAUSTION');
  if (exhausted !== undefined) return [tooDeep(source, exhausted.pos[0])];
  const traps = trapProblems(source, errors);
  if (traps.length > 0) return traps;
  const first = errors.find((e) => e.code !== 'MULTIPLE_DOCS') ?? errors[0];
  if (first === undefined) return [];
  if (first.code === 'MULTIPLE_DOCS')
    return [
      problem(
        'SEVERAL_DOCUMENTS',
        rangeAt(source, first.pos[0], first.pos[0] + 3),
        'The file holds several YAML documents.',
        {
          help: 'Write one pipeline a file: split it at the line "---".',
        },
      ),
    ];
  const open = unclosed(source, doc, first);
  if (open !== undefined) return [open];
  const at = rangeAt(source, first.pos[0], first.pos[1]);
  return [
    problem(
      'YAML_SYNTAX',
      at,
      `${(first.message.split(';')[0] ?? '').replace(/closing (['"])quote/, 'closing quote $1')}.`,
      { help: syntaxHelp(source, first) },
    ),
  ];
}

/** Quotes or brackets that nothing closes: where they open, and not where the file ends. */
function unclosed(
  source: SourceText,
  doc: Document,
  { code, pos, message }: YAMLError,
): Diagnostic | undefined {
  const flow = /^Flow (map|sequence) in block|^Flow (map|sequence) must/.test(message);
  if (code !== 'MISSING_CHAR' && !flow) return undefined;
  const open = openNode(doc, pos[0], flow);
  if (open === undefined) return undefined;
  const { line, start } = lineAround(source, open);
  const at = rangeAt(source, open, Math.min(pos[0], start + line.trimEnd().length));
  const sign = source.text[open] ?? '"';
  const closing = { '{': '}', '[': ']' }[sign];
  if (closing === undefined)
    return problem(
      'YAML_SYNTAX',
      at,
      `Missing closing quote ${sign}: the text that begins here does not end.`,
      {
        help: `Write ${sign} at its end as well.`,
      },
    );
  const what = sign === '{' ? 'mapping' : 'list';
  return problem(
    'YAML_SYNTAX',
    at,
    `Missing closing bracket ${closing}: the ${what} that begins here does not end.`,
    {
      help: `Write ${closing} at its end, and indent its further lines.`,
    },
  );
}

/** Where the innermost text in quotes, or the innermost `{ }` or `[ ]`, begins that goes on to this place. */
function openNode(doc: Document, end: number, flow: boolean): number | undefined {
  let open: number | undefined;
  const take = (range: Range | null | undefined) => {
    if (range && range[0] < end && range[2] >= end) open = range[0];
  };
  visit(doc, {
    Collection: (_, node) => {
      if (flow && node.flow === true && node.range?.[1] === end) take(node.range);
    },
    Scalar: (_, { type, range }) => {
      if (!flow && (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE')) take(range);
    },
  });
  return open;
}

function syntaxHelp(source: SourceText, { code, pos }: YAMLError): string {
  const { line, start } = lineAround(source, pos[0]);
  if (code === 'TAB_AS_INDENT') return 'Indent with blanks.';
  if (code === 'MISSING_CHAR')
    return 'Look for a quote, bracket or colon that is missing here or just before.';
  const fixed =
    code === 'BLOCK_AS_IMPLICIT_KEY' ? textWithColon(line) : keyWithBlank(line, line.slice(pos[0] - start));
  if (fixed !== undefined) return `Write:  ${fixed}`;
  if (code === 'BAD_INDENT' || code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY')
    return 'Check the indentation, and put values that hold ": " in quotes.';
  return 'Put texts with special characters in quotes, and check the indentation.';
}

function trapProblems(source: SourceText, errors: readonly YAMLError[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const broken = (from: number, to: number) => errors.some(({ pos }) => pos[0] >= from && pos[0] <= to);
  for (let at = source.text.indexOf('${'); at >= 0;) {
    const { line, start } = lineAround(source, at);
    const trap = trapOnLine(line);
    // A piece of a line that goes on below is no YAML by itself.
    const sure = trap?.quoted === true ? broken(start, start + line.length) : trap && isYaml(trap.fixed);
    if (trap !== undefined && sure === true) found.push(quoteExpression(source, start, trap));
    at = source.text.indexOf('${', start + line.length);
  }
  return found;
}
