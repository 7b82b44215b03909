import { describe, expect, test } from 'vitest';
import { complaints, instanceOf, planOf, sourcesOf, study } from './small-stages.js';

const head = 'ticketlab: 1\nname: p\n';
const inits = `stages:
  init:
    uses: init
    matrix: { seed: [1, 2, 3], width: [a, b] }
    with: { rng: '\${matrix.seed}' }
`;

describe('at', () => {
  test('fixes an axis of the source, by its value, by last, or by a parameter', () => {
    const plan = planOf(
      study
        .replace('presets:', '  chosen: { type: int, default: 2 }\npresets:')
        .replace(
          'of: { from: stages.imp.mask, over: [k, method] }',
          "of: { from: stages.imp.mask, over: [method], at: { k: '${params.chosen}' } }",
        ),
      { targets: ['sizes'] },
    );
    expect(sourcesOf(plan, 'sizes[seed=2]')).toEqual({
      of: [
        { method: 'magnitude', of: 'imp.prune[method=magnitude,seed=2,k=1].mask' },
        { method: 'random', of: 'imp.prune[method=random,seed=2,k=1].mask' },
      ],
    });
    const last = study.replace('over: [k, method] }', 'over: [method], at: { k: last } }');
    expect(sourcesOf(planOf(last, { targets: ['sizes'] }), 'sizes[seed=1]')).toEqual({
      of: [
        { method: 'magnitude', of: 'imp.prune[method=magnitude,seed=1,k=2].mask' },
        { method: 'random', of: 'imp.prune[method=random,seed=1,k=2].mask' },
      ],
    });
  });

  test('chooses one artefact for an input that takes one, even of an axis that the reader has too', () => {
    const plan = planOf(`${head}${inits}
  again:
    uses: rewind
    matrix: { seed: [1, 2] }
    with:
      weights: { from: stages.init.weights, at: { width: a } }
      mask: { from: stages.init.mask, at: { width: last, seed: 3 } }
`);
    expect(sourcesOf(plan, 'again[seed=2]')).toEqual({
      weights: 'init[seed=2,width=a].weights',
      mask: 'init[seed=3,width=b].mask',
    });
  });

  test('chooses where the state of a loop starts', () => {
    const plan = planOf(
      study.replace(
        "weights: { start: '${stages.init.weights}'",
        'weights: { start: { from: stages.init.weights, at: { seed: last } }',
      ),
    );
    expect(sourcesOf(plan, 'imp.train[method=random,seed=1,k=1]').weights).toBe('init[seed=2].weights');
  });

  test('is refused where the source has no such value, axis or need', () => {
    const reads = (of: string) =>
      complaints(`${head}${inits}  sizes:\n    uses: count\n    with: { of: ${of} }\n`);
    expect(reads('{ from: stages.init.mask, over: [width], at: { seed: 4 } }')).toContain(
      'AXIS_VALUE_MISSING: sizes reads stages.init.mask at seed = 4, but init has only seed = 1, 2 and 3.',
    );
    expect(reads('{ from: stages.init.mask, over: [width], at: { sed: 1 } }')).toContain(
      'AXIS_UNKNOWN: stages.init.mask has no axis "sed" to fix.',
    );
    expect(reads('{ from: stages.init.mask, over: [width], at: { seed: "1" } }')).toContain(
      'AXIS_VALUE_MISSING: sizes reads stages.init.mask at seed = "1"',
    );
  });
});

describe('where', () => {
  test('takes the rows for which it holds, by their coordinates and level', () => {
    const late = study.replace(
      'over: [k, method] }',
      'over: [k, method], where: \'${level >= 1 && method == "random"}\' }',
    );
    expect(sourcesOf(planOf(late, { targets: ['sizes'] }), 'sizes[seed=1]')).toEqual({
      of: [
        { method: 'random', k: 2, level: 1, of: 'imp.prune[method=random,seed=1,k=1].mask' },
        { method: 'random', k: 3, level: 2, of: 'imp.prune[method=random,seed=1,k=2].mask' },
      ],
    });
  });

  test('plans nothing for the rows that it leaves out', () => {
    const first = study.replace('over: [k, method] }', "over: [k, method], where: '${k == 1}' }");
    expect(planOf(first, { targets: ['sizes'] }).definitions).toEqual(['init', 'sizes']);
  });

  test('sees parameters and gathered axes only, and gives true or false', () => {
    const where = (text: string) =>
      complaints(study.replace('over: [k, method] }', `over: [k, method], where: '${text}' }`));
    expect(where('${seed == 1}')).toContain('UNKNOWN_NAME: There is nothing called "seed" here.');
    expect(where('${matrix.seed == 1}')).toContain('UNKNOWN_NAME: There is nothing called "matrix" here.');
    expect(where('${k + 1}')).toContain('EXPRESSION_TYPE: where needs true or false; this gives int.');
    expect(where('${k > params.levels - 1}')).toBe('nothing');
    expect(where('k in [1, 2]')).toBe('nothing');
    expect(where('k in [1, 2')).toContain('EXPRESSION_SYNTAX');
  });

  test('and over are for inputs that gather', () => {
    const text = study.replace(
      "with: { weights: '${stages.init.weights}', mask:",
      "with: { weights: { from: stages.init.weights, over: [seed], where: '${true}' }, mask:",
    );
    expect(complaints(text)).toContain('NO_GATHER: "weights" takes one artefact, not a gather of many.');
  });
});

describe('several sources', () => {
  const both = (parts: string, more = '') => `${head}${inits}
  other:
    uses: init
    matrix: { seed: [1, 2] }
    with: { rng: '\${matrix.seed}' }
  sizes:
    uses: count
    with:
      of:
        as: start
        from:
${parts}${more}`;
  const wide = '          wide: { from: stages.init.mask, over: [seed], at: { width: b } }\n';
  const plain = '          plain: { from: stages.other.mask, over: [seed] }\n';
  const one = '          the one: { from: stages.other.weights, at: { seed: 1 } }\n';

  test('are put under each other, their names as one more coordinate', () => {
    expect(sourcesOf(planOf(both(wide + plain + one)), 'sizes')).toEqual({
      of: [
        { start: 'wide', seed: 1, of: 'init[seed=1,width=b].mask' },
        { start: 'wide', seed: 2, of: 'init[seed=2,width=b].mask' },
        { start: 'wide', seed: 3, of: 'init[seed=3,width=b].mask' },
        { start: 'plain', seed: 1, of: 'other[seed=1].mask' },
        { start: 'plain', seed: 2, of: 'other[seed=2].mask' },
        { start: 'the one', of: 'other[seed=1].weights' },
      ],
    });
  });

  test('line up with the reader each for itself', () => {
    const lined = both(
      '          wide: { from: stages.init.mask, at: { width: b } }\n          plain: ${stages.other.mask}\n',
      '    matrix: { seed: [2] }\n',
    );
    expect(sourcesOf(planOf(lined), 'sizes[seed=2]')).toEqual({
      of: [
        { start: 'wide', of: 'init[seed=2,width=b].mask' },
        { start: 'plain', of: 'other[seed=2].mask' },
      ],
    });
  });

  test('are checked one by one, where they stand', () => {
    const said = (parts: string, more?: string) => complaints(both(parts, more));
    expect(said(wide.replace(', at: { width: b }', '') + plain)).toMatch(
      /^p\.yaml:19:25 {2}error AXIS_LEFT_OVER: stages\.init\.mask has the axis width, which sizes does not have[^]*\n {2}Gather them: {2}wide: /,
    );
    expect(said(wide + plain.replace('.other.', '.otter.'))).toContain(
      'p.yaml:20:33  error UNKNOWN_STAGE: There is no stage "otter".',
    );
    expect(said(wide + plain.replace('over', 'ofer'))).toContain(
      'UNKNOWN_KEY: "ofer" is not a key of a gather.',
    );
    expect(said(wide + '          plain: stages.other.mask\n')).toContain(
      'EXPECTED_EDGE: "plain" takes the output of a stage, not the text "stages.other.mask".',
    );
    expect(said(wide + plain, '        over: [seed]\n')).toContain(
      'UNKNOWN_KEY: "over" is not a key of a gather of several stages.',
    );
    expect(said(wide + plain, "        where: 'seed > 1'\n")).toContain('"where" is not a key of');
  });

  test('need a name of their own for what tells them apart', () => {
    const text = both(wide + plain);
    expect(complaints(text.replace('as: start', 'as: seed'))).toContain(
      'p.yaml:17:13  error AXIS_TWICE: The axis "seed" is gathered, and as gives its name to what tells the sources apart.',
    );
    expect(complaints(text.replace('as: start', 'as: level'))).toContain('BAD_NAME: "level" is a word of');
    expect(complaints(text.replace('        as: start\n', ''))).toContain(
      'MISSING_KEY: The key "as" of a gather of several stages is missing.',
    );
    expect(complaints(text.replace(wide + plain, '').replace('from:', 'from: {}'))).toContain(
      'BAD_VALUE: "from" must not be empty',
    );
  });

  test('are for inputs that gather', () => {
    const text = study.replace(
      "with: { weights: '${stages.init.weights}', mask:",
      "with: { weights: { as: start, from: { a: '${stages.init.weights}' } }, mask:",
    );
    const said = complaints(text);
    expect(said).toContain('NO_GATHER: "weights" takes one artefact, not a gather of many.');
    expect(said.match(/ error /g)).toHaveLength(1);
  });
});

describe('after', () => {
  const waiting = `${head}${inits}
  one: { uses: dataset, with: { task: mnist }, after: [stages.init] }
  each:
    uses: dataset
    matrix: { seed: [1, 3] }
    with: { task: fmnist }
    after: [stages.init, stages.one]
`;

  test('orders instances that line up, and waits for all values of the other axes', () => {
    const plan = planOf(waiting, { targets: ['each'] });
    const before = (id: string) => instanceOf(plan, id).after?.map((i) => plan.instances[i]!.id);
    expect(before('each[seed=3]')).toEqual(['init[seed=3,width=a]', 'init[seed=3,width=b]', 'one']);
    expect(before('one')).toHaveLength(6);
    expect(instanceOf(plan, 'one').inputs).toEqual({});
  });

  test('orders the steps of one pass', () => {
    const ordered = study.replace(
      "mask: '${steps.prune.mask}' }\n",
      "mask: '${steps.prune.mask}' }\n        after: [steps.train]\n",
    );
    const plan = planOf(ordered);
    const { after } = instanceOf(plan, 'imp.rewind[method=random,seed=1,k=2]');
    expect(after?.map((i) => plan.instances[i]!.id)).toEqual(['imp.train[method=random,seed=1,k=2]']);
  });

  test('is part of cycles, and names what there is', () => {
    const circle = waiting.replace(
      "with: { rng: '${matrix.seed}' }",
      'with: { rng: 1 }\n    after: [stages.each]',
    );
    expect(complaints(circle)).toContain('CYCLE: These need each other in a circle:');
    expect(complaints(waiting.replace('stages.one]', 'stages.on]'))).toContain(
      'UNKNOWN_STAGE: There is no stage "on".',
    );
    expect(complaints(waiting.replace('stages.one]', 'steps.one]'))).toContain(
      'UNKNOWN_STEP: There is no step "one".',
    );
    expect(complaints(waiting.replace('stages.one]', 'one]'))).toContain(
      'must be stages.<name>, in a loop also steps.<name>',
    );
  });
});
