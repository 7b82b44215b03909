import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import { planPipeline } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';

const root = new URL('../../', import.meta.url);
const shipped = readdirSync(new URL('pipelines/', root)).filter((name) => name.endsWith('.yaml'));
const signatures = readSignatures(
  JSON.parse(readFileSync(new URL('schemas/stages.schema.json', root), 'utf8')),
);

describe.each(shipped)('pipelines/%s', (name) => {
  const source = readFileSync(new URL(`pipelines/${name}`, root));

  test('names the schema that editors complete from', () => {
    expect(source.toString().split('\n')[0]).toBe(
      '# yaml-language-server: $schema=../schemas/pipeline.schema.json',
    );
  });

  test('plans with the stage types as they are shipped', () => {
    const plan = planPipeline({ source, file: name, signatures });
    expect(plan.ok ? '' : formatDiagnostics(plan.error)).toBe('');
  });
});
