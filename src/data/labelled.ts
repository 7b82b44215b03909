import { fileError, parseIdx, type FileContext, type Idx, type IdxElement } from './idx.js';

/** All three data sets have labels 0 to 9. */
export const classes = 10;

/** Names of the four files, as their publishers have them and as they stand in a dataset artefact. */
export const fileNames = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;

export type FileName = (typeof fileNames)[number];

/** Images and their labels: `images.shape` is count × rows × columns, `labels` has `count` entries in 0..9. */
export interface LabelledSet {
  readonly images: Idx;
  readonly labels: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

export interface DataSet {
  readonly train: LabelledSet;
  readonly test: LabelledSet;
}

export interface DataSetReader {
  /** The bytes of one of the four IDX files, not compressed. */
  readonly bytesOf: (file: FileName) => Uint8Array;
  /** How messages name the file, and what they advise. */
  readonly contextOf: (file: FileName) => FileContext;
  /** Element type of the images. */
  readonly element: IdxElement;
}

/**
 * Reads and checks the four IDX files: each for itself, images against labels, training against test images.
 *
 * @throws UserError on the first fault.
 */
export function readDataSet(reader: DataSetReader): DataSet {
  const train = readLabelled(reader, 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte');
  const test = readLabelled(reader, 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte');
  if (train.rows !== test.rows || train.columns !== test.columns) {
    throw fileError(
      reader.contextOf('t10k-images-idx3-ubyte'),
      `test images of ${test.rows} × ${test.columns} pixels do not go with training images of ${train.rows} × ${train.columns}`,
    );
  }
  return { train, test };
}

/** How often each label occurs. */
export function classCounts(labels: Uint8Array): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}

function readLabelled(reader: DataSetReader, imageFile: FileName, labelFile: FileName): LabelledSet {
  const imageContext = reader.contextOf(imageFile);
  const labelContext = reader.contextOf(labelFile);
  const images = parseIdx(reader.bytesOf(imageFile), { ...imageContext, element: reader.element, rank: 3 });
  const labels = parseIdx(reader.bytesOf(labelFile), { ...labelContext, element: 'ubyte', rank: 1 }).data;
  const [count, rows, columns] = images.shape as [number, number, number];
  if (labels.length !== count) {
    throw fileError(
      labelContext,
      `found ${labels.length} labels, expected ${count}, one for each image of ${imageContext.file}`,
    );
  }
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw fileError(
      labelContext,
      `found label ${labels[wrong]} at position ${wrong}, expected 0 to ${classes - 1}`,
    );
  }
  return { images, labels, count, rows, columns };
}
