import { join } from 'node:path';
import { UserError } from '../base/result.js';
import { download, type DownloadFailure, type DownloadOptions } from './download.js';
import { gunzipIfNeeded } from './gunzip.js';
import { fileNames, type FileName } from './labelled.js';

/** A data set as its publisher gives it out: four gzipped IDX files that never change. */
export interface Original {
  readonly title: string;
  readonly mirrors: readonly string[];
  /** sha256 of `<file>.gz`. */
  readonly sha256: Readonly<Record<FileName, string>>;
}

export const originals = {
  fmnist: {
    title: 'Fashion-MNIST',
    mirrors: [
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
      'https://fashion-mnist.s3.eu-central-1.amazonaws.com/',
    ],
    sha256: {
      'train-images-idx3-ubyte': '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      'train-labels-idx1-ubyte': 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      't10k-images-idx3-ubyte': '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      't10k-labels-idx1-ubyte': '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
  },
  kmnist: {
    title: 'Kuzushiji-MNIST',
    mirrors: ['https://codh.rois.ac.jp/kmnist/dataset/kmnist/'],
    sha256: {
      'train-images-idx3-ubyte': '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4',
      'train-labels-idx1-ubyte': 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17',
      't10k-images-idx3-ubyte': 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5',
      't10k-labels-idx1-ubyte': '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c',
    },
  },
} as const satisfies Record<string, Original>;

export type OriginalName = keyof typeof originals;

/** The folder of the cache that holds a publisher's files. */
export const originalsFolder = (cache: string, task: string): string => join(cache, 'datasets', task);

export interface OriginalsOptions extends DownloadOptions {
  /** Other ways to the same images, a line each, for the message when the network is out of reach. */
  readonly waysOut: readonly string[];
}

/**
 * The four unpacked files of a data set, downloaded where the cache does not have them.
 *
 * @throws UserError with the failure of each mirror and the ways out.
 */
export async function fetchOriginals(
  original: Original,
  options: OriginalsOptions,
): Promise<ReadonlyMap<FileName, Uint8Array>> {
  const unpacked = new Map<FileName, Uint8Array>();
  for (const file of fileNames) {
    const wanted = { name: `${file}.gz`, sha256: original.sha256[file], mirrors: original.mirrors };
    const archive = await download(wanted, options);
    if (!archive.ok) throw new UserError(failureText(original, wanted.name, archive.error, options));
    const context = { file: wanted.name, advice: `Delete it from ${options.folder} and run again.` };
    unpacked.set(file, gunzipIfNeeded(archive.value, context));
  }
  return unpacked;
}

function failureText(
  original: Original,
  file: string,
  failures: DownloadFailure,
  { folder, waysOut }: OriginalsOptions,
): string {
  return [
    `Could not download ${file} of ${original.title}:`,
    ...failures.map(({ url, reason }) => `  ${url}: ${reason}`),
    'Run again when the network is back (what has arrived is kept), or choose another way:',
    `  - put the publisher's four files (${fileNames.map((name) => `${name}.gz`).join(', ')}) into ${folder}`,
    ...waysOut.map((way) => `  - ${way}`),
  ].join('\n');
}
