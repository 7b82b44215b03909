import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import { gatherTables } from '../../src/artefacts/gather-tables.js';
import { decodeTable, encodeTable } from '../../src/artefacts/table.js';
import { UserError } from '../../src/base/result.js';
import type { Json } from '../../src/base/json.js';
import type { GatheredArtefact } from '../../src/pipeline/stage.js';

describe('a table', () => {
  it('is CSV with \\n line ends, shortest numbers and empty cells for missing values', () => {
    const text = encodeTable(
      ['generation', 'name', 'best'],
      [
        { generation: 0, name: 'a,b', best: 0.1 + 0.2 },
        { generation: 50, name: 'say "x"', best: undefined },
        { generation: 100, best: 1e-7 },
      ],
    );
    expect(text).toBe('generation,name,best\n0,"a,b",0.30000000000000004\n50,"say ""x""",\n100,,1e-7\n');
  });

  it('reads back what was written', () => {
    const cell = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constant(undefined),
      fc.string().map((s) => `s${s}`),
    );
    const table = fc.array(fc.record({ a: cell, b: cell }));
    fc.assert(
      fc.property(table, (rows) => {
        const plain = rows.map(({ a, b }) => ({ a: Object.is(a, -0) ? 0 : a, b: Object.is(b, -0) ? 0 : b }));
        expect(decodeTable(encodeTable(['a', 'b'], rows))).toEqual({ columns: ['a', 'b'], rows: plain });
      }),
    );
  });

  it('reads a single column with missing values', () => {
    expect(decodeTable(encodeTable(['x'], [{ x: undefined }, { x: 1 }, {}])).rows).toEqual([
      { x: undefined },
      { x: 1 },
      { x: undefined },
    ]);
  });

  it('reads declared columns as their types and guesses the others', () => {
    const text = 'level,share,method,done,other,id\n3,1e-3,7,true,0.5,007\n';
    expect(decodeTable(text, { level: 'int', share: 'double', method: 'string', done: 'bool' }).rows).toEqual(
      [{ level: 3, share: 0.001, method: '7', done: true, other: 0.5, id: '007' }],
    );
  });

  it('keeps numbers that are not finite', () => {
    const rows = [{ x: NaN }, { x: Infinity }, { x: -Infinity }];
    expect(decodeTable(encodeTable(['x'], rows), { x: 'double' }).rows).toEqual(rows);
  });

  it('reads \\r\\n line ends too', () => {
    expect(decodeTable('a,b\r\n1,2\r\n').rows).toEqual([{ a: 1, b: 2 }]);
  });

  it('refuses to write what is not a table', () => {
    expect(() => encodeTable(['a', 'a'], [])).toThrow('column names must be unique and not empty: a, a');
    expect(() => encodeTable(['a'], [{ a: 1 }, { b: 2 }])).toThrow('row 1 has b, which is not a column');
  });
});

describe('a malformed table is refused:', () => {
  it.each([
    ['', {}, 'This CSV is empty: it has not even a line of column names.'],
    ['a,b\n1\n', {}, 'Row 1 of this CSV has 1 cells, but there are 2 columns.'],
    ['a,b\n1,2\n1,2,3\n', {}, 'Row 2 of this CSV has 3 cells, but there are 2 columns.'],
    ['a\n"x\n', {}, 'This CSV has a quoted cell that is never closed.'],
    ['a,a\n', {}, 'This CSV has two columns named a.'],
    ['a,\n', {}, 'This CSV has a column without a name.'],
    ['a,b\n', { c: 'int', d: 'int' }, 'This CSV lacks the column c, d; it has a, b.'],
    ['a\n1.5\n', { a: 'int' }, 'Row 1 of this CSV, column a: "1.5" is not an integer.'],
    ['a\n0x10\n', { a: 'double' }, 'Row 1 of this CSV, column a: "0x10" is not a number.'],
    ['a\nTRUE\n', { a: 'bool' }, 'Row 1 of this CSV, column a: "TRUE" is not true or false.'],
  ] as const)('%j', (text, types, message) => {
    expect(() => decodeTable(text, types)).toThrow(UserError);
    expect(() => decodeTable(text, types)).toThrow(message);
  });
});

describe('gathered tables', () => {
  const gathered = (coords: Record<string, Json>, csv: string): GatheredArtefact => ({
    coords,
    artefact: { type: 'table', sha256: '', bytes: () => new Uint8Array(), text: () => csv, files: () => [] },
  });

  it('lie one under the other, with the coordinates as first columns', () => {
    const table = gatherTables([
      gathered({ method: 'random', level: 0 }, 'x,y\n1,2\n3,4\n'),
      gathered({ method: 'magnitude', level: 1 }, 'x,z\n5,6\n'),
    ]);
    expect(table).toEqual({
      columns: ['method', 'level', 'x', 'y', 'z'],
      rows: [
        { method: 'random', level: 0, x: 1, y: 2 },
        { method: 'random', level: 0, x: 3, y: 4 },
        { method: 'magnitude', level: 1, x: 5, z: 6 },
      ],
    });
    expect(encodeTable(table.columns, table.rows)).toContain('magnitude,1,5,,6\n');
  });

  it('write coordinates that are lists or objects as canonical JSON', () => {
    const [row] = gatherTables([gathered({ sizes: [1, 2], none: null }, 'x\n1\n')]).rows;
    expect(row).toEqual({ sizes: '[1,2]', none: undefined, x: 1 });
  });

  it('may repeat a coordinate but not contradict it', () => {
    expect(gatherTables([gathered({ level: 2 }, 'level,x\n2,1\n')]).columns).toEqual(['level', 'x']);
    expect(() => gatherTables([gathered({ level: 2 }, 'level,x\n3,1\n')])).toThrow(
      'A gathered table has a column level with the value 3, but it comes from an instance whose level is 2. Rename the column or the axis.',
    );
  });

  it('must have the columns that are asked for', () => {
    expect(() => gatherTables([gathered({}, 'x\n1\n')], { accuracy: 'double' })).toThrow(
      'This CSV lacks the column accuracy; it has x.',
    );
  });
});
