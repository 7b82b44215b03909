import type { Json } from '../base/json.js';
import { coordinateText } from './address.js';
import type { GraphOrder } from './check-graph.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { Grid, Settings } from './grid.js';
import { loopAxes } from './alignment.js';
import { decode, finder, isPresent, sizeOf, type Finder, type Found, type Lattice } from './lines.js';
import type { BoundInput, Definition, Part } from './model.js';
import { paramTable, type ParamTable } from './param-table.js';
import type { ParsedFile } from './parse.js';
import type { InputSource, Instance, StageSettings } from './plan.js';
import { edgesOf, orderings, readings, type Reading, type Source } from './readings.js';
import { fixedPositions } from './selection.js';
import type { StageSignature } from './stage.js';

/** A definition while its instances are made. */
interface Work {
  readonly definition: Definition;
  readonly signature: StageSignature;
  readonly lattice: Lattice;
  readonly readings: readonly Reading[];
  readonly settings: StageSettings | undefined;
  /** What must be done before. */
  readonly orderings: readonly Source[];
  /** 1 for a point that is needed. */
  readonly needed: Uint8Array;
  /** Position in the plan of each point's instance. */
  readonly indices: Int32Array;
  readonly params: ParamTable;
  /** `axis=value` for each value of each axis. */
  readonly labels: readonly (readonly string[])[];
}

export interface Expansion {
  readonly instances: readonly Instance[];
  /** Positions of the asked instances. */
  readonly targets: readonly number[];
}

export interface ExpandContext {
  readonly file: ParsedFile;
  readonly grid: Grid;
  readonly order: GraphOrder;
  readonly settings: Settings;
  readonly problems: Diagnostic[];
  /** How definitions are run, where the file says so. */
  readonly stageSettings: ReadonlyMap<Definition, StageSettings>;
  /** Which points of a definition are asked for; undefined when none is. */
  readonly asked: ReadonlyMap<Definition, (position: readonly number[]) => boolean>;
}

const mostInstances = 1_000_000;
const mostEdges = 10_000_000;

/** All instances that the targets need, sources before readers. Linear in instances and edges. */
export function expand(context: ExpandContext): Expansion {
  const find = finder(context.grid, (variable, source) => {
    const { name, start, startAt } = variable;
    if (start === undefined) return new Map();
    const fixed = fixedPositions({ name, written: name, ref: start, fixed: startAt }, source.axes, context);
    if (!fixed.ok) throw new Error('Internal error: a start that was not checked');
    return fixed.value;
  });
  const works = prepare(context, find);
  const expansion = { instances: [] as Instance[], targets: [] as number[] };
  if (works === undefined) return expansion;
  const asked = new Map<Work, Uint8Array>();
  for (const work of works.values()) asked.set(work, markAsked(work, context));
  walk(context.order, works, 'backwards', (work, point, position) => {
    if (work.needed[point] === 1) markSources(work, position, { works, find });
  });
  walk(context.order, works, 'forwards', (work, point, position) => {
    if (work.needed[point] !== 1) return;
    work.indices[point] = expansion.instances.length;
    if (asked.get(work)?.[point] === 1) expansion.targets.push(expansion.instances.length);
    expansion.instances.push(
      makeInstance(work, position, { works, find, context, made: expansion.instances }),
    );
  });
  return expansion;
}

function prepare(context: ExpandContext, find: Finder): Map<Definition, Work> | undefined {
  const works = new Map<Definition, Work>();
  const loops = loopAxes(context.grid);
  let instances = 0;
  let edges = 0;
  for (const node of context.order.nodes)
    for (const definition of node.definitions) {
      if (definition.signature === undefined) continue;
      const lattice = find.lattice(node);
      instances += sizeOf(lattice);
      edges += edgesOf(definition, lattice, find);
      if (instances > mostInstances || edges > mostEdges) {
        context.problems.push(tooMany(context, definition, instances > mostInstances));
        return undefined;
      }
      const reading = { lattice, find, loops, context };
      works.set(definition, {
        definition,
        signature: definition.signature,
        lattice,
        settings: context.stageSettings.get(definition),
        readings: readings(definition, reading),
        orderings: orderings(definition, reading),
        needed: new Uint8Array(lattice.count),
        indices: new Int32Array(lattice.count),
        params: paramTable(definition, definition.signature, lattice, context),
        labels: lattice.axes.map((axis) =>
          axis.values.map((value) => `${axis.spec.name}=${coordinateText(value)}`),
        ),
      });
    }
  return works;
}

function tooMany(context: ExpandContext, definition: Definition, instances: boolean): Diagnostic {
  const what = instances ? `more than ${mostInstances} instances` : `more than ${mostEdges} edges`;
  return problem(
    'TOO_MANY_INSTANCES',
    context.file.keyAt(definition.path),
    `With ${definition.name} the plan has ${what}.`,
    {
      help: 'Use fewer values on its axes.',
    },
  );
}

function markAsked(work: Work, context: ExpandContext): Uint8Array {
  const asked = new Uint8Array(work.lattice.count);
  const wanted = context.asked.get(work.definition);
  if (wanted === undefined) return asked;
  const position: number[] = [];
  for (let point = 0; point < work.lattice.count; point++)
    if (isPresent(work.lattice, point) && wanted(decode(work.lattice, point, position)))
      asked[point] = work.needed[point] = 1;
  return asked;
}

type Visit = (work: Work, point: number, position: readonly number[]) => void;

/** Every point of every definition, sources before readers: inside a loop pass after pass, step after step. */
function walk(
  order: GraphOrder,
  works: ReadonlyMap<Definition, Work>,
  way: 'forwards' | 'backwards',
  visit: Visit,
): void {
  const position: number[] = [];
  const ordered = <T>(list: readonly T[]): readonly T[] => (way === 'forwards' ? list : [...list].reverse());
  for (const node of ordered(order.nodes)) {
    const steps = ordered(order.steps.get(node) ?? []).flatMap((definition) => works.get(definition) ?? []);
    const times = steps[0]?.lattice.times ?? 1;
    for (let i = 0; i < times; i++) {
      const pass = way === 'forwards' ? i : times - 1 - i;
      for (const work of steps)
        for (let point = pass; point < work.lattice.count; point += times)
          visit(work, point, decode(work.lattice, point, position));
    }
  }
}

interface Lookup {
  readonly works: ReadonlyMap<Definition, Work>;
  readonly find: Finder;
}

function markSources(work: Work, position: readonly number[], { works, find }: Lookup): void {
  for (const { line, rows } of [...work.readings, ...work.orderings])
    for (const plus of rows?.offsets ?? [0]) {
      if (rows !== undefined && !find.has(line, position, plus)) continue;
      const { definition, point } = find.find(line, position, plus);
      const source = works.get(definition);
      if (source !== undefined) source.needed[point] = 1;
    }
}

interface Making extends Lookup {
  readonly context: ExpandContext;
  readonly made: readonly Instance[];
}

function makeInstance(work: Work, position: readonly number[], making: Making): Instance {
  const { definition, signature, lattice, labels } = work;
  const coords: Record<string, Json> = {};
  let id = '';
  for (let a = 0; a < lattice.axes.length; a++) {
    const at = position[a] ?? 0;
    coords[lattice.axes[a]?.spec.name ?? ''] = lattice.axes[a]?.values[at] ?? null;
    id += `${a === 0 ? '[' : ','}${labels[a]?.[at] ?? ''}`;
  }
  const inputs: Record<string, InputSource> = {};
  for (const reading of work.readings)
    for (const [name, source] of sourcesOf(reading, position, { work, making }))
      inputs[name] = together(inputs[name], source);
  return {
    index: making.made.length,
    id: id === '' ? definition.name : `${definition.name}${id}]`,
    definition: definition.name,
    type: definition.implementation?.type ?? signature.type,
    coords: coords,
    params: work.params.at(position),
    inputs,
    ...(work.settings === undefined ? {} : { settings: work.settings }),
    ...(work.orderings.length === 0 ? {} : { after: predecessors(work, position, making) }),
  };
}

function predecessors(work: Work, position: readonly number[], { works, find }: Making): number[] {
  const before = new Set<number>();
  for (const { line, rows } of work.orderings)
    for (const plus of rows?.offsets ?? [0]) {
      if (rows !== undefined && !find.has(line, position, plus)) continue;
      const { definition, point } = find.find(line, position, plus);
      const index = works.get(definition)?.indices[point];
      if (index !== undefined) before.add(index);
    }
  return [...before].sort((a, b) => a - b);
}

/** What the stage type gets: of a component's input every input of its stage type that is made of it. */
function sourcesOf(
  reading: Reading,
  position: readonly number[],
  { work, making }: { readonly work: Work; readonly making: Making },
): readonly (readonly [string, InputSource])[] {
  const source = sourceOf(reading, position, making);
  const { name } = reading.input;
  const { implementation } = work.definition;
  if (implementation?.component === undefined) return [[name, source]];
  return [...implementation.component.wires].flatMap(([input, wires]) => {
    const gathers = implementation.signature.inputs[input]?.gather === true;
    return wires
      .filter(({ outer }) => outer === name)
      .map(({ part }) => {
        const rows = gathers && source.kind === 'edge' ? asGather(source) : source;
        return [input, part === undefined ? rows : partOf(rows, part)] as const;
      });
  });
}

/** Several sources of one input are one gather. */
function together(before: InputSource | undefined, source: InputSource): InputSource {
  if (before?.kind !== 'gather' || source.kind !== 'gather') return source;
  return { kind: 'gather', rows: [...before.rows, ...source.rows] };
}

function partOf(source: InputSource, { axis, name }: Part): InputSource {
  if (source.kind === 'edge') return source;
  return {
    kind: 'gather',
    rows: source.rows.map((row) => ({ ...row, coords: { ...row.coords, [axis]: name } })),
  };
}

function asGather({ from, output }: { readonly from: number; readonly output: string }): InputSource {
  return { kind: 'gather', rows: [{ coords: {}, from, output }] };
}

function sourceOf({ input, line, rows }: Reading, position: readonly number[], making: Making): InputSource {
  const edge = (plus: number) => edgeTo(input, making.find.find(line, position, plus), making);
  if (rows === undefined) return { kind: 'edge', ...edge(0) };
  return {
    kind: 'gather',
    rows: rows.coords.flatMap((coords, i) => {
      const plus = rows.offsets[i] ?? 0;
      return making.find.has(line, position, plus) ? [{ coords, ...edge(plus) }] : [];
    }),
  };
}

function edgeTo(input: BoundInput, found: Found, making: Making): { from: number; output: string } {
  const { definition, output, point } = found;
  const from = making.works.get(definition)?.indices[point] ?? -1;
  const condition = definition.signature?.outputs[output]?.when;
  const source = making.made[from];
  if (
    condition !== undefined &&
    source !== undefined &&
    !(Number(source.params[condition.parameter]) > condition.above)
  )
    making.context.problems.push(absent(input, output, source, condition));
  return { from, output };
}

/** Some outputs are there only for some values of a parameter. */
function absent(
  input: BoundInput,
  output: string,
  source: Instance,
  condition: { readonly parameter: string; readonly above: number },
): Diagnostic {
  const { parameter, above } = condition;
  const message = `${source.definition} has the output "${output}" only with ${parameter} above ${above}.`;
  return problem('OUTPUT_ABSENT', input.at(), message, {
    help: `Give ${source.definition} a larger ${parameter}.`,
  });
}
