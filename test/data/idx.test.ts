import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { encodeIdx, parseIdx, type IdxElement } from '../../src/data/idx.js';
import { imageFile, labelFile, patched } from './tiny.js';

const images = imageFile([[1, 2, 3, 4, 5, 6]], 2, 3);
const labels = labelFile([7, 8]);
const advice = 'Fetch it again.';
const asImages = { file: 'pictures', advice, element: 'ubyte', rank: 3 } as const;
const asLabels = { file: 'names', advice, element: 'ubyte', rank: 1 } as const;

describe('an IDX file', () => {
  it('is what Yann LeCun describes: big-endian magic number and extents, then the elements', () => {
    expect([...images]).toEqual([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
    expect([...labels]).toEqual([0, 0, 8, 1, 0, 0, 0, 2, 7, 8]);
  });

  it('says so when it holds 16-bit integers', () => {
    const file = encodeIdx({ element: 'int16', shape: [2], data: Uint8Array.of(3, 0xfc, 0, 1) });
    expect([...file]).toEqual([0, 0, 0x0b, 1, 0, 0, 0, 2, 3, 0xfc, 0, 1]);
  });

  it('comes back from its bytes as it was, wherever they lie in a buffer', () => {
    const element = fc.constantFrom<IdxElement>('ubyte', 'int16');
    const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(element, shape, fc.nat(20), (element, shape, lead) => {
        const size = shape.reduce((a, b) => a * b, element === 'ubyte' ? 1 : 2);
        const data = Uint8Array.from({ length: size }, (_, i) => (i * 37) % 256);
        const file = encodeIdx({ element, shape, data });
        const buffer = new Uint8Array(lead + file.length);
        buffer.set(file, lead);
        const parsed = parseIdx(buffer.subarray(lead), { file: 'f', advice, element, rank: shape.length });
        expect({ ...parsed, data: [...parsed.data] }).toEqual({ element, shape, data: [...data] });
      }),
    );
  });

  it('is not made from data that do not fill its shape', () => {
    expect(() => encodeIdx({ element: 'int16', shape: [2, 2], data: new Uint8Array(7) })).toThrow(
      new RangeError('IDX: 2 × 2 int16 take 8 bytes, got 7'),
    );
  });
});

describe('a damaged IDX file gets one message that names file, found, expected and advice', () => {
  it.each([
    ['empty', new Uint8Array(), 'too short: found 0 bytes, the header alone takes 16'],
    ['without a whole header', images.slice(0, 15), 'too short: found 15 bytes, the header alone takes 16'],
    [
      'cut short',
      images.slice(0, 21),
      'cut short: found 21 bytes, expected 22 for the 1 × 2 × 3 elements that its header announces',
    ],
    [
      'too long',
      Uint8Array.of(...images, 0),
      'too long: found 23 bytes, expected 22 for the 1 × 2 × 3 elements that its header announces',
    ],
    [
      'with an absurd count',
      patched(images, 4, 255, 255, 255, 255),
      'cut short: found 22 bytes, expected 25769803786 for the 4294967295 × 2 × 3 elements that its header announces',
    ],
    [
      'without images',
      imageFile([], 2, 3),
      'its header announces 0 × 2 × 3 elements: there is nothing in it',
    ],
    [
      'of labels',
      labelFile([1, 2, 3, 4, 5, 6, 7, 8]),
      'wrong magic number: found 2049 (labels, unsigned bytes), expected 2051 (images, unsigned bytes)',
    ],
    [
      'of other elements',
      patched(images, 2, 0x0b),
      'wrong magic number: found 2819 (images, 16-bit integers), expected 2051 (images, unsigned bytes)',
    ],
    [
      'of four dimensions',
      patched(images, 3, 4),
      'wrong magic number: found 2052 (an array of 4 dimensions, unsigned bytes), expected 2051 (images, unsigned bytes)',
    ],
    [
      'that is something else',
      new TextEncoder().encode('<!DOCTYPE html><html>'),
      'wrong magic number: found 1008813135 (not an IDX file), expected 2051 (images, unsigned bytes)',
    ],
  ])('%s', (_, bytes, fault) => {
    expect(() => parseIdx(bytes, asImages)).toThrow(new UserError(`pictures: ${fault}. Fetch it again.`));
  });

  it('images where labels should be', () => {
    expect(() => parseIdx(images, asLabels)).toThrow(
      new UserError(
        'names: wrong magic number: found 2051 (images, unsigned bytes), ' +
          'expected 2049 (labels, unsigned bytes). Fetch it again.',
      ),
    );
  });
});
