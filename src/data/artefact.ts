import { encodeDescription, type DatasetDescription } from './description.js';
import { sumBlocks } from './downsample.js';
import { encodeIdx, type FileContext } from './idx.js';
import { classes, readDataSet, type FileName, type LabelledSet } from './labelled.js';

/** What every image is normalised with, for all three data sets alike: mean and spread of MNIST's training pixels. */
const normalisation = { mean: 0.1307, std: 0.3081 } as const;

export interface DatasetChoice {
  readonly task: string;
  readonly downsample: 1 | 2;
  readonly note?: string;
}

/**
 * Checks the four IDX files of bytes and makes the files of a dataset artefact: the same four files (images summed
 * over 2 × 2 pixels with `downsample: 2`) and `dataset.json`.
 *
 * @throws UserError on the first fault of a file.
 */
export function makeDataset(
  bytesOf: (file: FileName) => Uint8Array,
  contextOf: (file: FileName) => FileContext,
  choice: DatasetChoice,
): Map<string, Uint8Array | string> {
  const whole = readDataSet({ bytesOf, contextOf, element: 'ubyte' });
  const reduce = (set: LabelledSet, file: FileName): LabelledSet =>
    choice.downsample === 2 ? sumBlocks(set, contextOf(file)) : set;
  const train = reduce(whole.train, 'train-images-idx3-ubyte');
  const test = reduce(whole.test, 't10k-images-idx3-ubyte');
  const description: DatasetDescription = {
    ...choice,
    ...normalisation,
    rows: train.rows,
    columns: train.columns,
    divisor: 255 * choice.downsample * choice.downsample,
    classes,
    counts: { train: train.count, test: test.count },
  };
  return new Map<string, Uint8Array | string>([
    ['dataset.json', encodeDescription(description)],
    ['train-images-idx3-ubyte', encodeIdx(train.images)],
    ['train-labels-idx1-ubyte', encodeLabels(train)],
    ['t10k-images-idx3-ubyte', encodeIdx(test.images)],
    ['t10k-labels-idx1-ubyte', encodeLabels(test)],
  ]);
}

function encodeLabels({ labels, count }: LabelledSet): Uint8Array {
  return encodeIdx({ element: 'ubyte', shape: [count], data: labels });
}
