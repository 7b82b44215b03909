import { createHash } from 'node:crypto';
import { encodeTensors } from '../../src/artefacts/tensors.js';
import type { Tensors } from '../../src/artefacts/tensors.js';
import { makeDataset } from '../../src/data/artefact.js';
import { encodeIdx } from '../../src/data/idx.js';
import type { Artefact, ArtefactType, OutputBytes, StageDefinition } from '../../src/pipeline/stage.js';
import { expectDeclaredColumns } from './declared-columns.js';

/** An artefact as a stage sees it, from what a stage has made. */
export function artefact(type: ArtefactType, content: OutputBytes): Artefact {
  const bytesOf = (part: Uint8Array | string | undefined): Uint8Array => {
    if (part === undefined) throw new Error('there is no such file in the artefact');
    return typeof part === 'string' ? new TextEncoder().encode(part) : part;
  };
  const bytes = (path?: string) =>
    bytesOf(content instanceof Map ? content.get(path ?? '') : (content as Uint8Array | string));
  return {
    type,
    sha256: '0'.repeat(64),
    bytes,
    text: (path) => new TextDecoder().decode(bytes(path)),
    files: () => (content instanceof Map ? [...content.keys()].sort() : []),
  };
}

export const tensors = (type: ArtefactType, content: Tensors): Artefact =>
  artefact(type, encodeTensors(content));

type Inputs = Readonly<Record<string, Artefact>>;

/** Runs a stage as a worker would, with the defaults of its parameters filled in; its tables have to be as declared. */
export async function runStage(
  stage: StageDefinition,
  params: Record<string, unknown>,
  inputs: Inputs = {},
  context: Readonly<Record<string, unknown>> = {},
) {
  const log: string[] = [];
  const variant = stage.variants ? stage.variants.of[String(params[stage.variants.by])] : undefined;
  const defaults: Record<string, unknown> = {};
  for (const schema of [stage.params, ...(variant ? [variant] : [])])
    for (const [name, { default: value }] of Object.entries(schema.properties))
      if (value !== undefined) defaults[name] = value;
  const given = { ...defaults, ...params };
  const outputs = await stage.run({
    params: given,
    inputs,
    files: {},
    threads: 1,
    checkpoints: { latest: () => undefined, due: () => false, save: () => undefined },
    cacheDir: () => '',
    progress: () => undefined,
    log: (line: string) => log.push(line),
    ...context,
  } as never);
  expectDeclaredColumns(stage, outputs, { params: given, inputs });
  return { outputs, log };
}

/** Some 2 x 2 images of one bright pixel each: its place, and the class that the image is said to have. */
export interface BrightPixels {
  readonly places: readonly number[];
  readonly labels: readonly number[];
}

export function datasetOf(train: BrightPixels, test: BrightPixels): Artefact {
  const imagesOf = ({ places }: BrightPixels): Uint8Array => {
    const data = new Uint8Array(places.length * 4);
    places.forEach((place, i) => (data[i * 4 + place] = 255));
    return encodeIdx({ element: 'ubyte', shape: [places.length, 2, 2], data });
  };
  const labelsOf = ({ labels }: BrightPixels): Uint8Array =>
    encodeIdx({ element: 'ubyte', shape: [labels.length], data: Uint8Array.from(labels) });
  const files = makeDataset(
    (file) => {
      const part = file.startsWith('train') ? train : test;
      return file.includes('images') ? imagesOf(part) : labelsOf(part);
    },
    (file) => ({ file, advice: '' }),
    { task: 'mnist', downsample: 1 },
  );
  return artefact('dataset', files);
}

/** A tiny dataset of 2 x 2 images: the class is where the bright pixel is. Test images are the training images again. */
export function tinyDataset(): Artefact {
  const labels = Array.from({ length: 20 }, (_, i) => (i < 10 ? i : i % 4));
  const all = { places: labels.map((label) => label % 4), labels };
  return datasetOf(all, all);
}

/** First 16 hex digits of the sha256 of an output. */
export function digest(content: OutputBytes | undefined): string {
  return createHash('sha256')
    .update(content as Uint8Array | string)
    .digest('hex')
    .slice(0, 16);
}
