import { encodeIdx } from '../../src/data/idx.js';
import type { FileName } from '../../src/data/labelled.js';

/** IDX bytes of images whose pixels are given as a list of lists. */
export function imageFile(images: number[][], rows: number, columns: number): Uint8Array {
  const data = Uint8Array.from(images.flat());
  return encodeIdx({ element: 'ubyte', shape: [images.length, rows, columns], data });
}

export function labelFile(labels: number[]): Uint8Array {
  return encodeIdx({ element: 'ubyte', shape: [labels.length], data: Uint8Array.from(labels) });
}

/** Three training and two test images of 2 × 4 pixels. */
export function tinyFiles(): Record<FileName, Uint8Array> {
  return {
    'train-images-idx3-ubyte': imageFile(
      [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [255, 255, 0, 0, 255, 255, 0, 1],
        [10, 20, 30, 40, 50, 60, 70, 80],
      ],
      2,
      4,
    ),
    'train-labels-idx1-ubyte': labelFile([3, 0, 9]),
    't10k-images-idx3-ubyte': imageFile(
      [
        [9, 8, 7, 6, 5, 4, 3, 2],
        [0, 0, 0, 0, 0, 0, 0, 255],
      ],
      2,
      4,
    ),
    't10k-labels-idx1-ubyte': labelFile([1, 2]),
  };
}

export const asBytes = (content: Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

/** A copy with some bytes replaced. */
export function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(values, at);
  return copy;
}
