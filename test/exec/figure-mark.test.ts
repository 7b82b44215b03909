import fc from '../properties.js';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readMark, stampFigure, unstampFigure } from '../../src/exec/figure-mark.js';

const mark = { key: 'ab'.repeat(32), output: 'figure' };
const svg = Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><g>é</g></svg>\n');

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
const png = Buffer.concat([
  signature,
  chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
  chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
  chunk('IEND', Buffer.alloc(0)),
]);

/** Types of the chunks of a PNG whose checksums are right. */
function chunksOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const types: string[] = [];
  for (let at = signature.length; at < buffer.length;) {
    const length = buffer.readUInt32BE(at);
    expect(crc32(buffer.subarray(at + 4, at + 8 + length))).toBe(buffer.readUInt32BE(at + 8 + length));
    types.push(buffer.toString('latin1', at + 4, at + 8));
    at += 12 + length;
  }
  return types;
}

describe('the mark of a figure', () => {
  test('is metadata of an SVG, before its end', () => {
    const stamped = Buffer.from(stampFigure(svg, mark)).toString('utf8');
    expect(stamped).toBe(
      `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><g>é</g><metadata id="ticketlab">{"ticketlab":1,"key":"${mark.key}","output":"figure"}</metadata></svg>\n`,
    );
  });

  test('is a text chunk of a PNG, which stays a PNG', () => {
    expect(chunksOf(stampFigure(png, mark))).toEqual(['IHDR', 'IDAT', 'tEXt', 'IEND']);
  });

  test.each([
    ['SVG', svg],
    ['PNG', png],
  ])('can be read and taken off again: %s', (_, bytes) => {
    const stamped = stampFigure(bytes, mark);
    expect(readMark(stamped)).toEqual(mark);
    expect(Buffer.compare(unstampFigure(stamped), bytes)).toBe(0);
    expect(readMark(bytes)).toBeUndefined();
  });

  test('that was put on last is the one that counts', () => {
    const other = { key: 'cd'.repeat(32), output: 'é <b>&' };
    for (const bytes of [svg, png]) {
      const once = stampFigure(bytes, mark);
      const twice = stampFigure(once, other);
      expect(readMark(twice)).toEqual(other);
      expect(Buffer.compare(unstampFigure(twice), once)).toBe(0);
    }
  });

  test('leaves other formats alone', () => {
    for (const bytes of [
      Buffer.from('x,y\n1,2\n'),
      Buffer.alloc(0),
      Buffer.from('</svg>'),
      png.subarray(0, 30),
    ])
      expect(stampFigure(bytes, mark)).toBe(bytes);
  });

  test('can be taken off whatever the figure holds, even words of a mark', () => {
    const words = fc.constantFrom(
      '<svg>',
      '</svg>',
      '<metadata id="ticketlab">',
      '</metadata>',
      '{"key":1}',
      'x',
    );
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        const bytes = Buffer.from(`<svg>${parts.join('')}</svg>`);
        expect(Buffer.compare(unstampFigure(stampFigure(bytes, mark)), bytes)).toBe(0);
        expect(readMark(stampFigure(bytes, mark))).toEqual(mark);
      }),
    );
  });

  test('of somebody else is none', () => {
    const forged = (text: string) => Buffer.from(`<svg><metadata id="ticketlab">${text}</metadata></svg>`);
    for (const text of ['', '{', 'null', '{"key":"../x","output":"a"}', `{"key":"${mark.key}"}`])
      expect(readMark(forged(text))).toBeUndefined();
  });
});
