import { checkAbsence } from './check-absence.js';
import { checkAlignment } from './alignment.js';
import type { Graph } from './bind.js';
import type { Broken } from './broken.js';
import { checkColumns } from './check-columns.js';
import { loopNames, type GraphOrder, type WrongEdges } from './check-graph.js';
import { checkSize } from './check-size.js';
import { withNote, type Diagnostic } from './diagnostic.js';
import type { Scope } from './expression.js';
import { evaluateGrid, templatesOf, type Grid, type Settings } from './grid.js';
import { latticeOf } from './lines.js';
import type { BoundInput, Definition, MatrixRow } from './model.js';
import { paramTable, unreadable, type ParamTable } from './param-table.js';
import type { ParamValue } from './params.js';
import type { ParsedFile } from './parse.js';
import type { StageSettings } from './plan.js';
import { finderUnder } from './readings.js';
import { sampleOn } from './sample.js';
import { readSettings } from './settings.js';
import type { Choice } from './settle.js';
import { checkTargets, type Targets } from './targets.js';
import { expressionsOf } from './templates.js';

/** A file as far as it is known without values. */
export interface Known {
  readonly file: ParsedFile;
  readonly broken: Broken;
  readonly graph: Graph;
  readonly order: GraphOrder;
  /** Parameters only. */
  readonly scope: Scope;
  readonly wrong: WrongEdges;
  readonly targets: Targets;
}

/** What is known of it under one set of values. */
export interface Valued {
  readonly grid: Grid;
  readonly stageSettings: ReadonlyMap<Definition, StageSettings>;
  /** The parameters of the definitions that have a place on known axes. */
  readonly tables: ReadonlyMap<Definition, ParamTable>;
}

/**
 * So many combinations of values that parameters depend on are computed in all, once for this run and once for all presets
 * together, and at least so many for each definition: to check a sweep costs what the file costs.
 */
const mostRows = 1000;
const leastRows = 10;

const share = (parts: number): number => Math.max(leastRows, Math.floor(mostRows / Math.max(1, parts)));

/**
 * Checks all that depends on values: under those of this run, and under those of each other preset, of which it is told
 * what is not wrong in the same way before.
 */
export function checkValues(known: Known, choices: readonly Choice[], problems: Diagnostic[]): Valued {
  const seen = new Seen();
  const used = new Map(known.graph.definitions.map((definition) => [definition, paramsOf(definition)]));
  const wrong = new Map(
    known.graph.definitions.map((definition) => [definition, unreadable(definition, known)]),
  );
  const sound = problems.length === 0;
  let first: Valued | undefined;
  let today: ReadonlySet<string> = new Set();
  for (const { values, settings, note } of choices) {
    if (seen.before(known, values.keys(), values)) continue;
    const unseen = (definition: Definition) => !seen.before(definition, used.get(definition) ?? [], values);
    if (first === undefined) {
      first = checkUnder(known, {
        settings,
        problems,
        fresh: unseen,
        sound,
        unreadable: wrong,
        rows: share(used.size),
      });
      today = new Set(problems.map(whatOf));
      continue;
    }
    const found: Diagnostic[] = [];
    const rows = share(used.size * (choices.length - 1));
    checkUnder(known, { settings, problems: found, fresh: unseen, sound, unreadable: wrong, rows });
    const told = new Set(problems.map(causeOf));
    const fresh = found.filter((one) => !told.has(causeOf(one)) && !today.has(whatOf(one)));
    problems.push(...fresh.map((one) => withNote(one, note)));
  }
  return first ?? { grid: new Map(), stageSettings: new Map(), tables: new Map() };
}

/** What is asked for at a place: where nothing of that is there today, it does not matter what else is there. */
const whatOf = ({ at, message }: Diagnostic): string =>
  `${at.file} ${at.start} ${message.split(', but ')[0]}`;

/** The same for what is wrong at one place because of the same values. */
function causeOf({ code, at, related = [] }: Diagnostic): string {
  return [code, ...[at, ...related.map((one) => one.at)].map(({ file, start }) => `${file} ${start}`)].join(
    '\0',
  );
}

/** Remembers what was looked at with which values. */
class Seen {
  readonly #numbers = new Map<ParamValue | undefined, number>();
  readonly #looked = new Map<unknown, Set<string>>();

  /** Whether something was looked at with these values of these parameters before. */
  before(what: unknown, names: Iterable<string>, values: ReadonlyMap<string, ParamValue>): boolean {
    const numbers = [...names].map((name) => {
      const value = values.get(name);
      const known = this.#numbers.get(value) ?? this.#numbers.size;
      this.#numbers.set(value, known);
      return known;
    });
    const looked = this.#looked.get(what) ?? new Set();
    this.#looked.set(what, looked);
    return looked.size === looked.add(numbers.join(' ')).size;
  }
}

/** The parameters that the values of a definition's own parameters come from. */
function paramsOf({ node, params }: Definition): ReadonlySet<string> {
  const cells = (rows: readonly MatrixRow[] = []) => rows.flatMap((row) => [...row.cells.values()]);
  const templates = [
    ...params.map(({ template }) => template),
    ...node.axes.flatMap(templatesOf),
    ...cells(node.rows?.include),
    ...cells(node.rows?.exclude),
  ];
  return new Set(templates.flatMap(expressionsOf).flatMap((e) => e.expression.params));
}

interface Under {
  readonly settings: Settings;
  readonly problems: Diagnostic[];
  /** Whether the values of a definition's parameters were not looked at yet. */
  readonly fresh: (definition: Definition) => boolean;
  /** Whether nothing is wrong whatever the values are. */
  readonly sound: boolean;
  /** Of each definition the parameters of which something wrong was told. */
  readonly unreadable: ReadonlyMap<Definition, ReadonlySet<string>>;
  /** How many rows of a definition's parameters are looked at. */
  readonly rows: number;
}

function checkUnder(known: Known, under: Under): Valued {
  const { settings, problems, fresh, sound, rows } = under;
  const { file, broken, graph, order, scope, wrong, targets } = known;
  const context = { file, settings, problems, broken };
  const grid = evaluateGrid(graph, context);
  const aligned = checkAlignment(graph, grid, { ...context, wrong });
  const loops = loopNames(graph);
  const columns = { file, loops, wrong: wrong.inputs, told: wrong.parameters, known: { settings, grid } };
  checkColumns(graph.definitions, columns, problems);
  const stageSettings = readSettings(graph, { ...context, scope });
  checkTargets(targets, graph, { grid, settings, problems });
  const find = finderUnder(grid, context);
  checkSize(order.nodes, { grid, find }, context);
  const tables = new Map<Definition, ParamTable>();
  for (const definition of graph.definitions) {
    const axes = grid.get(definition.node);
    const { signature } = definition;
    if (axes === undefined || signature === undefined) continue;
    const lattice = latticeOf(axes);
    const wrongOnes = under.unreadable.get(definition) ?? new Set();
    const table = paramTable(definition, signature, lattice, { ...context, unreadable: wrongOnes });
    tables.set(definition, table);
    // A row that is computed tells what is wrong with it.
    if (fresh(definition)) for (const position of sampleOn(lattice, table.axes, rows)) table.at(position);
  }
  const absent = { find, tables, loops, context };
  // State leads from stage to stage: it is followed where nothing is wrong on the way.
  const leads = ({ ref }: BoundInput) => ref.kind === 'output' || (sound && problems.length === 0);
  for (const definition of graph.definitions)
    for (const input of definition.inputs)
      if (aligned.has(input) && leads(input)) checkAbsence(definition, input, absent);
  return { grid, stageSettings, tables };
}
