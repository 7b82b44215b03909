import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import { problem, type Diagnostic, type DiagnosticCode } from './diagnostic.js';
import { nearest } from './near.js';
import { keyText } from './places.js';
import { lineAround, rangeAt, type SourceText } from './source-text.js';
import { show } from './terminal-text.js';
import { isYaml, keyWithBlank, quoteExpression, quoteText, trapOnLine } from './yaml-traps.js';

const deepest = 32;

interface Walk {
  readonly source: SourceText;
  readonly problems: Diagnostic[];
  /** Anchors seen so far, and whether their node is still open (an alias inside it would contain itself). */
  readonly anchors: Map<string, 'open' | 'closed'>;
}

/** What YAML allows and a pipeline does not: tags, merge keys, duplicate keys, odd keys, endless aliases. */
export function checkTree(source: SourceText, doc: Document): Diagnostic[] {
  const walk: Walk = { source, problems: [], anchors: new Map() };
  visit(walk, doc.contents, 1);
  return walk.problems;
}

function visit(walk: Walk, node: Node | null, depth: number): void {
  if (node === null) return;
  if (depth > deepest) {
    if (!walk.problems.some((p) => p.code === 'TOO_DEEP'))
      report(walk, node, {
        code: 'TOO_DEEP',
        message: 'The file is nested too deeply to be read.',
        help: `A pipeline needs no more than ${deepest} levels.`,
      });
    return;
  }
  if (isAlias(node)) {
    checkAlias(walk, node, node.source);
    return;
  }
  if (node.tag !== undefined)
    report(walk, node, {
      code: 'CUSTOM_TAG',
      message: `Tags such as ${show(node.tag)} have no meaning in a pipeline.`,
      help: 'Remove the tag; put the value in quotes if it is a text.',
    });
  const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
  if (anchor !== undefined) walk.anchors.set(anchor, 'open');
  if (isMap(node)) visitMap(walk, node, depth);
  else if (isSeq(node)) for (const item of node.items) visit(walk, item as Node | null, depth + 1);
  else if (isScalar(node)) checkNumber(walk, node, node.value, node.source);
  if (anchor !== undefined) walk.anchors.set(anchor, 'closed');
}

function visitMap(walk: Walk, map: YAMLMap, depth: number): void {
  const first = new Map<string, Node>();
  let before: Pair | undefined;
  for (const pair of map.items) {
    const key = pair.key as Node;
    if (checkKey(walk, map, pair, before)) {
      const text = keyText(pair);
      const earlier = first.get(text);
      if (earlier === undefined) first.set(text, key);
      else
        walk.problems.push(
          problem('DUPLICATE_KEY', nodeRange(walk, key), `The key ${show(text)} stands here a second time.`, {
            help: 'Keep one of the two.',
            related: [{ message: 'the first one', at: nodeRange(walk, earlier) }],
          }),
        );
    }
    visit(walk, pair.value as Node | null, depth + 1);
    before = pair;
  }
}

/** False when the key itself is wrong, so that nothing else needs to be said of it. */
function checkKey(walk: Walk, map: YAMLMap, pair: Pair, before: Pair | undefined): boolean {
  const key = pair.key as Node;
  const trap = expressionTrap(walk, map, key);
  if (trap !== undefined) {
    walk.problems.push(trap);
    return false;
  }
  if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
    report(walk, key, {
      code: 'KEY_NOT_TEXT',
      message: 'Keys are names: this one is not a text.',
      help: 'Write a name before the colon.',
    });
    return false;
  }
  if (key.value === '<<') {
    report(walk, key, {
      code: 'MERGE_KEY',
      message: 'Merge keys (<<) are not part of YAML 1.2.',
      help: 'Write the values out, or make them a parameter or a preset.',
    });
    return false;
  }
  if (map.flow === true && pair.value === null) {
    report(walk, key, {
      code: 'QUOTE_TEXT',
      ...standsAlone(walk, key, before),
    });
    return false;
  }
  return true;
}

/** `[${p.q}]` and `- ${p ? 1 : 2}` are valid YAML, but not the expressions that were meant. */
function expressionTrap(walk: Walk, map: YAMLMap, key: Node): Diagnostic | undefined {
  if (!isScalar(key) || key.type !== 'PLAIN' || !/^\$(\{|$)/.test(String(key.value))) return undefined;
  const { line, start } = lineAround(walk.source, (key.range ?? map.range ?? [0])[0]);
  const trap = trapOnLine(line);
  return trap === undefined ? undefined : quoteExpression(walk.source, start, trap);
}

/** A piece of a text with a comma, or a key with its value and no blank between them. */
function standsAlone(walk: Walk, key: Node, before: Pair | undefined): { message: string; help: string } {
  const text = isScalar(key) ? String(key.value) : '';
  const at = key.range?.[0] ?? 0;
  const { line } = lineAround(walk.source, at);
  const fixed = keyWithBlank(line, text);
  return fixed === undefined
    ? {
        message: `In { } a comma ends the value: ${show(text)} stands alone.`,
        help: textHelp(walk, key, before),
      }
    : {
        message: `A key ends with a colon and a blank: ${show(text)} is one text.`,
        help: `Write:  ${fixed}`,
      };
}

function textHelp(walk: Walk, key: Node, before: Pair | undefined): string {
  const value = before?.value as Node | null | undefined;
  if (isScalar(value) && value.type === 'PLAIN' && value.range && key.range) {
    const { line, start } = lineAround(walk.source, value.range[0]);
    const fixed = quoteText(line, value.range[0] - start, key.range[1] - start);
    if (isYaml(fixed)) return `Write:  ${fixed}`;
  }
  return 'Put the text in quotes, or give the key a value.';
}

function checkAlias(walk: Walk, node: Node, name: string): void {
  const state = walk.anchors.get(name);
  if (state === 'closed') return;
  const message =
    state === 'open'
      ? `The alias *${name} stands inside what it stands for.`
      : `There is no anchor &${name} before this alias.`;
  walk.problems.push(
    problem('UNKNOWN_ALIAS', nodeRange(walk, node), message, {
      help: 'A text that starts with * needs quotes.',
      suggestion: nearest(name, walk.anchors.keys()),
    }),
  );
}

function checkNumber(walk: Walk, node: Node, value: unknown, text: string | undefined): void {
  if (typeof value !== 'number' && typeof value !== 'bigint') return;
  const whole = text !== undefined && /^[-+]?\d+$/.test(text);
  if (Number.isFinite(Number(value)) && !(whole && !Number.isSafeInteger(Number(value)))) return;
  report(walk, node, {
    code: 'BAD_VALUE',
    message: `${text ?? String(value)} is not a number that can be kept exactly.`,
    help: 'Whole numbers go up to 9007199254740991; put longer ones in quotes.',
  });
}

function nodeRange(walk: Walk, node: Node) {
  const [start, end] = node.range ?? [0, 1];
  return rangeAt(walk.source, start, end);
}

function report(
  walk: Walk,
  node: Node,
  what: { readonly code: DiagnosticCode; readonly message: string; readonly help: string },
): void {
  walk.problems.push(problem(what.code, nodeRange(walk, node), what.message, { help: what.help }));
}
