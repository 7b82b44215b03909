import type { Json } from '../base/json.js';
import { parseAddress, satisfies, type Address, type Condition } from './address.js';
import type { Graph } from './bind.js';
import type { Broken } from './broken.js';
import { problem, type Diagnostic, type SourceRange } from './diagnostic.js';
import { reasons, type Grid, type GridAxis, type NodeGrid, type Settings } from './grid.js';
import { decode, isPresent, latticeOf } from './lines.js';
import type { Definition } from './model.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import { argumentRange } from './source-text.js';
import { listed, textOf } from './terminal-text.js';

/** Which points of which definitions are asked for. */
export type Asked = ReadonlyMap<Definition, (position: readonly number[]) => boolean>;

interface Context {
  readonly file: ParsedFile;
  readonly graph: Graph;
  readonly broken: Broken;
  readonly problems: Diagnostic[];
}

/** One set of values, to check addresses against. */
interface ValuesContext {
  readonly grid: Grid;
  readonly settings: Settings;
  readonly problems: Diagnostic[];
}

/** The targets of a file. */
export type Targets = ReadonlyMap<string, Meaning>;

interface Word {
  readonly text: string;
  readonly at: () => SourceRange;
}

/** A target or an address, as what it stands for. */
type Meaning = readonly { readonly address: Address; readonly word: Word }[];

/**
 * What the words of the command line ask for: targets of the file, stages, steps or addresses; without any the target
 * `default`, else everything.
 */
export function resolveTargets(
  asked: readonly string[],
  targets: Targets,
  context: Context & ValuesContext,
): Asked {
  const meanings = asked.map(argumentWord).map((word) => {
    const meaning = targets.get(word.text);
    if (meaning !== undefined) return meaning;
    const address = addressOf(word, targets, context);
    checkAddresses(address, context.graph, context);
    return address;
  });
  const all = asked.length === 0 ? (targets.get('default') ?? everything(context)) : meanings.flat();
  const conditions = new Map<Definition, (readonly Condition[])[]>();
  for (const { address } of all)
    for (const definition of definitionsOf(address, context.graph)) {
      const known = conditions.get(definition) ?? [];
      conditions.set(definition, known);
      known.push(address.conditions);
    }
  return new Map(
    [...conditions].map(([definition, any]) => [
      definition,
      predicate(any, context.grid.get(definition.node)?.axes ?? []),
    ]),
  );
}

/** Every target of the file, asked for or not, must mean instances that there are. */
export function checkTargets(targets: Targets, graph: Graph, context: ValuesContext): void {
  for (const meaning of targets.values()) checkAddresses(meaning, graph, context);
}

function checkAddresses(meaning: Meaning, graph: Graph, context: ValuesContext): void {
  for (const { address, word } of meaning)
    for (const definition of definitionsOf(address, graph))
      checkConditions(address, definition, word, context);
}

function everything({ graph, file }: Context): Meaning {
  return graph.nodes.map(({ name, path }) => ({
    address: { name, conditions: [], text: name },
    word: { text: name, at: () => file.keyAt(path) },
  }));
}

function argumentWord(text: string): Word {
  return { text, at: () => argumentRange(text, 0) };
}

/** Every target of the file as the addresses it stands for, whatever their coordinates are. */
export function readTargets(context: Context): Targets {
  const { file, broken, problems } = context;
  const raw = mappingAt(file.value.targets);
  const meanings = new Map<string, Meaning>();

  function settle(name: string, chain: readonly string[]): Meaning {
    const known = meanings.get(name);
    if (known !== undefined) return known;
    const members =
      Array.isArray(raw[name]) && !broken.touches(['targets', name]) ? (raw[name] as Json[]) : [];
    const meaning = members.flatMap((member, i): Meaning => {
      const word: Word = { text: textOf(member), at: () => file.at(['targets', name, i]) };
      if (word.text !== name && !Object.hasOwn(raw, word.text))
        return addressOf(word, new Map(Object.entries(raw)), context);
      if (word.text === name && context.graph.byName.has(name)) return addressOf(word, meanings, context);
      const loop = [...chain, name];
      if (!loop.includes(word.text) && loop.length <= 32) return settle(word.text, loop);
      const hops = [...loop.slice(Math.max(0, loop.indexOf(word.text))), word.text];
      problems.push(
        problem(
          'TARGET_CYCLE',
          word.at(),
          `Targets stand for each other in a circle: ${hops.join(' -> ')}.`,
          {
            help: 'Take one of them out.',
          },
        ),
      );
      return [];
    });
    const distinct = [...new Map(meaning.map((one) => [one.address.text, one])).values()];
    meanings.set(name, distinct);
    return distinct;
  }

  for (const name of Object.keys(raw)) settle(name, []);
  return meanings;
}

function addressOf(word: Word, targets: ReadonlyMap<string, unknown>, context: Context): Meaning {
  const address = parseAddress(word.text);
  if (!address.ok) {
    context.problems.push(
      problem('BAD_ADDRESS', word.at(), `"${word.text}" is not an address: ${address.error}.`, {
        help: "For example  imp.train  or  'imp.train[method=random,k=1..5]'.",
      }),
    );
    return [];
  }
  if (definitionsOf(address.value, context.graph).length > 0) return [{ address: address.value, word }];
  const node = context.graph.byName.get(address.value.name);
  if (node === undefined)
    context.problems.push(unknownTarget(address.value.name, word, targets, context.graph));
  return [];
}

function unknownTarget(
  name: string,
  word: Word,
  targets: ReadonlyMap<string, unknown>,
  graph: Graph,
): Diagnostic {
  const nodes = graph.nodes.map((node) => node.name);
  const steps = graph.definitions.filter((d) => d.node.compound).map((d) => d.name);
  const known = [...targets.keys(), ...nodes, ...steps];
  return problem('UNKNOWN_TARGET', word.at(), `There is no target, stage or step "${name}".`, {
    help: `Targets: ${listed([...targets.keys()])}. Stages: ${listed(nodes, 40)}.`,
    suggestion: nearest(name, known),
  });
}

function definitionsOf(address: Address, graph: Graph): readonly Definition[] {
  const node = graph.byName.get(address.name);
  if (node !== undefined) return node.definitions;
  const [owner = ''] = address.name.split('.');
  return graph.byName.get(owner)?.definitions.filter((d) => d.name === address.name) ?? [];
}

/** Every coordinate of an address must be one that the stage has. */
function checkConditions(address: Address, definition: Definition, word: Word, context: ValuesContext): void {
  const { node } = definition;
  if (!node.axesKnown) return;
  const own = context.grid.get(node);
  const names = node.axes.map(({ name }) => name);
  for (const condition of address.conditions) {
    if (!names.includes(condition.axis)) {
      context.problems.push(
        problem('BAD_ADDRESS', word.at(), `${definition.node.name} has no axis "${condition.axis}".`, {
          help: `Its axes: ${listed(names)}.`,
          suggestion: nearest(condition.axis, names),
        }),
      );
      return;
    }
    const axis = own?.axes.find(({ spec }) => spec.name === condition.axis);
    if (axis !== undefined && !axis.values.some((value) => satisfies(value, condition))) {
      const given = condition.kind === 'value' ? condition.text : `${condition.from}..${condition.to}`;
      const message = `No instance of ${definition.node.name} has ${condition.axis} = ${given}.`;
      const values = axis.values.map(textOf);
      context.problems.push(
        problem('NO_SUCH_INSTANCE', word.at(), message, {
          help: `${condition.axis} is ${listed(values, 12)}.`,
          suggestion: condition.kind === 'value' ? nearest(given, values) : undefined,
          related: reasons(axis.spec, context.settings),
        }),
      );
      return;
    }
  }
  if (own !== undefined) checkPoint(address, definition, { own, word, context });
}

/** In a matrix with rows each value may be there, but not all of them together. */
function checkPoint(
  address: Address,
  definition: Definition,
  { own, word, context }: { readonly own: NodeGrid; readonly word: Word; readonly context: ValuesContext },
): void {
  if (own.present === undefined || address.conditions.length === 0) return;
  const lattice = latticeOf(own);
  const wanted = predicate([address.conditions], own.axes);
  const position: number[] = [];
  for (let point = 0; point < lattice.count; point++)
    if (isPresent(lattice, point) && wanted(decode(lattice, point, position))) return;
  const message = `The matrix of ${definition.node.name} leaves out what "${address.text}" means.`;
  const help = 'Name fewer coordinates, or include the combination.';
  const related = own.axes.flatMap(({ spec }) => reasons(spec, context.settings));
  context.problems.push(problem('NO_SUCH_INSTANCE', word.at(), message, { help, related }));
}

/** One list of conditions must hold in full. Decided once for each value of an axis. */
function predicate(
  any: readonly (readonly Condition[])[],
  axes: readonly GridAxis[],
): (position: readonly number[]) => boolean {
  const choices = any.map((conditions) =>
    conditions.map((condition) => {
      const a = axes.findIndex((axis) => axis.spec.name === condition.axis);
      return { a, allowed: axes[a]?.values.map((value) => satisfies(value, condition)) ?? [] };
    }),
  );
  return (position) =>
    choices.some((all) => all.every(({ a, allowed }) => allowed[position[a] ?? 0] === true));
}
