import { describe, expect, test } from 'vitest';
import { complaints } from './small-stages.js';

const file = (plot: string) => `ticketlab: 1
name: p
stages:
  init:
    uses: init
    with: { rng: 1 }
  imp:
    matrix: { seed: [1, 2] }
    iterate:
      axis: k
      times: 3
      state: { mask: { start: '\${stages.init.mask}', next: '\${steps.prune.mask}' } }
    steps:
      train:
        uses: train-es
        with: { weights: '\${stages.init.weights}', mask: '\${state.mask}', strategy: snes, rng: 1 }
      prune:
        uses: prune
        with: { ticket: '\${steps.train.ticket}', mask: '\${state.mask}', criterion: random, sparsity: 0.5 }
    outputs: { metrics: '\${steps.train.metrics}' }
  other:
    uses: train-es
    with: { weights: '\${stages.init.weights}', mask: '\${stages.init.mask}', strategy: snes, rng: 2 }
  figure:
    uses: plot
    matrix: { y: [test_accuracy] }
    with:
${plot}`;
const one = '      table: { from: stages.imp.metrics, over: [seed, k] }\n';
const both =
  "      table: { as: trainer, from: { a: { from: stages.imp.metrics, over: [seed, k] }, b: '${stages.other.metrics}' } }\n";
const said = (plot: string) => complaints(file(plot));

describe('the columns that parameters name', () => {
  test('are those of the table, its coordinates, level, and what tells sources apart', () => {
    expect(
      said(`${one}      y: level\n      by: [seed, k, generation]\n      where: { test_accuracy: x }\n`),
    ).toBe('nothing');
    expect(said(`${both}      by: [trainer, seed, level]\n`)).toBe('nothing');
  });

  test('are looked for in texts, lists and keys, each wrong one where it stands', () => {
    const wrong = said(
      `${one}      y: test_acuracy\n      by: [seed, method]\n      where: { levle: '1' }\n`,
    );
    expect(wrong).toContain(
      'p.yaml:29:10  error UNKNOWN_COLUMN: "y" of figure names the column "test_acuracy", which its table does not have.',
    );
    expect(wrong).toContain('  Its columns are seed, k, level, generation and test_accuracy.\n');
    expect(wrong).toContain('  Did you mean "test_accuracy"?\n');
    expect(wrong).toContain('"by" of figure names the column "method"');
    expect(wrong).toContain('"where" of figure names the column "levle"');
    expect(wrong.match(/ error /g)).toHaveLength(3);
    expect(said(`${one}      by: [trainer]\n`)).toContain('names the column "trainer"');
  });

  test('of a list that each table needs one of are asked of each', () => {
    expect(said(`${both}      last_by: [step, generation]\n`)).toBe('nothing');
    expect(said(`${both}      last_by: [step, k]\n`)).toContain(
      '"last_by" of figure names the column "step"',
    );
    expect(said(`${both}      last_by: ''\n`)).toBe('nothing');
  });

  test('are left alone where values are computed, columns are not declared or a source is wrong', () => {
    expect(said(`${one}      y: '\${matrix.y + "x"}'\n`)).toBe('nothing');
    const misspelt = said(`${both.replace('stages.other', 'stages.otter')}      by: [nothing]\n`);
    expect(misspelt).toContain('UNKNOWN_STAGE');
    expect(misspelt).not.toContain('UNKNOWN_COLUMN');
    const left = said(`${one.replace('seed, k', 'k')}      by: [seed]\n`);
    expect(left).toContain('AXIS_LEFT_OVER');
    expect(left).not.toContain('UNKNOWN_COLUMN');
  });
});
