import type { Json } from '../base/json.js';
import type { GraphOrder } from './check-graph.js';
import { absence } from './check-absence.js';
import type { Diagnostic } from './diagnostic.js';
import type { Grid, Settings } from './grid.js';
import { loopAxes } from './alignment.js';
import { addressParts, decode, isPresent } from './lines.js';
import type { Finder, Found, Lattice } from './lines.js';
import type { BoundInput, Definition } from './model.js';
import { asGather, partOf, together } from './gathered.js';
import type { ParamTable } from './param-table.js';
import type { ParsedFile } from './parse.js';
import type { Gather, InputSource, Instance, StageSettings } from './plan.js';
import { finderUnder, orderings, readings, type Reading, type Source } from './readings.js';
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
  /** Readings and orderings. */
  readonly sources: readonly Source[];
  /** 1 for a point that is needed. */
  readonly needed: Uint8Array;
  /** Position in the plan of each point's instance. */
  readonly indices: Int32Array;
  readonly params: ParamTable;
  /** For each value of each axis its part of an address. */
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
  /** The parameters of every definition. */
  readonly tables: ReadonlyMap<Definition, ParamTable>;
  /** Which points of a definition are asked for; undefined when none is. */
  readonly asked: ReadonlyMap<Definition, (position: readonly number[]) => boolean>;
}

/** All instances that the targets need, sources before readers. Linear in instances and edges. */
export function expand(context: ExpandContext): Expansion {
  const find = finderUnder(context.grid, context);
  const works = prepare(context, find);
  const expansion = { instances: [] as Instance[], targets: [] as number[] };
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

function prepare(context: ExpandContext, find: Finder): Map<Definition, Work> {
  const works = new Map<Definition, Work>();
  const loops = loopAxes(context.grid);
  for (const node of context.order.nodes)
    for (const definition of node.definitions) {
      const params = context.tables.get(definition);
      if (definition.signature === undefined || params === undefined) continue;
      const lattice = find.lattice(node);
      const reading = { lattice, find, loops, context };
      const inputs = readings(definition, reading);
      const before = orderings(definition, reading);
      works.set(definition, {
        definition,
        signature: definition.signature,
        lattice,
        settings: context.stageSettings.get(definition),
        readings: inputs,
        orderings: before,
        sources: [...inputs, ...before],
        needed: new Uint8Array(lattice.count),
        indices: new Int32Array(lattice.count),
        params,
        labels: addressParts(definition.name, lattice),
      });
    }
  return works;
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

const oneRow: readonly number[] = [0];

interface Lookup {
  readonly works: ReadonlyMap<Definition, Work>;
  readonly find: Finder;
}

function markSources(work: Work, position: readonly number[], { works, find }: Lookup): void {
  for (const { line, rows } of work.sources)
    for (const plus of rows?.offsets ?? oneRow) {
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
  const address: string[] = [];
  for (let a = 0; a < lattice.axes.length; a++) {
    const at = position[a] ?? 0;
    coords[lattice.axes[a]?.spec.name ?? ''] = lattice.axes[a]?.values[at] ?? null;
    address.push(labels[a]?.[at] ?? '');
  }
  const inputs: Record<string, InputSource> = {};
  for (const reading of work.readings) addSources(inputs, reading, position, { work, making });
  const instance = {
    index: making.made.length,
    // Joined and not added up: a text that is put together piece by piece stays in pieces, and they are many.
    id: address.length === 0 ? definition.name : address.join(''),
    definition: definition.name,
    type: definition.implementation?.type ?? signature.type,
    coords: coords,
    params: work.params.at(position),
    inputs,
  };
  if (work.settings === undefined && work.orderings.length === 0) return instance;
  return {
    ...instance,
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

/** Adds what the stage type gets: of a component's input every input of its stage type that is made of it. */
function addSources(
  inputs: Record<string, InputSource>,
  reading: Reading,
  position: readonly number[],
  { work, making }: { readonly work: Work; readonly making: Making },
): void {
  const source = sourceOf(reading, position, making);
  const { name } = reading.input;
  const { implementation } = work.definition;
  if (implementation?.component === undefined) {
    inputs[name] = together(inputs[name], source);
    return;
  }
  for (const [input, wires] of implementation.component.wires) {
    const gathers = implementation.signature.inputs[input]?.gather === true;
    for (const { outer, part } of wires) {
      if (outer !== name) continue;
      const rows = gathers && source.kind === 'edge' ? asGather(source) : source;
      inputs[input] = together(inputs[input], part === undefined ? rows : partOf(rows, part));
    }
  }
}

function sourceOf({ input, line, rows }: Reading, position: readonly number[], making: Making): InputSource {
  if (rows === undefined) {
    const found = making.find.find(line, position, 0);
    return { kind: 'edge', from: madeAt(input, found, making), output: found.output };
  }
  const gathered: Gather['rows'][number][] = [];
  rows.coords.forEach((coords, i) => {
    const plus = rows.offsets[i] ?? 0;
    if (!making.find.has(line, position, plus)) return;
    const found = making.find.find(line, position, plus);
    gathered.push({ coords, from: madeAt(input, found, making), output: found.output });
  });
  return { kind: 'gather', rows: gathered };
}

/** The position in the plan of what was found. */
function madeAt(input: BoundInput, { definition, output, point }: Found, making: Making): number {
  const from = making.works.get(definition)?.indices[point] ?? -1;
  const source = making.made[from];
  if (source !== undefined) {
    const wrong = absence(input, { definition, output, params: source.params }, making.context.settings);
    if (wrong !== undefined) making.context.problems.push(wrong);
  }
  return from;
}
