import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

interface Rule {
  /** Folder (or file) the rule is about; the longest match wins. */
  readonly from: string;
  /** Prefixes of project files it may import values from; its own folder too, unless `siblings` is false. */
  readonly allow: readonly string[];
  readonly siblings?: false;
  /** Prefixes it may import types from, beside `allow`. */
  readonly types?: readonly string[];
  /** npm packages and `node:` modules; `node:*` is all of Node. */
  readonly packages?: readonly string[];
  readonly why: string;
}

const floors: readonly Rule[] = [
  { from: 'src/base', allow: [], why: 'The ground floor imports nothing, so that everybody may import it.' },
  {
    from: 'src/numeric',
    allow: ['src/base'],
    why: 'The numeric core must be readable and testable without files, clocks, networks or pipelines.',
  },
  {
    from: 'src/networks',
    allow: ['src/numeric', 'src/base'],
    packages: ['@sinclair/typebox'],
    why: 'A network is described by its layers; who evaluates or trains it is not its business.',
  },
  {
    from: 'src/tasks',
    allow: ['src/numeric', 'src/base'],
    types: ['src/networks/network'],
    why: 'A task knows a network only by its contract.',
  },
  {
    from: 'src/es',
    allow: ['src/numeric', 'src/base'],
    packages: ['@sinclair/typebox'],
    why: 'Strategies get an evaluate function: they are tested on a quadratic, without networks, tasks or files.',
  },
  {
    from: 'src/pruning',
    allow: ['src/numeric', 'src/base'],
    why: 'Rules see means, stds and masks; how they were trained does not matter to them.',
  },
  {
    from: 'src/analysis',
    allow: ['src/numeric', 'src/base'],
    why: 'Analyses get loss, gradient and Hessian product as functions.',
  },
  {
    from: 'src/population',
    allow: ['src/numeric', 'src/networks', 'src/base'],
    packages: ['node:worker_threads', 'node:url', 'node:os'],
    why: 'Evaluates candidates on threads; it reads no files and knows no strategy.',
  },
  {
    from: 'src/gradient',
    allow: ['src/numeric', 'src/base'],
    types: ['src/networks/network'],
    packages: ['@tensorflow/*', 'node:*'],
    why: 'The only place for TensorFlow.js.',
  },
  {
    from: 'src/data',
    allow: ['src/base'],
    packages: ['node:*'],
    why: 'Files, downloads and the user cache, and nothing of the lab.',
  },
  {
    from: 'src/artefacts',
    allow: ['src/numeric', 'src/networks', 'src/base'],
    types: ['src/pipeline/stage'],
    packages: ['d3-dsv'],
    why: 'How artefacts are written as bytes; where the bytes go is not its business.',
  },
  {
    from: 'src/figures',
    allow: ['src/numeric', 'src/artefacts', 'src/base'],
    packages: ['vega', 'vega-lite', '@resvg/resvg-js'],
    why: 'Tables in, SVG and PNG out; no files, no events.',
  },
  {
    from: 'src/pipeline',
    allow: ['src/base'],
    // node:module: ajv is loaded only for schemas that were not known when ticketlab was built.
    packages: ['yaml', 'ajv', '@sinclair/typebox', '@marcbachmann/cel-js', 'node:crypto', 'node:module'],
    why: 'Text in, plan out: no input or output, no weights.',
  },
  {
    from: 'src/graph-drawing',
    allow: ['src/pipeline', 'src/base'],
    why: 'A plan in, a drawing as text out; it runs nothing and reads no files.',
  },
  {
    from: 'src/events',
    allow: ['src/base'],
    types: ['src/pipeline'],
    why: 'Events are a vocabulary that everybody can read.',
  },
  {
    from: 'src/store',
    allow: ['src/pipeline', 'src/base'],
    packages: ['node:*'],
    why: 'The store knows keys and bytes, not what computes them.',
  },
  {
    from: 'src/store-tools',
    allow: ['src/store', 'src/pipeline', 'src/events', 'src/base'],
    packages: ['node:*'],
    why: 'What explains, cleans and checks a store reads records and event logs; it computes nothing.',
  },
  {
    from: 'src/exec',
    allow: ['src/pipeline', 'src/events', 'src/store', 'src/base'],
    packages: ['node:*'],
    why: 'The executor learns the stage types by injection, so that it is tested without mathematics.',
  },
  {
    from: 'src/exec/command-table',
    allow: ['src/exec', 'src/artefacts', 'src/pipeline', 'src/base'],
    why: 'A program reads gathered tables as a stage does: one under the other, with their coordinates.',
  },
  {
    from: 'src/dashboard',
    allow: ['src/events', 'src/base'],
    packages: ['react', 'ink'],
    why: 'The dashboard sees events only: it can be developed from a recorded log.',
  },
  {
    from: 'stages/index',
    allow: ['stages', 'src/pipeline/stage'],
    why: 'The registry is a literal list.',
  },
  {
    from: 'stages',
    siblings: false,
    allow: [
      'src/pipeline/stage',
      'src/base',
      'src/numeric',
      'src/networks',
      'src/tasks',
      'src/population',
      'src/es',
      'src/pruning',
      'src/analysis',
      'src/gradient',
      'src/data',
      'src/artefacts',
      'src/figures',
    ],
    packages: ['@sinclair/typebox'],
    why: 'Stages are the glue: if two share code, the code belongs to the lab; files come through ctx.',
  },
  { from: 'src/cli', allow: ['src'], packages: ['node:*', 'commander'], why: 'The composition root.' },
];

const files = ['src', 'stages'].flatMap((top) => sourceFiles(join(root, top)));

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : sourceFiles(path);
    return /\.tsx?$/.test(entry.name) ? [relative(root, path)] : [];
  });
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, false);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) =>
    found.push({
      from: file,
      to: specifier.startsWith('.')
        ? relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '')
        : specifier,
      typeOnly,
    });
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
      add(node.moduleSpecifier.text, node.importClause?.isTypeOnly ?? false);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
      add(node.moduleSpecifier.text, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier && ts.isStringLiteral(specifier)) add(specifier.text, false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) add(node.argument.literal.text, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const below = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

function ruleFor(file: string): Rule | undefined {
  const bare = file.replace(/\.tsx?$/, '');
  return floors.filter((rule) => below(bare, rule.from)).sort((a, b) => b.from.length - a.from.length)[0];
}

function violation({ from, to, typeOnly }: Import): string | undefined {
  const rule = ruleFor(from);
  if (!rule) return `${from} lies in a folder without an import rule: add one to test/architecture.test.ts`;
  const because = `${from} may not import ${to}: ${rule.why}`;
  if (!to.startsWith('src') && !to.startsWith('stages')) {
    const name = builtinModules.includes(to) ? `node:${to}` : to;
    const allowed = (rule.packages ?? []).some((pattern) =>
      pattern.endsWith('*')
        ? name.startsWith(pattern.slice(0, -1))
        : name === pattern || below(name, pattern),
    );
    return allowed ? undefined : because;
  }
  const own = rule.siblings === false ? [] : [rule.from];
  const prefixes = [...own, ...rule.allow, ...(typeOnly ? (rule.types ?? []) : [])];
  return prefixes.some((prefix) => below(to, prefix)) ? undefined : because;
}

describe('import directions', () => {
  test('every import goes down', () => {
    const problems = files.flatMap(importsOf).map(violation).filter(Boolean);
    expect(problems).toEqual([]);
  });

  test('a rule that is broken is reported with its reason', () => {
    expect(violation({ from: 'src/numeric/a.ts', to: 'node:fs', typeOnly: false })).toBe(
      'src/numeric/a.ts may not import node:fs: The numeric core must be readable and testable without files, clocks, networks or pipelines.',
    );
    expect(violation({ from: 'src/es/a.ts', to: 'src/networks/mlp', typeOnly: false })).toMatch(/may not/);
    expect(violation({ from: 'src/tasks/a.ts', to: 'src/networks/network', typeOnly: true })).toBeUndefined();
    expect(violation({ from: 'src/tasks/a.ts', to: 'src/networks/network', typeOnly: false })).toMatch(
      /may not/,
    );
    expect(violation({ from: 'stages/a.ts', to: 'stages/b', typeOnly: false })).toBeDefined();
  });

  test('nobody imports the command line, and only glue meets both halves', () => {
    const all = files.flatMap(importsOf);
    expect(all.filter((i) => below(i.to, 'src/cli') && !below(i.from, 'src/cli'))).toEqual([]);
  });
});

/** An exception needs its reason here. */
const longFiles: Record<string, string> = {};
const longFunctions: Record<string, string> = {};
const maxFile = 300;
const maxFunction = 60;
const maxRegistry = 150;
const maxParameters = 4;

interface FunctionSize {
  readonly name: string;
  readonly lines: number;
  readonly parameters: number;
}

function functionsOf(file: string): FunctionSize[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const found: FunctionSize[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const start = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const end = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      const name = node.name?.getText() ?? `anonymous at line ${start + 1}`;
      found.push({ name: `${file}: ${name}`, lines: end - start + 1, parameters: node.parameters.length });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('size budgets', () => {
  test(`no file is longer than ${maxFile} lines`, () => {
    const long = files.filter(
      (file) =>
        readFileSync(join(root, file), 'utf8').split('\n').length > maxFile + 1 && !(file in longFiles),
    );
    expect(long).toEqual([]);
  });

  test(`no registry is longer than ${maxRegistry} lines`, () => {
    const registries = files.filter((file) => /(^|\/)index\.ts$/.test(file));
    const long = registries.filter(
      (file) => readFileSync(join(root, file), 'utf8').split('\n').length > maxRegistry,
    );
    expect(long).toEqual([]);
  });

  test(`no function is longer than ${maxFunction} lines or takes more than ${maxParameters} positional parameters`, () => {
    const sizes = files.flatMap(functionsOf);
    const bad = sizes.filter(
      (f) => (f.lines > maxFunction || f.parameters > maxParameters) && !(f.name in longFunctions),
    );
    expect(bad).toEqual([]);
  });

  test('every exception is still needed and exists', () => {
    const sizes = new Map(files.flatMap(functionsOf).map((f) => [f.name, f]));
    for (const name of Object.keys(longFunctions)) {
      const size = sizes.get(name);
      expect(size && (size.lines > maxFunction || size.parameters > maxParameters), name).toBe(true);
    }
    for (const file of Object.keys(longFiles)) expect(statSync(join(root, file)).isFile()).toBe(true);
  });
});
