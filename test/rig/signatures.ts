import { Type } from '@sinclair/typebox';
import type { OutsideFiles, StageSignature } from '../../src/pipeline/stage.js';

const params = Type.Object({ name: Type.String(), hold: Type.Optional(Type.Boolean({ default: true })) });

const held = (type: string, more: Partial<StageSignature> = {}): StageSignature => ({
  type,
  version: 1,
  summary: 'Does what the test says.',
  params,
  inputs: {},
  outputs: { out: { type: 'file', doc: 'text' } },
  runtime: 'portable',
  ...more,
});

const folder: OutsideFiles = {
  kind: 'folder',
  when: {},
  parameter: 'path',
  paths: { numbers: ['numbers.txt', 'numbers.csv'] },
};

/** The stage types of the rig. */
export const signatures: Readonly<Record<string, StageSignature>> = {
  held: held('held'),
  threaded: held('threaded', { threads: true }),
  figure: held('figure', { outputs: { figure: { type: 'figure', doc: 'drawing' } } }),
  reader: held('reader', { files: [folder] }),
};
