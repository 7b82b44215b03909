import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readings } from '../../src/es/readings.js';
import { strategyNames } from '../../src/es/index.js';
import { optimizerNames } from '../../src/es/optimizers.js';
import { metricsColumnNames } from '../../src/es/metrics.js';

const root = resolve(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'docs/numerics.md'), 'utf8');

function section(title: string): string {
  const from = document.indexOf(`\n## ${title}\n`);
  expect(from, title).toBeGreaterThanOrEqual(0);
  const end = document.indexOf('\n## ', from + 1);
  return document.slice(from, end < 0 ? undefined : end);
}

/** Cells of the lines of a table below its head. */
function tableIn(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const cellsOf = (line: string) => line.split(/(?<!\\)\|/).slice(1, -1);
  return lines.slice(2).map((line) => cellsOf(line).map((cell) => cell.trim().replaceAll('`', '')));
}

/** Numbers of the register that a file names. */
const idsIn = (file: string): string[] => readFileSync(join(root, file), 'utf8').match(/\bD\d+\b/g) ?? [];

describe('docs/numerics.md', () => {
  test('has the table of readings that the code has', () => {
    const expected = readings.map(({ id, file, corrected, reference }) => [id, file, corrected, reference]);
    expect(tableIn(section('Readings'))).toEqual(expected);
  });

  test('has every reading in its register of discrepancies', () => {
    const register = tableIn(section('Register of discrepancies'));
    for (const row of register) expect(row).toHaveLength(4);
    const byReading = register.filter((row) => row[3] === 'by reading').map(([id]) => id);
    const others = register.filter((row) => row[3] !== 'by reading').map(([id]) => id);
    const ids = [...new Set(readings.map(({ id }) => id))];
    for (const id of ids) expect([...byReading, ...others]).toContain(id);
    for (const id of byReading) expect(ids).toContain(id);
  });

  test('names files that exist', () => {
    const files = new Set(
      document.match(/`((?:src|stages|test)\/[\w./-]+)`/g)?.map((file) => file.slice(1, -1)),
    );
    expect(files.size).toBeGreaterThan(15);
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
  });

  test('describes every strategy, every optimizer and every diagnosis of the metrics', () => {
    for (const name of strategyNames) expect(document).toContain(`\n### ${name} · `);
    for (const name of optimizerNames) expect(document).toMatch(new RegExp(`^\\| ${name} +\\|`, 'm'));
    const diagnoses = metricsColumnNames.filter((name) => /^(std|rate)_/.test(name));
    for (const name of diagnoses) expect(document).toContain(`\`${name}\``);
  });
});

describe('the list of readings', () => {
  test('names files that decide by reading and say which discrepancy they treat', () => {
    for (const { id, file } of readings) {
      expect(idsIn(file), file).toContain(id);
      expect(readFileSync(join(root, file), 'utf8')).toContain("reading === 'reference'");
    }
  });

  test('leaves out no file that decides by reading', () => {
    const deciding = readdirSync(join(root, 'src/es'))
      .map((name) => `src/es/${name}`)
      .filter((file) => readFileSync(join(root, file), 'utf8').includes("reading === 'reference'"));
    expect(new Set(readings.map(({ file }) => file))).toEqual(new Set([...deciding, 'stages/train-es.ts']));
  });
});
