// What `npm run fuzz` feeds to the planner: seeded mutations of good and bad pipelines, and a list of hostile files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers in [0, n), the same for the same seed (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

/** The shipped pipelines, and every example of the documentation that is YAML. */
export function readCorpus(root) {
  const read = (folder, ending) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => readFileSync(join(root, folder, name), 'utf8'));
  const examples = read('docs', '.md').flatMap((page) =>
    [...page.matchAll(/^```yaml[^\n]*\n([^]*?)^```/gm)].map(([, text]) => text),
  );
  return [...read('pipelines', '.yaml'), ...examples].filter((text) => text.includes('ticketlab:'));
}

const pieces = [
  ...[
    '${',
    '}',
    "'",
    '"',
    '[',
    ']',
    '{',
    '}',
    ':',
    ': ',
    ' #',
    '- ',
    '? ',
    '| ',
    '> ',
    ',',
    '\n',
    '\t',
    '  ',
    '\r',
  ],
  ...[
    '&a ',
    '*a',
    '!x ',
    '!!js/function ',
    '<<: *a',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '~',
    'null',
    'true',
    '.nan',
    '.inf',
  ],
  ...[
    '..',
    '/',
    '../../x',
    '\u001b[31m',
    '\u202e',
    '\ufeff',
    '\u0000',
    '\ud800',
    '𝒳',
    '9007199254740993',
    '-1',
    '1e309',
  ],
  ...[
    '${params.x}',
    '${matrix.seed}',
    '${k}',
    '${state.mask}',
    '${steps.train.ticket}',
    '${stages.init.weights}',
  ],
  ...[
    '${1/0}',
    '${pow(2, 4000)}',
    '${range(0, 100)}',
    "${rng(1, 'a')}",
    '${[1,2,3].map(i, i * 2)}',
    '${"a" + 1}',
    '$${',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'stages',
    'steps',
    'iterate',
    'matrix',
    'include',
    'exclude',
  ],
  ...[
    'over: [k]',
    'at: { k: last }',
    "where: 'k > 1'",
    'after: [data]',
    'extends: smoke',
    'times: 3',
    'axis: k',
    'default: 1',
  ],
  ...[
    'run: [true]',
    'shell: "true"',
    'imports: { a: ./a.yaml }',
    'timeout: 1h',
    'retry: { times: 1 }',
    'env: { A: { external: true } }',
  ],
];

const wordPattern = /[A-Za-z_][\w-]*/g;

/** A corpus text after one to four mutations. */
export function mutatedFile(corpus, seed) {
  const below = randomNumbers(seed);
  // The shipped pipelines come first in the corpus: every other file is one of those, with few mutations, so that
  // many still plan.
  let text = corpus[below(2) === 0 ? below(Math.min(3, corpus.length)) : below(corpus.length)];
  for (let left = 1 + below(1 + below(4)); left > 0; left--)
    text = mutations[below(mutations.length)](text, below, corpus);
  return text;
}

const cut = (text, from, length, instead) => text.slice(0, from) + instead + text.slice(from + length);

const mutations = [
  (text, below) => cut(text, below(text.length + 1), below(8), pieces[below(pieces.length)]),
  (text, below) => cut(text, below(text.length + 1), 0, pieces[below(pieces.length)]),
  (text, below) => cut(text, below(text.length + 1), below(60), ''),
  (text, below) =>
    cut(text, below(text.length + 1), 1, String.fromCharCode(below(below(8) === 0 ? 65536 : 128))),
  // A word becomes another word of any file.
  (text, below, corpus) => {
    const words = [...text.matchAll(wordPattern)];
    const others = corpus[below(corpus.length)].match(wordPattern);
    if (words.length === 0 || others === null) return text;
    const word = words[below(words.length)];
    return cut(text, word.index, word[0].length, others[below(others.length)]);
  },
  // A number becomes another one.
  (text, below) => {
    const numbers = [...text.matchAll(/\d+(\.\d+)?/g)];
    if (numbers.length === 0) return text;
    const number = numbers[below(numbers.length)];
    const instead = ['0', '-1', '1', '2', '3.5', '40', '1e9', '9007199254740992', '0x10', 'a'];
    return cut(text, number.index, number[0].length, instead[below(instead.length)]);
  },
  // Lines: taken out, doubled, swapped, moved in or out.
  (text, below) => inLines(text, (lines) => lines.splice(below(lines.length), 1 + below(3))),
  (text, below) =>
    inLines(text, (lines, at = below(lines.length)) => lines.splice(at, 0, lines[below(lines.length)])),
  (text, below) =>
    inLines(text, (lines, a = below(lines.length), b = below(lines.length)) => {
      [lines[a], lines[b]] = [lines[b], lines[a]];
    }),
  (text, below) =>
    inLines(text, (lines, at = below(lines.length)) => {
      lines[at] = below(2) === 0 ? ` ${lines[at]}` : lines[at].replace(/^ /, '');
    }),
  // The beginning of one file and the end of another.
  (text, below, corpus) => {
    const other = corpus[below(corpus.length)];
    return text.slice(0, below(text.length + 1)) + other.slice(below(other.length + 1));
  },
];

function inLines(text, change) {
  const lines = text.split('\n');
  change(lines);
  return lines.join('\n');
}

const head = 'ticketlab: 1\nname: p\n';
const one = 'stages: { data: { uses: dataset, with: { task: mnist } } }\n';
const many = (n, make) => Array.from({ length: n }, (_, i) => make(i)).join('');

/** Name -> text or bytes: files that would hurt a careless reader. */
export function hostileFiles() {
  const escapes = '\\e]0;owned\\a\\e[2J\\e[31m\\u202e\\u009b';
  return {
    'a scalar of 10 MB': `${head}description: ${'x'.repeat(10_000_000)}\n${one}`,
    'a scalar of 900 kB': `${head}description: ${'x'.repeat(900_000)}\n${one}`,
    'a key of 900 kB': `${head}${'k'.repeat(900_000)}: 1\n`,
    'a name of 900 kB': `ticketlab: 1\nname: ${'x'.repeat(900_000)}\n${one}`,
    'lists nested 10,000 deep': `${head}stages: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`,
    'open lists nested 10,000 deep': `${head}stages: ${'['.repeat(10_000)}\n`,
    'mappings nested 10,000 deep': `${head}stages: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n`,
    'blocks nested 1,000 deep': `${head}stages:\n${many(1000, (i) => `${' '.repeat(i + 1)}a:\n`)}`,
    'dashes nested 10,000 deep': `${head}stages:\n  ${'- '.repeat(10_000)}x\n`,
    'question marks nested 10,000 deep': `${head}stages:\n  ${'? '.repeat(10_000)}x\n`,
    'an expression nested 10,000 deep': `${head}params: { a: { type: int, default: 1 } }\nstages: { data: { uses: dataset, with: { task: "\${${'('.repeat(10_000)}1${')'.repeat(10_000)}}" } } }\n`,
    'an expression of 900 kB': `${head}stages: { data: { uses: dataset, with: { task: "\${${'1+'.repeat(450_000)}1}" } } }\n`,
    '50,000 expressions': `${head}description: "${'${1}'.repeat(50_000)}"\nstages: { init: { uses: init, matrix: { a: [${'"${1}",'.repeat(9_999)}"x"] }, with: {} } }\n`,
    'an alias bomb': `a: &a [x,x,x,x,x,x,x,x,x]\n${many(9, (i) => `b${i}: &${'bcdefghij'[i]} [${`*${'abcdefghi'[i]},`.repeat(9)}]\n`)}`,
    'an alias inside itself': `${head}stages: &a { x: *a }\n`,
    '100,000 aliases': `${head}a: &a 1\nb: [${'*a,'.repeat(100_000)}]\n`,
    'keys of the prototype': `${head}__proto__: { polluted: 1 }\nparams: { __proto__: { type: int }, constructor: { type: int, default: 1 } }\npresets: { toString: { __proto__: 1 } }\nstages: { hasOwnProperty: { uses: valueOf, with: { __proto__: 1 } } }\ntargets: { valueOf: [toString] }\n`,
    'expressions that reach for the prototype': `${head}params: { a: { type: int, default: 1 } }\nstages: { init: { uses: init, with: { rng: "\${params.__proto__.x}", model: "\${params.constructor.constructor('return process')()}" } } }\n`,
    'escapes in names': `${head}"${escapes}": 1\nparams: { "${escapes}": { type: int } }\nstages: { "${escapes}": { uses: "${escapes}", "${escapes}": "\${${escapes}}" } }\ntargets: { "${escapes}": ["${escapes}"] }\n`,
    'raw control characters': Buffer.from(`${head}description: "\u001b]0;x\u0007"\n${one}`),
    NUL: Buffer.from([0, 0, 0, 0]),
    'UTF-16': Buffer.from(`\ufeff${head}${one}`, 'utf16le'),
    'bytes that are not UTF-8': Buffer.from([0x61, 0x3a, 0xff, 0xc0, 0x80]),
    'a lone surrogate': Buffer.from([...Buffer.from('name: '), 0xed, 0xa0, 0x80]),
    nothing: '',
    'carriage returns alone': `${head}${one}`.replaceAll('\n', '\r'),
    '400,000 lines of comment': '# x\n'.repeat(200_000),
    '40,000 unknown keys': `${head}${many(40_000, (i) => `k${i}: 1\n`)}`,
    '20,000 equal keys': `${head}${'k: 1\n'.repeat(20_000)}`,
    '10,000 stages of a wrong type': `${head}stages:\n${many(10_000, (i) => `  s${i}: { uses: x }\n`)}`,
    '5,000 stages in a circle': `${head}stages:\n${many(5000, (i) => `  s${i}: { uses: rewind, with: { init: '\${stages.s${(i + 1) % 5000}.weights}', mask: '\${stages.s0.mask}', from: initial, rng: 1 } }\n`)}`,
    '5,000 presets that extend each other': `${head}presets:\n${many(5000, (i) => `  p${i}: { extends: p${i + 1} }\n`)}${one}`,
    '5,000 targets that stand for each other': `${head}${one}targets:\n${many(5000, (i) => `  t${i}: [t${i + 1}, t${i + 1}]\n`)}`,
    '24 targets that double each other': `${head}${one}targets:\n${many(24, (i) => `  t${i}: [t${i + 1}, t${i + 1}]\n`)}  t24: [data]\n`,
    'a pattern that backtracks': `${head}params: { a: { type: string, pattern: '^(a+)+$', default: '${'a'.repeat(40)}!' } }\n${one}`,
    'a pattern of 900 kB': `${head}params: { a: { type: string, pattern: '${'(a|'.repeat(200_000)}', default: a } }\n${one}`,
    'axes that multiply to a million million': `${head}params: { n: { type: int, default: 1000 } }\nstages: { init: { uses: init, matrix: { a: '\${range(0, params.n)}', b: '\${range(0, params.n)}', c: '\${range(0, params.n)}', d: '\${range(0, params.n)}' }, with: { model: mlp, layers: [4, 2], rng: 1 } } }\n`,
    'a loop of 10,000,000 passes': `${head}stages: { l: { iterate: { axis: k, times: 10000000 }, steps: { a: { uses: init, with: { model: mlp, layers: [4, 2], rng: 1 } } } } }\n`,
    'paths that lead out': `${head}imports: { a: ../../../etc/passwd, b: /etc/passwd, c: 'file:///etc/passwd', d: './a\\0.yaml' }\nstages: { data: { uses: ../../x.mjs, with: { task: custom, path: ../../../etc } }, e: { uses: /etc/passwd } }\n`,
    'numbers beyond all bounds': `ticketlab: 1e400\nname: 0x${'f'.repeat(400)}\nstages: -.inf\n`,
    tags: `${head}stages: !!js/function 'function(){ process.exit(0) }'\n`,
    'merge keys': `a: &a { ticketlab: 1 }\n<<: *a\nname: p\n${one}`,
  };
}
