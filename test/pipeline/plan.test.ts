import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { instanceKey } from '../../src/pipeline/fingerprint.js';
import type { InputDigest } from '../../src/pipeline/fingerprint.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { instanceOf, planOf, signatures, sourcesOf, study } from './small-stages.js';

/** Keys of all instances, with every output taken for the digest of its producer's key. */
function keysOf(plan: Plan): Map<string, string> {
  const keys: string[] = [];
  const digest = (from: number, output: string) => ({
    type: 'file' as const,
    sha256: `${keys[from]}.${output}`,
  });
  for (const instance of plan.instances) {
    const inputs: Record<string, InputDigest> = {};
    for (const [name, source] of Object.entries(instance.inputs))
      inputs[name] =
        source.kind === 'edge'
          ? digest(source.from, source.output)
          : { rows: source.rows.map((row) => ({ coords: row.coords, ...digest(row.from, row.output) })) };
    const signature = signatures.get(instance.type)!;
    keys.push(instanceKey({ signature, params: instance.params, inputs }).key);
  }
  return new Map(plan.instances.map((instance, i) => [instance.id, keys[i]!]));
}

describe('a loop', () => {
  const plan = planOf(study);

  test('takes the start of its state in the first pass and next of the pass before in the others', () => {
    expect(sourcesOf(plan, 'imp.train[method=random,seed=2,k=1]')).toEqual({
      data: 'data.data',
      weights: 'init[seed=2].weights',
      mask: 'init[seed=2].mask',
    });
    expect(sourcesOf(plan, 'imp.train[method=random,seed=2,k=3]')).toEqual({
      data: 'data.data',
      weights: 'imp.rewind[method=random,seed=2,k=2].weights',
      mask: 'imp.prune[method=random,seed=2,k=2].mask',
    });
  });

  test('hands on what its outputs stand for, with state as it was at the start of the pass', () => {
    const all = planOf(study, { targets: ['sizes'] });
    expect(sourcesOf(all, 'sizes[seed=1]')).toEqual({
      of: [
        { method: 'magnitude', k: 1, level: 0, of: 'init[seed=1].mask' },
        { method: 'magnitude', k: 2, level: 1, of: 'imp.prune[method=magnitude,seed=1,k=1].mask' },
        { method: 'magnitude', k: 3, level: 2, of: 'imp.prune[method=magnitude,seed=1,k=2].mask' },
        { method: 'random', k: 1, level: 0, of: 'init[seed=1].mask' },
        { method: 'random', k: 2, level: 1, of: 'imp.prune[method=random,seed=1,k=1].mask' },
        { method: 'random', k: 3, level: 2, of: 'imp.prune[method=random,seed=1,k=2].mask' },
      ],
    });
  });

  test('looks through state that only passes another state variable on', () => {
    const carried = study
      .replace("next: '${steps.rewind.weights}'", "next: '${state.before}'")
      .replace(
        '        mask: { start',
        "        before: { start: '${stages.init.weights}', next: '${steps.rewind.weights}' }\n        mask: { start",
      );
    const weights = [1, 2, 3].map(
      (k) => sourcesOf(planOf(carried), `imp.train[method=random,seed=1,k=${k}]`).weights,
    );
    expect(weights).toEqual([
      'init[seed=1].weights',
      'init[seed=1].weights',
      'imp.rewind[method=random,seed=1,k=1].weights',
    ]);
  });

  test('evaluates its expressions with the axis and keeps their types', () => {
    const { params } = instanceOf(plan, 'imp.prune[method=magnitude,seed=1,k=2]');
    expect(params).toEqual({ criterion: 'magnitude', sparsity: 1 - 0.8 * 0.8, label: 'level 1 of 3' });
  });
});

describe('a plan', () => {
  test('has only what its targets need, sources before readers', () => {
    const plan = planOf(study);
    expect(plan.definitions).toEqual(['data', 'init', 'imp.train', 'imp.prune', 'imp.rewind', 'accuracy']);
    expect(plan.targets.map((i) => plan.instances[i]!.id)).toEqual(['accuracy']);
    // The last pass is trained, but nothing needs what it would prune.
    expect(plan.instances).toHaveLength(1 + 2 + 4 * (3 + 2 + 2) + 1);
    for (const { index, inputs } of plan.instances)
      for (const source of Object.values(inputs))
        for (const { from } of source.kind === 'edge' ? [source] : source.rows)
          expect(from).toBeLessThan(index);
  });

  test('remembers where each parameter has its value from', () => {
    const plan = planOf(study, { preset: 'tiny', overrides: ['keep_ratio=0.5'] });
    expect(plan.params).toEqual({
      methods: { value: ['magnitude', 'random'], origin: 'default' },
      seeds: { value: [1], origin: 'preset smoke' },
      levels: { value: 2, origin: 'preset smoke' },
      keep_ratio: { value: 0.5, origin: '-P' },
      popsize: { value: 4, origin: 'preset tiny' },
    });
  });

  test('is called after its preset, and after the values that -P really changed', () => {
    expect(planOf(study).variant).toBe('default');
    expect(planOf(study, { preset: 'smoke' }).variant).toBe('smoke');
    expect(planOf(study, { overrides: ['levels=3', 'popsize=32'] }).variant).toBe('default');
    expect(planOf(study, { overrides: ['levels=4'] }).variant).toBe('default+8b98ff67');
    expect(planOf(study, { preset: 'smoke', overrides: ['seeds=[1]'] }).variant).toBe('smoke');
    expect(planOf(study, { overrides: ['seeds=[3, 1]', 'methods=[random]'] }).params.seeds?.value).toEqual([
      3, 1,
    ]);
  });

  test('fills in defaults, and named settings before them', () => {
    const tuned = study.replace('strategy: snes', 'strategy: snes\n          settings: tuned');
    expect(instanceOf(planOf(study), 'imp.train[method=random,seed=1,k=1]').params).toMatchObject({
      temperature: 12,
      generations: 10,
      popsize: 32,
    });
    expect(instanceOf(planOf(tuned), 'imp.train[method=random,seed=1,k=1]').params).toMatchObject({
      temperature: 5,
      generations: 20,
      popsize: 32,
    });
  });

  test('does not depend on the order of the stages in the file', () => {
    const [head, body, tail] = [
      study.slice(0, study.indexOf('stages:\n') + 8),
      study.slice(study.indexOf('stages:\n') + 8, study.indexOf('targets:')),
      study.slice(study.indexOf('targets:')),
    ];
    const stages = body.split(/^(?= {2}\w)/m);
    const backwards = head + [...stages].reverse().join('') + tail;
    expect(new Map([...keysOf(planOf(backwards))].sort())).toEqual(
      new Map([...keysOf(planOf(study))].sort()),
    );
  });

  test('keeps every key when a seed, a method or a pass is added', () => {
    const seeds = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 100, max: 200 }),
        fc.integer({ min: 1, max: 4 }),
        (some, more, levels) => {
          const constant = study.replace(' of ${params.levels}', '');
          const ask = (values: number[], passes: number, methods: string) =>
            keysOf(
              planOf(constant, {
                overrides: [`seeds=[${values.join(',')}]`, `levels=${passes}`, `methods=[${methods}]`],
                targets: ['imp'],
              }),
            );
          const before = ask(some, levels, 'random');
          const after = ask([more, ...some], levels + 1, 'magnitude, random');
          for (const [id, key] of before) expect(after.get(id)).toBe(key);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('lines equal axes up, whatever the axes are', () => {
    const axis = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(axis, axis, fc.boolean(), (a, b, flip) => {
        const matrix = flip
          ? `{ b: [${b.join(', ')}], a: [${a.join(', ')}] }`
          : `{ a: [${a.join(', ')}], b: [${b.join(', ')}] }`;
        const plan = planOf(`ticketlab: 1
name: lines
stages:
  init:
    uses: init
    matrix: { a: [${[...a].reverse().join(', ')}] }
    with: { rng: '\${matrix.a}' }
  both:
    uses: rewind
    matrix: ${matrix}
    with: { weights: '\${stages.init.weights}', mask: '\${stages.init.mask}' }
  counts:
    uses: count
    matrix: { b: [${[...b].reverse().join(', ')}] }
    with: { of: { from: stages.both.weights, over: [a] } }
`);
        for (const instance of plan.instances.filter((i) => i.definition === 'both'))
          expect(sourcesOf(plan, instance.id).weights).toBe(`init[a=${String(instance.coords.a)}].weights`);
        for (const instance of plan.instances.filter((i) => i.definition === 'counts')) {
          const { rows } = instance.inputs.of as unknown as { rows: { coords: unknown; from: number }[] };
          expect(rows.map((row) => row.coords)).toEqual(a.map((value) => ({ a: value })));
          for (const row of rows)
            expect(plan.instances[row.from]!.coords).toMatchObject({
              ...(row.coords as object),
              b: instance.coords.b,
            });
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('targets and addresses', () => {
  const asked = (...targets: string[]) => {
    const plan = planOf(study, { targets });
    return plan.targets.map((i) => plan.instances[i]!.id);
  };

  test('an address is partial and free of order', () => {
    expect(asked('imp.train[k=2..3,method=random]')).toEqual([
      'imp.train[method=random,seed=1,k=2]',
      'imp.train[method=random,seed=2,k=2]',
      'imp.train[method=random,seed=1,k=3]',
      'imp.train[method=random,seed=2,k=3]',
    ]);
    expect(asked('imp.prune[seed=1,k=3,method=random]', 'data')).toEqual([
      'data',
      'imp.prune[method=random,seed=1,k=3]',
    ]);
  });

  test('several addresses of one stage add up', () => {
    expect(asked('init[seed=2]', 'init[seed=1]')).toEqual(['init[seed=1]', 'init[seed=2]']);
    expect(asked('init[seed=2]')).toEqual(['init[seed=2]']);
  });

  test('a stage with steps stands for all of them', () => {
    expect(asked('imp[method=random,seed=1,k=1]')).toEqual([
      'imp.train[method=random,seed=1,k=1]',
      'imp.prune[method=random,seed=1,k=1]',
      'imp.rewind[method=random,seed=1,k=1]',
    ]);
  });

  test('targets stand for stages, and everything is asked for without a default', () => {
    expect(asked('figures')).toEqual(['accuracy']);
    const without = planOf(study.slice(0, study.indexOf('targets:')));
    expect(without.targets).toHaveLength(without.instances.length);
  });

  test('odd texts stand in quotes in an address and are found by it', () => {
    const odd = `ticketlab: 1\nname: p\nstages:\n  data:\n    uses: dataset\n    matrix: { note: ['a,b', '1..2', plain] }\n    with: { task: mnist }\n`;
    const ids = planOf(odd).instances.map((i) => i.id);
    expect(ids).toEqual(['data[note="a,b"]', 'data[note="1..2"]', 'data[note=plain]']);
    for (const id of ids) expect(planOf(odd, { targets: [id] }).instances.map((i) => i.id)).toEqual([id]);
  });
});

test('a hundred seeds cost a hundred times one, not ten thousand times', () => {
  // Counts work instead of time: each evaluation of a parameter is shared by the instances that do not differ in it.
  const plan = planOf(study, {
    overrides: [`seeds=[${Array.from({ length: 100 }, (_, i) => i).join(',')}]`],
  });
  const trains = plan.instances.filter((i) => i.definition === 'imp.train');
  expect(trains).toHaveLength(600);
  expect(new Set(trains.map((i) => i.params)).size).toBe(300);
});
