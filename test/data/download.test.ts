import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, ok, UserError } from '../../src/base/result.js';
import { download, type DownloadOptions } from '../../src/data/download.js';
import { cutAfter, ignoringRange, serve, stallAt, status, whole } from './file-server.js';
import type { Answer, FileServer } from './file-server.js';

const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251);
const other = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7907) % 241);
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const sha256 = digest(content);
const name = 'images.gz';

let folder: string;
let servers: FileServer[];
let log: string[];
let pauses: number[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticketlab-download-'));
  servers = [];
  log = [];
  pauses = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(...answers: Answer[]): Promise<FileServer> {
  const server = await serve(...answers);
  servers.push(server);
  return server;
}

const fetchFrom = (mirrors: readonly FileServer[], options: Partial<DownloadOptions> = {}) =>
  download(
    { name, sha256, mirrors: mirrors.map(({ base }) => base) },
    {
      folder,
      log: (line) => log.push(line),
      pause: async (n) => pauses.push(n),
      stallMs: 20_000,
      onBytes: (done) => mirrors.forEach((server) => server.received(done)),
      ...options,
    },
  );

const bytesOf = (result: Awaited<ReturnType<typeof download>>) =>
  result.ok ? [...result.value] : result.error;

describe('a download', () => {
  it('arrives whole, is kept in the cache and never fetched again', async () => {
    const server = await start(whole(content));
    const seenBytes: (number | undefined)[] = [];
    const onBytes = (done: number, total: number | undefined) => seenBytes.push(done, total);
    expect(bytesOf(await fetchFrom([server], { onBytes }))).toEqual([...content]);
    expect(seenBytes.slice(-2)).toEqual([5000, 5000]);
    expect(readdirSync(folder)).toEqual([name]);
    expect([...readFileSync(join(folder, name))]).toEqual([...content]);
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen).toEqual([{ url: `/${name}`, range: undefined, ifRange: undefined }]);
  });

  it('that was cut short goes on where it broke off, as long as the file is the same one', async () => {
    const server = await start(
      cutAfter(1000, content, '"v1"'),
      cutAfter(500, content, '"v1"'),
      whole(content, '"v1"'),
    );
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      [undefined, undefined],
      ['bytes=1000-', '"v1"'],
      ['bytes=1500-', '"v1"'],
    ]);
    expect(pauses).toEqual([1, 1]);
  });

  it('starts anew when the file on the server has changed meanwhile', async () => {
    const server = await start(cutAfter(1000, other, '"v1"'), whole(content, '"v2"'));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen.map(({ ifRange }) => ifRange)).toEqual([undefined, '"v1"']);
  });

  it('does not trust a weak tag with ranges', async () => {
    const server = await start(cutAfter(1000, content, 'W/"v1"'), whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen[1]).toEqual({ url: `/${name}`, range: 'bytes=1000-', ifRange: undefined });
  });

  it('starts anew with a server that ignores ranges', async () => {
    const server = await start(cutAfter(1000, content), ignoringRange(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
  });

  it('starts anew when a server goes on at another place than asked', async () => {
    const shifted: Answer = (response) =>
      void response.writeHead(206, { 'content-range': 'bytes 7-4999/5000' }).end(content.subarray(7));
    const server = await start(cutAfter(1000, content), shifted, whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(log).toContain(
      `${server.base}${name}: asked for bytes from 1000 on, got "bytes 7-4999/5000"; trying again from byte 0`,
    );
    expect(server.seen[2]!.range).toBeUndefined();
  });

  it('is tried again after server errors, with growing pauses, and then given up', async () => {
    const server = await start(status(503));
    const url = server.base + name;
    expect(await fetchFrom([server], { tries: 3 })).toEqual(
      err([{ url, reason: 'HTTP 503 Service Unavailable' }]),
    );
    expect(pauses).toEqual([2, 3]);
    expect(server.seen).toHaveLength(3);
  });

  it('goes to the next mirror at once where the file does not exist', async () => {
    const [first, second] = [await start(status(404, 'no such file')), await start(whole(content))];
    expect(bytesOf(await fetchFrom([first, second]))).toEqual([...content]);
    expect(first.seen).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  it('goes on at the next mirror with what the first one gave', async () => {
    const [first, second] = [await start(cutAfter(1000, content), status(404)), await start(whole(content))];
    expect(bytesOf(await fetchFrom([first, second]))).toEqual([...content]);
    expect(second.seen).toEqual([{ url: `/${name}`, range: 'bytes=1000-', ifRange: undefined }]);
  });

  it('says of every mirror why it failed, and leaves nothing behind', async () => {
    const missing = await start(status(404));
    const wrong = await start(whole(other));
    const closed = await start(status(500));
    await closed.close();
    const result = await fetchFrom([missing, wrong, closed]);
    expect(result).toEqual(
      err([
        { url: missing.base + name, reason: 'HTTP 404 Not Found' },
        { url: wrong.base + name, reason: `sha256 is ${digest(other)}, expected ${sha256}; deleted` },
        { url: closed.base + name, reason: 'connection failed (ECONNREFUSED)' },
      ]),
    );
    expect(pauses).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that stalls is given up after the time allowed and resumed', async () => {
    const server = await start((response, request) =>
      (request.headers.range === undefined ? stallAt(2000, content) : whole(content))(response, request),
    );
    // Many tries: on a busy machine even the first bytes may take longer than the time allowed here.
    expect(bytesOf(await fetchFrom([server], { stallMs: 100, tries: 100 }))).toEqual([...content]);
    expect(server.seen.at(-1)!.range).toBe('bytes=2000-');
    expect(log).toContain(`${server.base}${name}: nothing came for 0.1 s; trying again from byte 2000`);
  });

  it('of a server that never answers is given up too', async () => {
    const server = await start(() => undefined);
    const url = server.base + name;
    expect(await fetchFrom([server], { stallMs: 30, tries: 2 })).toEqual(
      err([{ url, reason: 'nothing came for 0.03 s' }]),
    );
  });

  it('is refused when it is larger than plausible, announced or not', async () => {
    const announced = await start(whole(content));
    const silent = await start((response) => void response.writeHead(200).end(content));
    expect(await fetchFrom([announced, silent], { maxBytes: 4000, tries: 1 })).toEqual(
      err([
        {
          url: announced.base + name,
          reason: 'the file has 5000 bytes, more than the 4000 that are plausible',
        },
        { url: silent.base + name, reason: 'more than the 4000 bytes that are plausible' },
      ]),
    );
  });

  it('is refused when the server packs it on the way', async () => {
    const server = await start(
      (response) => void response.writeHead(200, { 'content-encoding': 'br' }).end(),
    );
    expect(await fetchFrom([server])).toEqual(
      err([{ url: server.base + name, reason: 'the server changes the file on the way (br)' }]),
    );
  });
});

describe('the download cache', () => {
  it('keeps what an interrupted download has got for the next one', async () => {
    const broken = await start(cutAfter(3000, content), status(404));
    expect((await fetchFrom([broken])).ok).toBe(false);
    expect(readdirSync(folder)).toEqual([`${name}.part`]);
    const server = await start(whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen[0]!.range).toBe('bytes=3000-');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('takes over the largest piece that killed processes left, and removes the others', async () => {
    // No process has an id as large as this one: Linux stops at 2^22.
    const orphan = (token: string) => join(folder, `${name}.${hostname()}.99999999.${token}.part`);
    writeFileSync(orphan('00000001'), content.subarray(0, 100));
    writeFileSync(orphan('00000002'), content.subarray(0, 4000));
    writeFileSync(join(folder, `${name}.part`), content.subarray(0, 10));
    const server = await start(whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen[0]!.range).toBe('bytes=4000-');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('leaves alone what a living process or another host works on', async () => {
    const mine = `${name}.${hostname()}.${process.pid}.00000001.part`;
    const foreign = `${name}.elsewhere.99999999.00000001.part`;
    for (const file of [mine, foreign]) writeFileSync(join(folder, file), content.subarray(0, 100));
    const server = await start(whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen[0]!.range).toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual([name, foreign, mine].sort());
  });

  it('needs no server for a piece that is whole already', async () => {
    writeFileSync(join(folder, `${name}.part`), content);
    expect(bytesOf(await fetchFrom([]))).toEqual([...content]);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('throws away a piece of another file and starts anew', async () => {
    writeFileSync(join(folder, `${name}.part`), other.subarray(0, 100));
    const server = await start(whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen.map(({ range }) => range)).toEqual(['bytes=100-', undefined]);
  });

  it('throws away a piece that is longer than the file', async () => {
    writeFileSync(join(folder, `${name}.part`), new Uint8Array(6000));
    const server = await start(whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect(server.seen.map(({ range }) => range)).toEqual(['bytes=6000-', undefined]);
  });

  it('replaces a file that was changed, and says so', async () => {
    writeFileSync(join(folder, name), other);
    const server = await start(whole(content));
    expect(bytesOf(await fetchFrom([server]))).toEqual([...content]);
    expect([...readFileSync(join(folder, name))]).toEqual([...content]);
    expect(log[0]).toBe(
      `${join(folder, name)} has sha256 ${digest(other)}, expected ${sha256}: deleted, downloading it again`,
    );
  });

  it('serves several downloads of one file at once', async () => {
    const server = await start(whole(content));
    const results = await Promise.all(Array.from({ length: 5 }, () => fetchFrom([server])));
    expect(results.map(bytesOf)).toEqual(results.map(() => [...content]));
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('is made when it does not exist', async () => {
    rmSync(folder, { recursive: true });
    const server = await start(whole(content));
    expect(await fetchFrom([server])).toEqual(ok(Buffer.from(content)));
  });

  it('that cannot be made is an error for the user', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(fetchFrom([], { folder: join(file, 'cache') })).rejects.toThrow(
      new UserError(
        `Cannot write the download cache ${file}/cache: ENOTDIR: not a directory, mkdir '${file}/cache'. ` +
          'Make the folder writable, or choose another cache folder, and run again.',
      ),
    );
  });

  it.skipIf(!existsSync('/dev/full'))('on a full disk says that there is no space left', async () => {
    symlinkSync('/dev/full', join(folder, `${name}.part`));
    const server = await start(whole(content));
    await expect(fetchFrom([server])).rejects.toThrow(
      new UserError(
        `Cannot write the download cache ${folder}: there is no space left (ENOSPC). ` +
          'Free some and run again: what has arrived is kept.',
      ),
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
