// Writes schemas/{pipeline,component,stages}.schema.json from the built stage definitions;
// with --check it only compares, and fails when one of them is stale. Then docs/reference.md, from them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { allStages } = await import(join(root, 'dist/stages/index.js'));
const stages = await allStages();
const { pipelineSchema } = await import(join(root, 'dist/src/pipeline/schema.js'));
const { componentSchema } = await import(join(root, 'dist/src/pipeline/schema-component.js'));
const { signatureMap, signaturesDocument } = await import(join(root, 'dist/src/pipeline/signatures.js'));

const signatures = signatureMap(signaturesDocument(stages).stages);
const documents = {
  'schemas/pipeline.schema.json': pipelineSchema(signatures),
  'schemas/component.schema.json': componentSchema(signatures),
  'schemas/stages.schema.json': signaturesDocument(stages),
};

const stale = Object.entries(documents).filter(([file, document]) =>
  emit(file, `${JSON.stringify(document, null, 2)}\n`),
);
for (const [file] of stale)
  console.error(`${file} does not match the stage definitions: run "npm run schemas" and commit it.`);
if (stale.length > 0) process.exitCode = 1;
// The tables of docs/reference.md are made from these files: written, or only compared, likewise.
await import('./reference.mjs');

/** True when the file is stale and was left as it is. */
function emit(file, text) {
  const path = join(root, file);
  if (process.argv.includes('--check')) return read(path) !== text;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return false;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
