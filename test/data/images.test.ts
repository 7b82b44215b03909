import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { makeDataset } from '../../src/data/artefact.js';
import { readImages } from '../../src/data/images.js';
import { asBytes, imageFile, labelFile, patched, tinyFiles } from './tiny.js';

const contextOf = (file: string) => ({ file, advice: 'Fetch it again.' });
const make = (downsample: 1 | 2, files = tinyFiles()) =>
  makeDataset((file) => files[file], contextOf, { task: 'mnist', downsample });

const read = (artefact: ReadonlyMap<string, Uint8Array | string>) =>
  readImages((file) => asBytes(artefact.get(file)!));

/** What a pixel means, written down once more: float64 throughout, rounded to float32 at the end. */
const normalised = (average: number) => Math.fround((average / 255 - 0.1307) / 0.3081);

describe('a dataset artefact', () => {
  it('keeps the original files byte for byte and describes them', () => {
    const artefact = make(1);
    for (const [file, bytes] of Object.entries(tinyFiles())) {
      expect([...asBytes(artefact.get(file)!)]).toEqual([...bytes]);
    }
    expect(artefact.get('dataset.json')).toBe(
      '{"classes":10,"columns":4,"counts":{"test":2,"train":3},"divisor":255,"downsample":1,' +
        '"mean":0.1307,"rows":2,"std":0.3081,"task":"mnist"}\n',
    );
  });

  it('is read as normalised float32, image by image, row by row', () => {
    const { train, test, description } = read(make(1));
    expect([train.count, train.inputs, test.count, test.inputs]).toEqual([3, 8, 2, 8]);
    const pixels = [0, 1, 2, 3, 4, 5, 6, 7, 255, 255, 0, 0, 255, 255, 0, 1, 10, 20, 30, 40, 50, 60, 70, 80];
    expect([...train.pixels]).toEqual(pixels.map(normalised));
    expect([...train.labels]).toEqual([3, 0, 9]);
    expect([...test.pixels.subarray(8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 255].map(normalised));
    expect(description.task).toBe('mnist');
  });

  it('lies in memory that threads can share', () => {
    const { train, test } = read(make(1));
    for (const array of [train.pixels, train.labels, test.pixels, test.labels]) {
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it('downsampled by 2 holds exact sums of 2 × 2 pixels in 16 bits', () => {
    const artefact = make(2);
    expect([...asBytes(artefact.get('train-images-idx3-ubyte')!)]).toEqual(
      [[0, 0, 0x0b, 3], [0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2], [0, 10, 0, 18, 3, 252, 0, 1, 0, 140, 0, 220]].flat(), // prettier-ignore
    );
    expect(artefact.get('dataset.json')).toBe(
      '{"classes":10,"columns":2,"counts":{"test":2,"train":3},"divisor":1020,"downsample":2,' +
        '"mean":0.1307,"rows":1,"std":0.3081,"task":"mnist"}\n',
    );
  });

  it('downsampled by 2 reads as averages that were rounded once', () => {
    const { train } = read(make(2));
    expect([train.count, train.inputs]).toEqual([3, 2]);
    expect([...train.pixels]).toEqual([10 / 4, 18 / 4, 255, 1 / 4, 35, 55].map(normalised));
  });

  it('does not mix the rows of neighbouring blocks or images', () => {
    const ones = (at: number) => Array.from({ length: 16 }, (_, i) => Number(i === at));
    const files = {
      ...tinyFiles(),
      'train-images-idx3-ubyte': imageFile(
        Array.from({ length: 16 }, (_, at) => ones(at)),
        4,
        4,
      ),
      'train-labels-idx1-ubyte': labelFile(new Array<number>(16).fill(0)),
      't10k-images-idx3-ubyte': imageFile([ones(0), ones(15)], 4, 4),
    };
    const { train } = read(make(2, files));
    const block = (at: number) => 2 * Math.floor(at / 8) + Math.floor((at % 4) / 2);
    for (let at = 0; at < 16; at++) {
      const lit = [...train.pixels.subarray(4 * at, 4 * at + 4)].map((pixel) => pixel > normalised(0));
      expect(lit, `pixel ${at}`).toEqual([0, 1, 2, 3].map((index) => index === block(at)));
    }
  });

  it.each([
    [1, 4],
    [4, 1],
  ])('of images of %i × %i pixels cannot be downsampled', (rows, columns) => {
    const image = [1, 2, 3, 4];
    const files = {
      ...tinyFiles(),
      'train-images-idx3-ubyte': imageFile([image, image, image], rows, columns),
      't10k-images-idx3-ubyte': imageFile([image, image], rows, columns),
    };
    expect(() => make(2, files)).toThrow(
      new UserError(
        `train-images-idx3-ubyte: images of ${rows} × ${columns} pixels cannot be downsampled by 2, ` +
          'both sides must be even. Fetch it again.',
      ),
    );
    expect(read(make(1, files)).train.inputs).toBe(4);
  });
});

describe('a damaged dataset artefact', () => {
  const again = 'Run the dataset stage again to make a new one.';

  it('with pixels above its divisor is refused', () => {
    const artefact = make(2);
    artefact.set('t10k-images-idx3-ubyte', patched(asBytes(artefact.get('t10k-images-idx3-ubyte')!), 18, 3, 253)); // prettier-ignore
    expect(() => read(artefact)).toThrow(
      new UserError(`t10k-images-idx3-ubyte: found a pixel of 1021, expected 0 to 1020. ${again}`),
    );
  });

  it('whose files are not those of its description is refused', () => {
    const artefact = make(1);
    artefact.set('dataset.json', (artefact.get('dataset.json') as string).replace('"train":3', '"train":4'));
    expect(() => read(artefact)).toThrow(
      new UserError(
        `train-images-idx3-ubyte: found 3 × 2 × 4 pixels, expected 4 × 2 × 4 as in dataset.json. ${again}`,
      ),
    );
  });

  it.each([
    ['not JSON', () => '{'],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['without counts', (text: string) => text.replace('"counts"', '"amounts"')],
    ['without a mean', (text: string) => text.replace('"mean":0.1307', '"mean":null')],
    ['with a std of 0', (text: string) => text.replace('0.3081', '0')],
    ['with a huge divisor', (text: string) => text.replace('255', '1e9')],
  ])('with a description that is %s is refused', (_, damage: (text: string) => string) => {
    const artefact = make(1);
    artefact.set('dataset.json', damage(artefact.get('dataset.json') as string));
    expect(() => read(artefact)).toThrow(
      new UserError(
        'dataset.json: not the description of a data set (it needs task, rows, columns, divisor, mean, std, ' +
          `classes, counts, downsample). ${again}`,
      ),
    );
  });
});
