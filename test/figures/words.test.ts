import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { cellCaption, curveCaption } from '../../src/figures/captions.js';
import { labelOf, valueLabel, zeroWithItself } from '../../src/figures/labels.js';
import { wrapText } from '../../src/figures/wrap-text.js';
import { exampleFigure, widthOf } from './example.js';

describe('the caption of curves', () => {
  const told = { band: 'seed', cut: undefined, hidden: 0 };

  test('says n and the interval', () => {
    const { points } = exampleFigure(3);
    expect(curveCaption(points, told)).toBe('Mean over n = 3 seeds; shaded: 95 % t interval.');
    expect(curveCaption([...points, ...exampleFigure(2).points], told)).toBe(
      'Mean over n = 2 to 3 seeds; shaded: 95 % t interval.',
    );
    expect(curveCaption([...points, ...exampleFigure(1).points], told)).toBe(
      'Mean over n = 1 to 3 seeds; shaded: 95 % t interval where n > 1.',
    );
    expect(curveCaption(exampleFigure(1).points, told)).toBe(
      'Each point is one run (n = 1 seed): no interval.',
    );
    expect(curveCaption(exampleFigure(1).points, { ...told, band: '' })).toBe('Each point is one value.');
  });

  test('says where intervals are cut and what is not drawn', () => {
    const { points } = exampleFigure(3);
    expect(curveCaption(points, { ...told, cut: [0, 1] })).toBe(
      'Mean over n = 3 seeds; shaded: 95 % t interval, cut at 0 and 1.',
    );
    expect(curveCaption(points, { ...told, cut: 'edge', hidden: 2 })).toBe(
      'Mean over n = 3 seeds; shaded: 95 % t interval, cut at the lower edge. ' +
        'Not drawn: 2 points below a millionth of the largest value.',
    );
    expect(curveCaption(exampleFigure(1).points, { ...told, hidden: 1 })).toBe(
      'Each point is one run (n = 1 seed): no interval. ' +
        'Not drawn: 1 point below a millionth of the largest value.',
    );
  });
});

test('the caption of cells says n, the widest interval, and what was not measured', () => {
  const cells = [
    { n: 3, mean: 0.5, lower: 0.4, upper: 0.6 },
    { n: 2, mean: 0.2, lower: 0.0766, upper: 0.3234 },
  ];
  const told = { band: 'seed', zeroDiagonal: false, blank: false };
  expect(cellCaption(cells, told)).toBe('Mean over n = 2 to 3 seeds; 95 % t interval at most ± 0.12.');
  expect(cellCaption(cells.slice(0, 1), { ...told, zeroDiagonal: true, blank: true })).toBe(
    'Mean over n = 3 seeds; 95 % t interval at most ± 0.1. Diagonal: 0 by definition, not measured. Grey: not measured.',
  );
  const one = [{ n: 1, mean: 0.5, lower: 0.5, upper: 0.5 }];
  expect(cellCaption(one, told)).toBe('Each cell is one run (n = 1 seed): no interval.');
  expect(cellCaption(one, { ...told, band: '' })).toBe('Each cell is one value.');
});

describe('labels', () => {
  test.each([
    ['test_accuracy', 'test accuracy (share of test images)'],
    ['train_error', 'training error (share of images)'],
    ['validation_loss', 'validation cross-entropy (nats)'],
    ['test_error_barrier', 'test error barrier (share of images)'],
    ['train_loss_chord', 'training cross-entropy above the chord (nats)'],
    ['mean_return', 'mean return'],
  ])('of %s: %s', (column, label) => {
    expect(labelOf(column)).toBe(label);
  });

  test('of values are words', () => {
    expect(valueLabel('aligned', 'true')).toBe('yes');
    expect(valueLabel('kind', 'control')).toBe('drifted, no selection');
    expect(valueLabel('method', 'control')).toBe('control');
    expect(valueLabel('method', 'signal_to_noise')).toBe('signal to noise');
  });

  test('only what is told of a pair as a distance is 0 between a network and itself', () => {
    const zero = ['test_error_barrier', 'train_loss_chord', 'distance'];
    expect(zero.filter(zeroWithItself)).toEqual(zero);
    expect(['test_error_a', 'test_error', 'distance_from_start_a', 'overlap'].filter(zeroWithItself)).toEqual(
      [],
    );
  });
});

describe('wrapping', () => {
  const room = { pixels: 200, fontSize: 12, widthOf };

  test('makes lines of about one length', () => {
    expect(wrapText('short', room)).toEqual(['short']);
    expect(wrapText('test error barrier (share of images)', room)).toEqual([
      'test error barrier',
      '(share of images)',
    ]);
    expect(wrapText('', room)).toEqual(['']);
  });

  test('does not part a number from its sign or its unit', () => {
    const narrow = { ...room, pixels: 1 };
    expect(wrapText('n = 3; 95 % t interval ± 0.1', narrow)).toEqual([
      'n = 3;',
      '95 %',
      't',
      'interval',
      '± 0.1',
    ]);
  });

  test('keeps all words, in lines that fit, no fewer than could be', () => {
    const words = fc.array(fc.stringMatching(/^[a-zA-Z(),.]{1,12}$/), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, fc.integer({ min: 60, max: 500 }), (list, pixels) => {
        const lines = wrapText(list.join(' '), { ...room, pixels });
        expect(lines.join(' ')).toBe(list.join(' '));
        const wide = lines.filter((line) => 12 * widthOf(line) > pixels);
        expect(wide.filter((line) => line.includes(' '))).toEqual([]);
        let greedy = 1;
        let used = '';
        for (const word of list) {
          const longer = used === '' ? word : `${used} ${word}`;
          const fits = used === '' || 12 * widthOf(longer) <= pixels;
          used = fits ? longer : word;
          if (!fits) greedy += 1;
        }
        expect(lines).toHaveLength(greedy);
      }),
    );
  });
});
