import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import type { SourceRange } from './diagnostic.js';
import { rangeAt, type SourceText } from './source-text.js';

/** Steps from the root of a file to one of its values. */
export type Path = readonly (string | number)[];

/** Where the parts of a document stand in its text. Looked up only when something is reported. */
export interface Places {
  /** The value at a path; the nearest enclosing one where the path leads nowhere. */
  at(path: Path): SourceRange;
  /** The key at the end of a path. */
  keyAt(path: Path): SourceRange;
  /** The characters `start` to `end` of the text value at a path. */
  within(path: Path, start: number, end: number): SourceRange;
}

export function placesOf(source: SourceText, doc: Document): Places {
  const root = doc.contents;
  const pairs = new WeakMap<YAMLMap, Map<string, Pair>>();

  function pairOf(map: YAMLMap, key: string): Pair | undefined {
    let index = pairs.get(map);
    if (index === undefined) {
      index = new Map(map.items.map((pair) => [keyText(pair), pair]));
      pairs.set(map, index);
    }
    return index.get(key);
  }

  function find(path: Path): { node: Node | null; key: Node | null; found: boolean } {
    let node = root;
    let key: Node | null = null;
    for (const step of path) {
      const target: unknown = isAlias(node) ? node.resolve(doc) : node;
      const pair = isMap(target) ? pairOf(target, String(step)) : undefined;
      const item = isSeq(target) ? target.items[Number(step)] : undefined;
      if (pair !== undefined) {
        key = pair.key as Node;
        node = (pair.value as Node | null) ?? key;
      } else if (item !== undefined) node = item as Node;
      else return { node, key, found: false };
    }
    return { node, key, found: true };
  }

  const rangeOf = (node: Node | null): SourceRange => {
    const [start, end] = node?.range ?? [0, 1];
    return rangeAt(source, start, end);
  };
  return {
    at: (path) => {
      const { node, key, found } = find(path);
      // A missing member is shown at the key of what lacks it, not on all its lines.
      return rangeOf(found ? node : (key ?? firstKey(root)));
    },
    keyAt: (path) => rangeOf(find(path).key ?? firstKey(root)),
    within: (path, from, to) => {
      const { node, found } = find(path);
      if (!found || !isScalar(node) || typeof node.value !== 'string' || !node.range) return rangeOf(node);
      if (node.type === 'BLOCK_LITERAL') {
        const inBlock = startInBlock(source.text, node.range[0], node.value, from);
        return inBlock === undefined
          ? rangeOf(node)
          : rangeAt(source, inBlock, inBlock + Math.max(1, to - from));
      }
      const open = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
      const start = node.range[0] + open;
      if (!source.text.startsWith(node.value, start)) return rangeOf(node);
      return rangeAt(source, start + from, start + Math.max(to, from + 1));
    },
  };
}

/** Where a character of the text after `|` stands: its lines follow in the file, further to the right. */
function startInBlock(text: string, header: number, value: string, offset: number): number | undefined {
  const before = value.slice(0, offset).split('\n');
  const wanted = value.split('\n')[before.length - 1] ?? '';
  let start = text.indexOf('\n', header) + 1;
  for (let line = 1; line < before.length && start > 0; line++) start = text.indexOf('\n', start) + 1;
  const end = text.indexOf('\n', start);
  const shift = text.slice(start, end < 0 ? undefined : end).indexOf(wanted);
  return start === 0 || shift < 0 ? undefined : start + shift + (before.at(-1)?.length ?? 0);
}

/** The text of a key as it stands in the plain value. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function firstKey(root: Node | null): Node | null {
  return isMap(root) ? ((root.items[0]?.key as Node | undefined) ?? root) : root;
}
