import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { readDataSet, type FileName } from '../../src/data/labelled.js';
import { imageFile, labelFile, tinyFiles } from './tiny.js';

const read = (changes: Partial<Record<FileName, Uint8Array>> = {}) => {
  const files = { ...tinyFiles(), ...changes };
  return readDataSet({
    bytesOf: (file) => files[file],
    contextOf: (file) => ({ file: `my/${file}`, advice: 'Fetch it again.' }),
    element: 'ubyte',
  });
};

describe('a data set', () => {
  it('has images and labels for training and test', () => {
    const { train, test } = read();
    expect([train.count, train.rows, train.columns]).toEqual([3, 2, 4]);
    expect([test.count, test.rows, test.columns]).toEqual([2, 2, 4]);
    expect([...train.labels]).toEqual([3, 0, 9]);
    expect([...test.labels]).toEqual([1, 2]);
  });

  it.each<[string, Partial<Record<FileName, Uint8Array>>, string]>([
    [
      'more images than labels',
      { 'train-labels-idx1-ubyte': labelFile([1, 2]) },
      'my/train-labels-idx1-ubyte: found 2 labels, expected 3, one for each image of my/train-images-idx3-ubyte. Fetch it again.',
    ],
    [
      'more labels than images',
      { 't10k-labels-idx1-ubyte': labelFile([1, 2, 3]) },
      'my/t10k-labels-idx1-ubyte: found 3 labels, expected 2, one for each image of my/t10k-images-idx3-ubyte. Fetch it again.',
    ],
    [
      'a label above 9',
      { 'train-labels-idx1-ubyte': labelFile([9, 10, 255]) },
      'my/train-labels-idx1-ubyte: found label 10 at position 1, expected 0 to 9. Fetch it again.',
    ],
    [
      'test images of another height',
      { 't10k-images-idx3-ubyte': imageFile([[1, 2, 3, 4], [5, 6, 7, 8]], 1, 4) }, // prettier-ignore
      'my/t10k-images-idx3-ubyte: test images of 1 × 4 pixels do not go with training images of 2 × 4. Fetch it again.',
    ],
    [
      'test images of another width',
      { 't10k-images-idx3-ubyte': imageFile([[1, 2], [3, 4]], 2, 1) }, // prettier-ignore
      'my/t10k-images-idx3-ubyte: test images of 2 × 1 pixels do not go with training images of 2 × 4. Fetch it again.',
    ],
    [
      'training and test files that were swapped in part',
      { 'train-images-idx3-ubyte': tinyFiles()['t10k-images-idx3-ubyte'] },
      'my/train-labels-idx1-ubyte: found 3 labels, expected 2, one for each image of my/train-images-idx3-ubyte. Fetch it again.',
    ],
  ])('is refused with %s', (_, changes, message) => {
    expect(() => read(changes)).toThrow(new UserError(message));
  });
});
