import fc from '../properties.js';
import { expect, test } from 'vitest';
import { safeLine, safeLines } from '../../src/base/safe-text.js';

test('escape sequences, bells, carriage returns and C1 controls become visible', () => {
  expect(safeLine('\u001b]0;title\u0007 \u009b31m a\rb\u007f')).toBe(
    '\\x1b]0;title\\x07 \\x9b31m a\\x0db\\x7f',
  );
});

test('marks that turn the direction of writing become visible, other scripts stay', () => {
  expect(safeLine('épreuve 証拠 \u202egnp.exe')).toBe('épreuve 証拠 \\u{202e}gnp.exe');
});

test('a tab is a space, and lines are split at either kind of line end', () => {
  expect(safeLines('a\tb\r\nc\n\n')).toEqual(['a b', 'c']);
});

test('no text can smuggle a control character through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(safeLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});
