import type { FileContext } from './idx.js';
import { fileError } from './idx.js';
import type { LabelledSet } from './labelled.js';

/**
 * Sums blocks of 2 × 2 pixels: the average of a block is its sum over 4, kept as an exact integer (0 to 1020) until
 * the one division of the normalisation. Stored as big-endian 16-bit integers, since a sum does not fit into a byte.
 *
 * @throws UserError when a side of the images is odd.
 */
export function sumBlocks(set: LabelledSet, context: FileContext): LabelledSet {
  const { count, rows, columns } = set;
  if (rows % 2 !== 0 || columns % 2 !== 0) {
    throw fileError(
      context,
      `images of ${rows} × ${columns} pixels cannot be downsampled by 2, both sides must be even`,
    );
  }
  const pixels = set.images.data;
  const halfColumns = columns / 2;
  // The rows of all images lie one under the other, and no block reaches over the edge of an image.
  const blockRows = (count * rows) / 2;
  const data = new Uint8Array(2 * blockRows * halfColumns);
  let out = 0;
  for (let blockRow = 0; blockRow < blockRows; blockRow++) {
    let upper = 2 * blockRow * columns;
    for (let block = 0; block < halfColumns; block++, upper += 2, out += 2) {
      const lower = upper + columns;
      const sum = pixels[upper]! + pixels[upper + 1]! + pixels[lower]! + pixels[lower + 1]!;
      data[out] = sum >> 8;
      data[out + 1] = sum & 0xff;
    }
  }
  const shape = [count, rows / 2, halfColumns];
  return { ...set, images: { element: 'int16', shape, data }, rows: rows / 2, columns: halfColumns };
}
