import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly url: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

export interface FileServer {
  /** Address that ends in `/`. */
  readonly base: string;
  readonly seen: SeenRequest[];
  /** Tells how many bytes of the file the client has: answers that shall be cut short there are cut now. */
  received(bytes: number): void;
  close(): Promise<void>;
}

/** An answer that returns a number is cut off once the client has so many bytes of the file. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => number | void;

/** A server on this machine that gives its answers one after the other, the last one again and again. */
export async function serve(...answers: Answer[]): Promise<FileServer> {
  const seen: SeenRequest[] = [];
  const cuts: { at: number; response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)]!;
    const { range, 'if-range': ifRange } = request.headers;
    seen.push({ url: request.url ?? '', range, ifRange: ifRange as string | undefined });
    const at = answer(response, request);
    if (at !== undefined) cuts.push({ at, response });
  });
  const received = (bytes: number) => {
    for (const { at, response } of cuts) if (bytes >= at) response.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen, received, close };
}

/** The file, from where the request asks for it. */
export const whole =
  (content: Uint8Array, etag?: string): Answer =>
  (response, { headers }) => {
    const start = startOf(headers.range);
    if (etag !== undefined) response.setHeader('etag', etag);
    const fresh = headers['if-range'] !== undefined && headers['if-range'] !== etag;
    if (start === 0 || fresh) return void response.writeHead(200, lengthOf(content.length)).end(content);
    if (start >= content.length) return void response.writeHead(416).end();
    const range = `bytes ${start}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { ...lengthOf(content.length - start), 'content-range': range });
    response.end(content.subarray(start));
  };

/** The file from its start, whatever the request asks for. */
export const ignoringRange =
  (content: Uint8Array): Answer =>
  (response) =>
    void response.writeHead(200, lengthOf(content.length)).end(content);

/** So many bytes of what was asked for; when the client has them, the connection breaks. */
export const cutAfter =
  (bytes: number, content: Uint8Array, etag?: string): Answer =>
  (response, request) =>
    begin(response, request, content, { bytes, etag });

/** So many bytes of the file, then nothing more, while the connection stays open. */
export const stallAt =
  (bytes: number, content: Uint8Array): Answer =>
  (response, request) =>
    void begin(response, request, content, { bytes });

export const status =
  (code: number, body: string | Uint8Array = ''): Answer =>
  (response) =>
    void response.writeHead(code).end(body);

function begin(
  response: ServerResponse,
  request: IncomingMessage,
  content: Uint8Array,
  { bytes, etag }: { bytes: number; etag?: string | undefined },
): number {
  const start = startOf(request.headers.range);
  if (etag !== undefined) response.setHeader('etag', etag);
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  if (start > 0) response.setHeader('content-range', range);
  response.writeHead(start > 0 ? 206 : 200, lengthOf(content.length - start));
  response.write(content.subarray(start, start + bytes));
  return start + bytes;
}

const startOf = (range: string | undefined): number => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
const lengthOf = (bytes: number) => ({ 'content-length': bytes });
