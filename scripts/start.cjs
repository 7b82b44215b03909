#!/usr/bin/env node
// What `ticketlab` starts (put beside client.cjs by scripts/bundle.mjs). Compiling the client takes longer than a run with
// nothing to do, so what V8 made of it is kept in the user's cache: disposable, and nothing is lost without it.
'use strict';
// A run in which nothing has changed is answered by some kilobytes of code.
if (require('./unchanged.cjs').runUnchanged(process.argv.slice(2))) return;

const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** Commands that people wait for; of others the compiled code is not kept. */
const frequent = ['plan', 'run', 'validate', 'why'];
const digestBytes = 32;
const unusedMs = 30 * 24 * 3600 * 1000;

const file = join(__dirname, 'client.cjs');
const source = readFileSync(file);
const command = process.argv[2];
const kept = frequent.includes(command) ? cacheFile() : undefined;
const cachedData = kept && readSealed(kept.path);
const names = 'exports, require, module, __filename, __dirname, importLate';
const script = new Script(`(function (${names}) {${source}\n})`, { filename: file, cachedData });
// At the end, when it is known which functions were used.
if (kept && (cachedData === undefined || script.cachedDataRejected)) process.on('exit', () => keep(kept));
// Code that comes out of the cache cannot import: Node does not know it.
const importLate = (specifier) => import(specifier);
script.runInThisContext().call(exports, exports, require, module, file, __dirname, importLate);

/** V8 takes no other version's code; by whom and from what it was made is in the name. */
function cacheFile() {
  const { TICKETLAB_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
  const folder = join(own || join(caches || join(homedir(), '.cache'), 'ticketlab'), 'code');
  const from = sha256(source).toString('hex').slice(0, 16);
  return { folder, path: join(folder, `${command}-${process.versions.v8}-${process.arch}-${from}`) };
}

/** V8 trusts the bytes that it is given, so they carry their digest. */
function readSealed(path) {
  try {
    const sealed = readFileSync(path);
    const data = sealed.subarray(digestBytes);
    return sha256(data).equals(sealed.subarray(0, digestBytes)) ? data : undefined;
  } catch {
    return undefined;
  }
}

function keep({ folder, path }) {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const data = script.createCachedData();
    // One by one: Node's recursive way never ends on a file system like /proc.
    for (const home of [join(folder, '../..'), join(folder, '..'), folder])
      if (!existsSync(home)) mkdirSync(home);
    writeFileSync(temporary, Buffer.concat([sha256(data), data]));
    renameSync(temporary, path);
    for (const name of readdirSync(folder)) {
      const other = join(folder, name);
      if (Date.now() - statSync(other).mtimeMs > unusedMs) rmSync(other);
    }
  } catch {
    // The next start compiles again; on a full disk what was written of it goes.
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Nothing was written: there is no folder for it.
    }
  }
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}
