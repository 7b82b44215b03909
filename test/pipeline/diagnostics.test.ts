import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnosticCodes, formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import { planPipeline } from '../../src/pipeline/plan-pipeline.js';
import type { Example } from './diagnostics-page.js';
import { readPage, surroundings } from './diagnostics-page.js';
import { signatures } from './small-stages.js';

const entries = readPage(readFileSync(new URL('../../docs/diagnostics.md', import.meta.url), 'utf8'));

function plan(example: Example) {
  return planPipeline({ file: 'p.yaml', signatures, ...surroundings(example), ...example });
}

test('every code of a diagnostic has its place in docs/diagnostics.md, and nothing else has', () => {
  expect(entries.map((entry) => entry.code).sort()).toEqual([...diagnosticCodes].sort());
});

describe.each(entries)('$code', ({ code, wrong, text, right }) => {
  test('the wrong example says exactly what the page shows', () => {
    const result = plan(wrong);
    expect(result.ok ? [] : result.error.map((d) => d.code)).toEqual([code]);
    expect(result.ok ? '' : formatDiagnostics(result.error)).toBe(text);
  });

  test('the right example plans', () => {
    const result = plan(right);
    expect(result.ok ? '' : formatDiagnostics(result.error)).toBe('');
  });
});
