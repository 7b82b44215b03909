import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { fileNames, type FileName } from '../../src/data/labelled.js';
import { fetchOriginals, originals, originalsFolder } from '../../src/data/originals.js';
import { serve, status, type FileServer } from './file-server.js';
import { tinyFiles } from './tiny.js';

const archives = Object.fromEntries(
  fileNames.map((name) => [name, gzipSync(tinyFiles()[name])]),
) as unknown as Record<FileName, Buffer>;
const sha256 = Object.fromEntries(
  fileNames.map((name) => [name, createHash('sha256').update(archives[name]).digest('hex')]),
) as Record<FileName, string>;

let folder: string;
let server: FileServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticketlab-originals-'));
  server = await serve((response, request) => {
    const archive = archives[/^\/fashion\/(.*)\.gz$/.exec(request.url!)?.[1] as FileName];
    (archive === undefined ? status(404) : status(200, archive))(response, request);
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (mirrors: string[]) =>
  fetchOriginals(
    { title: 'Tiny', mirrors, sha256 },
    { folder, log: () => undefined, pause: async () => undefined, waysOut: ['use a folder'] },
  );

describe("the publisher's files", () => {
  it('are downloaded from the first mirror that has them, checked, kept and unpacked', async () => {
    const files = await get([`${server.base}nothing-here/`, `${server.base}fashion/`]);
    for (const name of fileNames) expect([...files.get(name)!]).toEqual([...tinyFiles()[name]]);
    expect(readdirSync(folder)).toEqual(fileNames.map((name) => `${name}.gz`).sort());
  });

  it('need no network when somebody put them into the cache by hand', async () => {
    for (const name of fileNames) writeFileSync(join(folder, `${name}.gz`), archives[name]);
    const files = await get([]);
    expect([...files.get('t10k-labels-idx1-ubyte')!]).toEqual([...tinyFiles()['t10k-labels-idx1-ubyte']]);
  });

  it('that cannot be had come with the failure of each mirror and all ways out', async () => {
    const { base } = server;
    await server.close();
    await expect(get([`${base}a/`, `${base}b/`])).rejects.toThrow(
      new UserError(
        [
          'Could not download train-images-idx3-ubyte.gz of Tiny:',
          `  ${base}a/train-images-idx3-ubyte.gz: connection failed (ECONNREFUSED)`,
          `  ${base}b/train-images-idx3-ubyte.gz: connection failed (ECONNREFUSED)`,
          'Run again when the network is back (what has arrived is kept), or choose another way:',
          "  - put the publisher's four files (train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, " +
            `t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz) into ${folder}`,
          '  - use a folder',
        ].join('\n'),
      ),
    );
  });

  it('of each data set have a folder of their own and four digests of 256 bits', () => {
    expect(originalsFolder('/cache', 'kmnist')).toBe('/cache/datasets/kmnist');
    const digests = Object.values(originals).flatMap(({ sha256 }) => Object.values(sha256));
    expect(new Set(digests).size).toBe(8);
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are asked for under addresses to which a file name can be added', () => {
    for (const { mirrors } of Object.values(originals)) {
      for (const mirror of mirrors) expect(mirror).toMatch(/^https:\/\/.*\/$/);
    }
  });
});
