// Writes the validators of pipeline and component files and of the parameters of all stage types as JavaScript, after
// `tsc -b`: a command that plans loads neither ajv nor a schema. They are right for one schemas/stages.schema.json,
// whose digest they hold.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { rolldown } from 'rolldown';
import { internSchemas } from './intern-schemas.mjs';

const faultLists = `
function add(faults, fault) {
  if (faults === null) return [fault];
  faults.push(fault);
  return faults;
}
function join(faults, more) {
  if (faults === null) return more;
  for (const fault of more) faults.push(fault);
  return faults;
}
`;

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const built = (name) => import(new URL(`../dist/src/pipeline/${name}.js`, import.meta.url).href);

const { validatorOptions, labelled } = await built('compile-schema');
const { rootSchemas } = await built('root-schemas');
const { readSignatures } = await built('signatures');
const text = readFileSync(path('schemas/stages.schema.json'), 'utf8');
const roots = rootSchemas(readSignatures(JSON.parse(text)));
const schemas = Object.fromEntries([...roots].map(([name, schema]) => [name, schema()]));
const stamp = JSON.stringify(createHash('sha256').update(text).digest('hex'));
const code = await minified(`${validatorCode(schemas)}\nexport const stamp = ${stamp};`);
// Beside the sources for tests that run these, and where the compiler put the rest.
for (const folder of ['src/pipeline', 'dist/src/pipeline'])
  writeFileSync(path(`${folder}/precompiled.js`), code);

/** A module that exports `validators`: one for each schema, by its name. */
function validatorCode(roots) {
  const { definitions, labels, entries } = internSchemas(roots);
  const ajv = new Ajv({ ...validatorOptions, inlineRefs: false, code: { source: true, esm: true } });
  ajv.addSchema({ definitions }, 'all');
  const exported = new Map([...new Set(entries.values())].map((part, i) => [part, `validate_${i}`]));
  for (const part of exported.keys()) {
    const validate = ajv.getSchema(`all#/definitions/${part}`);
    relabel(validate, labels.get(part));
    for (const [reference, { validate: inner }] of Object.entries(validate.schemaEnv.root.refs))
      relabel(inner, labels.get(reference.slice(reference.lastIndexOf('/') + 1)));
  }
  const wanted = [...exported].map(([part, name]) => [name, `all#/definitions/${part}`]);
  const members = [...entries].map(([name, part]) => `${JSON.stringify(name)}: ${exported.get(part)}`);
  const functions = lean(imported(standalone.default(ajv, Object.fromEntries(wanted)))).replaceAll(
    /export const (validate_\d+)/g,
    'const $1',
  );
  return `${functions}\nexport const validators = { ${members.join(', ')} };`;
}

/** Errors name the place in the schema that was shipped, not in the part that was made of it. */
function relabel(validate, label) {
  if (validate === undefined || validate.relabelled === true) return;
  validate.relabelled = true;
  validate.source.validateCode = labelled(validate.source.validateCode, label);
}

/** ajv writes `require` for its run-time helpers even into an ECMAScript module. */
function imported(code) {
  return code.replaceAll(
    /const (\w+) = require\("([^"]+)"\)\.default;/g,
    'import $1_module from "$2.js"; const $1 = $1_module.default;',
  );
}

/**
 * Without what only keywords with `$data` ask for, and one function for what ajv writes out at every fault. Lists of
 * faults are appended to, not copied: a file can be wrong in ten thousand stages.
 */
function lean(code) {
  const text = String.raw`"(?:[^"\\]|\\.)*"`;
  const further = new RegExp(`,parentData(?::\\w+)?,parentDataProperty(?::(?:\\w+|${text}))?,rootData}`, 'g');
  const one = /if\(vErrors === null\)\{vErrors = \[(err\d+)\];\}else \{vErrors\.push\(\1\);\}/g;
  const many = /vErrors = vErrors === null \? (validate\d+)\.errors : vErrors\.concat\(\1\.errors\);/g;
  const made = code
    .replaceAll('{instancePath="", parentData, parentDataProperty, rootData=data}={}', '{instancePath=""}={}')
    .replaceAll(further, '}')
    .replaceAll(one, 'vErrors = add(vErrors, $1);')
    .replaceAll(many, 'vErrors = join(vErrors, $1.errors);');
  if (/parentData|rootData|vErrors\.(push|concat)/.test(made))
    throw new Error('This version of ajv writes other code than scripts/build-validators.mjs expects.');
  return `${faultLists}${made}`;
}

async function minified(source) {
  const from = '\0validators.mjs';
  const own = {
    name: 'own',
    resolveId: (id) => (id === from ? id : null),
    load: (id) => (id === from ? source : null),
  };
  const bundle = await rolldown({ input: from, platform: 'node', plugins: [own] });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  return output[0].code;
}
