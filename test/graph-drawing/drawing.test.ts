import { expect, test } from 'vitest';
import { ok } from '../../src/base/result.js';
import { drawingOf } from '../../src/graph-drawing/drawing.js';
import { request, type Asked } from '../pipeline/small-stages.js';

const head = 'ticketlab: 1\nname: p\n';

/** `a => b: x` gathers, `a -> b: x` does not, `a ~> b: x` is carried on. */
function edgesOf(text: string, asked: Asked = {}): string[] {
  const drawing = drawingOf(request(text, asked));
  if (!drawing.ok) throw new Error(drawing.error.map(({ message }) => message).join('\n'));
  const arrows = { flow: '->', gather: '=>', carried: '~>', after: '..' };
  return drawing.value.edges.map(
    ({ from, to, kind, outputs }) => `${from} ${arrows[kind]} ${to}: ${outputs.join(', ')}`,
  );
}

const program = (inputs: string, given: string): string =>
  `{ shell: 'true', inputs: ${inputs}, outputs: { t: { type: file } }, with: ${given} }`;

test('whole references of programs are flows, inside a loop and from outside', () => {
  const text = `${head}stages:
  a: { shell: 'true', outputs: { t: { type: file } } }
  imp:
    matrix: { m: [x, y] }
    iterate: { axis: k, times: 3, state: { s: { start: '\${stages.a.t}', next: '\${steps.second.t}' } } }
    steps:
      first: ${program('{ s: { type: file }, m: { type: string } }', "{ s: '${state.s}', m: '${matrix.m}' }")}
      second: ${program('{ s: { type: file } }', "{ s: '${steps.first.t}' }")}
    outputs: { t: '\${steps.second.t}' }
  all: ${program('{ s: { type: file } }', '{ s: { from: stages.imp.t, over: [m, k] } }')}
  last: ${program('{ s: { type: file } }', '{ s: { from: stages.imp.t, at: { k: last, m: x } } }')}
  both: ${program('{ s: { type: file } }', "{ s: { as: what, from: { one: '${stages.a.t}', many: { from: stages.imp.t, over: [m, k] } } } }")}
`;
  expect(edgesOf(text)).toEqual([
    'a -> imp.first: t',
    'imp.first -> imp.second: t',
    'imp.second ~> imp.first: t',
    'imp.second => all: t',
    'imp.second -> last: t',
    'a -> both: t',
    'imp.second => both: t',
  ]);
});

test('a table that lines up with its reader is a flow; one that is gathered stays thick where its axis has one value', () => {
  const train = (seeds: string): string => `${head}stages:
  init: { uses: init, with: { rng: 1 } }
  train:
    uses: train-es
    matrix: { seed: ${seeds} }
    with: { weights: '\${stages.init.weights}', mask: '\${stages.init.mask}', strategy: snes, rng: 1 }
  each: { uses: plot, matrix: { seed: ${seeds} }, with: { table: '\${stages.train.metrics}' } }
  all: { uses: plot, with: { table: { from: stages.train.metrics, over: [seed] } } }
`;
  const edges = ['init -> train: weights, mask', 'train -> each: metrics', 'train => all: metrics'];
  expect(edgesOf(train('[1, 2]'))).toEqual(edges);
  expect(edgesOf(train('[1]'))).toEqual(edges);
});

test('of a component it is drawn what the file says, for each of its sources', () => {
  const component = `ticketlab: 1
kind: component
stages:
  compare:
    uses: count
    inputs: { left: { type: mask }, right: { type: mask } }
    with: { of: { as: side, from: { l: '\${inputs.left}', r: '\${inputs.right}' } } }
    outputs: { table: { type: table } }
`;
  const text = `${head}imports: { lib: ./lib.yaml }
stages:
  one: { uses: init, with: { rng: 1 } }
  many: { uses: init, matrix: { seed: [1, 2] }, with: { rng: '\${matrix.seed}' } }
  both:
    uses: lib/compare
    with: { left: '\${stages.one.mask}', right: { from: stages.many.mask, over: [seed] } }
`;
  const bytes = new TextEncoder().encode(component);
  expect(edgesOf(text, { readFile: () => ok({ file: 'lib.yaml', bytes }) })).toEqual([
    'one -> both: mask',
    'many => both: mask',
  ]);
});
