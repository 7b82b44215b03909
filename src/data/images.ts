import { decodeDescription, type DatasetDescription } from './description.js';
import { fileError, type FileContext } from './idx.js';
import { readDataSet, type LabelledSet } from './labelled.js';

/** Normalised images of one set, in memory that worker threads can share. */
export interface Images {
  /** count × inputs, row-major; an image is its rows one after the other. */
  readonly pixels: Float32Array;
  /** Class of each image, 0 to 9. */
  readonly labels: Uint8Array;
  readonly count: number;
  /** Pixels of an image. */
  readonly inputs: number;
}

export interface ImageSets {
  readonly train: Images;
  readonly test: Images;
  readonly description: DatasetDescription;
}

/**
 * Decodes a dataset artefact. Every pixel is (value / divisor - mean) / std, computed in float64 and rounded to
 * float32 once.
 *
 * @param bytesOf the bytes of a file of the artefact, by name
 * @throws UserError when the artefact is damaged
 */
export function readImages(bytesOf: (file: string) => Uint8Array): ImageSets {
  const description = decodeDescription(new TextDecoder().decode(bytesOf('dataset.json')));
  const contextOf = (file: string): FileContext => ({
    file,
    advice: 'Run the dataset stage again to make a new one.',
  });
  const element = description.divisor <= 255 ? 'ubyte' : 'int16';
  const { train, test } = readDataSet({ bytesOf, contextOf, element });
  const table = normalisedValues(description);
  const normalise = (set: LabelledSet, file: string): Images => {
    const { counts, rows, columns } = description;
    const wanted = [file.startsWith('train') ? counts.train : counts.test, rows, columns].join(' × ');
    if (set.images.shape.join(' × ') !== wanted) {
      const found = set.images.shape.join(' × ');
      throw fileError(contextOf(file), `found ${found} pixels, expected ${wanted} as in dataset.json`);
    }
    return toImages(set, table, contextOf(file));
  };
  return {
    train: normalise(train, 'train-images-idx3-ubyte'),
    test: normalise(test, 't10k-images-idx3-ubyte'),
    description,
  };
}

/** The normalised value of each possible pixel: there are few of them, and division is slow. */
function normalisedValues({ divisor, mean, std }: DatasetDescription): Float32Array {
  return Float32Array.from({ length: divisor + 1 }, (_, value) => (value / divisor - mean) / std);
}

function toImages(set: LabelledSet, table: Float32Array, context: FileContext): Images {
  const inputs = set.rows * set.columns;
  const pixels = new Float32Array(new SharedArrayBuffer(4 * set.count * inputs));
  const largest = lookUp[set.images.element](pixels, set.images.data, table);
  if (largest >= table.length) {
    throw fileError(context, `found a pixel of ${largest}, expected 0 to ${table.length - 1}`);
  }
  const labels = new Uint8Array(new SharedArrayBuffer(set.count));
  labels.set(set.labels);
  return { pixels, labels, count: set.count, inputs };
}

/** Fill `out` with table[element] and return the largest element: two loops, since 47 million pixels go through. */
const lookUp = {
  ubyte(out: Float32Array, data: Uint8Array, table: Float32Array): number {
    let largest = 0;
    for (let i = 0; i < out.length; i++) {
      const value = data[i]!;
      if (value > largest) largest = value;
      out[i] = table[value]!;
    }
    return largest;
  },
  int16(out: Float32Array, data: Uint8Array, table: Float32Array): number {
    let largest = 0;
    for (let i = 0; i < out.length; i++) {
      const value = (data[2 * i]! << 8) | data[2 * i + 1]!;
      if (value > largest) largest = value;
      out[i] = table[value]!;
    }
    return largest;
  },
};
