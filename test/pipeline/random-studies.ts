import type { Json } from '../../src/base/json.js';

/*
 * Random pipelines, and what they expand to as a person would say it: every combination of the axes written out, every
 * reference followed by hand. Nothing here knows how the planner does it.
 */

type Value = string | number | boolean;
type Point = Readonly<Record<string, Value>>;

/** A reference to an output, with axes that are fixed. */
interface Reads {
  readonly from: string;
  readonly output: string;
  readonly at: Record<string, Value | 'last'>;
}

interface Gathers {
  /** Of more than one stage the rows stand under each other. */
  readonly from: readonly string[];
  readonly output: string;
  readonly over: readonly string[];
  /** Only rows with at least this value of a numeric axis. */
  readonly atLeast?: readonly [string, number];
}

/** One stage of a random study. A loop has two steps, p (prune) and r (rewind), and two state variables. */
export interface Made {
  readonly name: string;
  readonly kind: 'init' | 'rewind' | 'prune' | 'count' | 'loop';
  /** The loop axis k last. */
  readonly axes: readonly (readonly [string, readonly Value[]])[];
  readonly excluded: readonly Point[];
  readonly reads: Readonly<Record<string, Reads>>;
  readonly gathers?: Gathers;
}

const pool: readonly (readonly [string, readonly Value[]])[] = [
  ['a', [1, 2, 3]],
  ['b', ['x', 'y']],
  ['c', [true, false]],
];

/** Builds a study from a tape of decisions. */
export function randomStudy(tape: readonly number[]): readonly Made[] {
  let at = 0;
  const choose = (n: number): number => (tape[at++ % tape.length] ?? 0) % n;
  const some = <T>(list: readonly T[]): T[] => {
    const kept = list.filter(() => choose(2) === 0);
    return kept.length > 0 || list.length === 0 ? kept : [list[choose(list.length)]!];
  };
  const made: Made[] = [];
  const count = 2 + choose(5);
  for (let i = 0; i < count; i++) {
    const kind =
      i === 0 ? 'init' : (['init', 'rewind', 'prune', 'loop', 'count', 'count'] as const)[choose(6)]!;
    made.push(makeStage(`s${i}`, kind, made, { choose, some }));
  }
  return made;
}

interface Dice {
  readonly choose: (n: number) => number;
  readonly some: <T>(list: readonly T[]) => T[];
}

const whole = (stage: Made): boolean => stage.excluded.length === 0;
const gives = (output: string) => (stage: Made) =>
  stage.kind === 'init' || stage.kind === 'loop' || stage.kind === (output === 'mask' ? 'prune' : 'rewind');

/** Another stage with the same points. */
const isLike = (other: Made, source: Made): boolean =>
  other !== source &&
  whole(other) &&
  gives('mask')(other) &&
  JSON.stringify(other.axes) === JSON.stringify(source.axes);

function makeStage(name: string, kind: Made['kind'], before: readonly Made[], dice: Dice): Made {
  const { choose, some } = dice;
  if (kind === 'init') return makeInit(name, dice);
  if (kind === 'count') {
    const sources = before.filter(gives('mask'));
    const source = sources[choose(sources.length)]!;
    const names = source.axes.map(([axis]) => axis);
    const over = whole(source) ? some(names) : names;
    const numeric = source.axes.find(
      ([axis, values]) => over.includes(axis) && typeof values[0] === 'number',
    );
    const least = numeric?.[1][choose(numeric[1].length)];
    const axes = source.axes
      .filter(([axis]) => !over.includes(axis))
      .map(([axis, values]) => [axis, some(values)] as const);
    const twin = whole(source) ? before.find((other) => isLike(other, source)) : undefined;
    const from = twin !== undefined && choose(2) === 0 ? [source.name, twin.name] : [source.name];
    const atLeast =
      choose(2) === 0 && whole(source) && numeric !== undefined
        ? { atLeast: [numeric[0], least as number] as const }
        : {};
    return {
      name,
      kind,
      axes,
      excluded: [],
      reads: {},
      gathers: { from, output: 'mask', over, ...atLeast },
    };
  }
  const axes = new Map<string, readonly Value[]>();
  const reads: Record<string, Reads> = {};
  for (const output of ['weights', 'mask'] as const) {
    const sources = before.filter((stage) => whole(stage) && gives(output)(stage));
    const source = sources[choose(sources.length)]!;
    reads[output] = { from: source.name, output, at: {} };
    for (const [axis, values] of source.axes) {
      const shared = (axes.get(axis) ?? values).filter((value) => values.includes(value));
      // A loop counts its own k: that of another one has to be fixed.
      if (choose(4) === 0 || shared.length === 0 || (kind === 'loop' && axis === 'k'))
        reads[output].at[axis] = choose(2) === 0 ? 'last' : values[choose(values.length)]!;
      else axes.set(axis, some(shared));
    }
  }
  const extra = pool[choose(pool.length)]!;
  const free = Object.values(reads).every(({ from }) =>
    before.find((s) => s.name === from)!.axes.every(([axis]) => axis !== extra[0]),
  );
  if (free && choose(3) === 0) axes.set(extra[0], some(extra[1]));
  const list = [...axes];
  const times = Array.from({ length: 1 + choose(3) }, (_, i) => i + 1);
  return { name, kind, axes: kind === 'loop' ? [...list, ['k', times]] : list, excluded: [], reads };
}

function makeInit(name: string, { choose, some }: Dice): Made {
  const axes = pool.filter(() => choose(2) === 0).map(([axis, values]) => [axis, some(values)] as const);
  const points = product(axes);
  const excluded =
    name !== 's0' && points.length > 1 && choose(2) === 0 ? [points[choose(points.length)]!] : [];
  return { name, kind: 'init', axes, excluded, reads: {} };
}

function product(axes: Made['axes']): Point[] {
  return axes.reduce<Point[]>(
    (points, [axis, values]) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [axis]: value }))),
    [{}],
  );
}

/** The study as a file; JSON is YAML. */
export function asFile(study: readonly Made[]): string {
  const stages = Object.fromEntries(study.map((stage) => [stage.name, stageOf(stage)]));
  return JSON.stringify({ ticketlab: 1, name: 'random', stages });
}

function stageOf({ kind, axes, excluded, reads, gathers }: Made): Json {
  const matrix = Object.fromEntries(axes.filter(([axis]) => axis !== 'k' || kind !== 'loop')) as Record<
    string,
    Json
  >;
  if (excluded.length > 0) matrix.exclude = excluded;
  const source = (of: Reads | undefined): Json =>
    of === undefined
      ? null
      : { from: `stages.${of.from}.${of.output}`, ...(Object.keys(of.at).length > 0 ? { at: of.at } : {}) };
  const { weights, mask } = reads;
  const prune = { criterion: 'random', sparsity: 0.5 };
  if (kind === 'init') return { uses: 'init', matrix, with: { rng: 1 } };
  if (kind === 'rewind')
    return { uses: 'rewind', matrix, with: { weights: source(weights), mask: source(mask) } };
  if (kind === 'prune')
    return { uses: 'prune', matrix, with: { ticket: source(weights), mask: source(mask), ...prune } };
  if (kind === 'count') {
    const { from, output, over, atLeast } = gathers!;
    const where = atLeast === undefined ? {} : { where: `${atLeast[0]} >= ${atLeast[1]}` };
    const rows = (name: string): Json => ({ from: `stages.${name}.${output}`, over, ...where });
    const of =
      from.length === 1
        ? rows(from[0]!)
        : { as: 'source', from: Object.fromEntries(from.map((name) => [name, rows(name)])) };
    return { uses: 'count', matrix, with: { of } };
  }
  const state = {
    w: { start: source(weights), next: '${steps.r.weights}' },
    m: { start: source(mask), next: '${steps.p.mask}' },
  };
  const steps = {
    p: { uses: 'prune', with: { ticket: '${state.w}', mask: '${state.m}', ...prune } },
    r: { uses: 'rewind', with: { weights: '${state.w}', mask: '${steps.p.mask}' } },
  };
  const outputs = { weights: '${steps.r.weights}', mask: '${state.m}' };
  return { matrix, iterate: { axis: 'k', times: axes.at(-1)![1].length, state }, steps, outputs };
}

/** Every instance by its address, with the output that each input gets (of gathers a list). */
export function expandByHand(study: readonly Made[]): Map<string, Record<string, unknown>> {
  const byName = new Map(study.map((stage) => [stage.name, stage]));
  const exists = (stage: Made, point: Point): boolean =>
    !stage.excluded.some((row) => Object.entries(row).every(([axis, value]) => point[axis] === value));
  const address = (stage: Made, point: Point, step = ''): string => {
    const text = stage.axes.map(([axis]) => `${axis}=${point[axis]}`).join(',');
    return `${stage.name}${step}${text === '' ? '' : `[${text}]`}`;
  };
  /** What an output of a stage is at a point that has at least the stage's axes. */
  const value = (stage: Made, output: string, point: Point): string => {
    if (stage.kind !== 'loop') return `${address(stage, point)}.${output}`;
    return output === 'weights' ? `${address(stage, point, '.r')}.weights` : state(stage, 'm', point);
  };
  const state = (stage: Made, variable: 'w' | 'm', point: Point): string => {
    const pass = point['k'] as number;
    if (pass === 1) return read(stage.reads[variable === 'w' ? 'weights' : 'mask']!, point);
    const last = { ...point, k: pass - 1 };
    return variable === 'w' ? `${address(stage, last, '.r')}.weights` : `${address(stage, last, '.p')}.mask`;
  };
  const read = ({ from, output, at }: Reads, point: Point): string => {
    const source = byName.get(from)!;
    const there: Record<string, Value> = { ...point };
    for (const [axis, fixed] of Object.entries(at))
      there[axis] = fixed === 'last' ? source.axes.find(([a]) => a === axis)![1].at(-1)! : fixed;
    return value(source, output, there);
  };
  const instances = new Map<string, Record<string, unknown>>();
  for (const stage of study)
    for (const point of product(stage.axes)) {
      if (!exists(stage, point)) continue;
      const { weights, mask } = stage.reads;
      if (stage.kind === 'init') instances.set(address(stage, point), {});
      if (stage.kind === 'rewind')
        instances.set(address(stage, point), { weights: read(weights!, point), mask: read(mask!, point) });
      if (stage.kind === 'prune')
        instances.set(address(stage, point), { ticket: read(weights!, point), mask: read(mask!, point) });
      if (stage.kind === 'loop') {
        const [w, m] = [state(stage, 'w', point), state(stage, 'm', point)];
        instances.set(address(stage, point, '.p'), { ticket: w, mask: m });
        instances.set(address(stage, point, '.r'), {
          weights: w,
          mask: `${address(stage, point, '.p')}.mask`,
        });
      }
      if (stage.kind !== 'count') continue;
      const { from, output, over, atLeast } = stage.gathers!;
      const rowsOf = (source: Made) =>
        product(source.axes)
          .filter((row) => exists(source, row))
          .filter((row) => source.axes.every(([axis]) => over.includes(axis) || row[axis] === point[axis]))
          .filter((row) => atLeast === undefined || (row[atLeast[0]] as number) >= atLeast[1])
          .map((row) => value(source, output, row));
      instances.set(address(stage, point), { of: from.flatMap((name) => rowsOf(byName.get(name)!)) });
    }
  return instances;
}
