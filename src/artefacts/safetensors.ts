import { canonicalJson } from '../base/json.js';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';

/**
 * The safetensors container: 8 bytes little-endian length of the header, the header (JSON, padded with spaces so
 * that the data starts at a multiple of 8), the tensors back to back. https://github.com/huggingface/safetensors
 * Equal content gives equal bytes: header keys are in canonical order, data is ordered by falling item size (so
 * that every tensor is aligned) and then by name. Typed arrays are taken to be little-endian, as on every
 * platform that Node 20 ships for except s390x.
 */
export type TensorData = Float64Array | Float32Array | Uint8Array;

export interface TensorFile {
  /** Flat tensors by name. */
  readonly tensors: Readonly<Record<string, TensorData>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const arrayTypes = { F64: Float64Array, F32: Float32Array, U8: Uint8Array } as const;
type Dtype = keyof typeof arrayTypes;
const dtypes = Object.keys(arrayTypes) as Dtype[];
const lengthBytes = 8;

export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const entries = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) =>
      b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  const header: Record<string, Json> = { __metadata__: metadata };
  let end = 0;
  for (const [name, data] of entries) {
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape: [data.length], data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(canonicalJson(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + headerLength + end).fill(0x20, 0, lengthBytes + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, lengthBytes);
  let at = lengthBytes + headerLength;
  for (const [, data] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Reads what `encodeSafetensors` or any other writer made. @throws UserError that says what is wrong. */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  const { header, data } = split(bytes);
  const spans: Span[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = metadataOf(entry);
    else spans.push(spanOf(name, entry, data.length));
  }
  refuseGapsAndOverlaps(spans, data.length);
  const tensors = Object.fromEntries(
    spans.map(({ name, dtype, begin, end }) => [name, new arrayTypes[dtype](data.slice(begin, end).buffer)]),
  );
  return { tensors, metadata };
}

/** The message of everything that can be wrong with a tensor file. */
export function unreadable(why: string): UserError {
  return new UserError(
    `This is not a tensor file that ticketlab can read: ${why}. It is damaged, or another program wrote it.`,
  );
}

interface Span {
  readonly name: string;
  readonly dtype: Dtype;
  readonly begin: number;
  readonly end: number;
}

function dtypeOf(data: TensorData): Dtype {
  return data instanceof Float64Array ? 'F64' : data instanceof Float32Array ? 'F32' : 'U8';
}

function split(bytes: Uint8Array): { header: Readonly<Record<string, unknown>>; data: Uint8Array } {
  if (bytes.length < lengthBytes) throw unreadable(`it has ${bytes.length} bytes, fewer than 8`);
  const declared = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const rest = bytes.length - lengthBytes;
  if (declared > BigInt(rest))
    throw unreadable(`its header should have ${declared} bytes, but only ${rest} follow`);
  const headerEnd = lengthBytes + Number(declared);
  const header = parsedHeader(bytes.subarray(lengthBytes, headerEnd));
  if (!isRecord(header)) throw unreadable('its header is not a JSON object');
  // Not a subarray: of a Buffer that would be a Buffer again, whose slice() shares memory instead of copying.
  return {
    header,
    data: new Uint8Array(bytes.buffer, bytes.byteOffset + headerEnd, rest - Number(declared)),
  };
}

function parsedHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw unreadable('its header is not JSON');
  }
}

function metadataOf(entry: unknown): Readonly<Record<string, string>> {
  if (!isRecord(entry) || Object.values(entry).some((value) => typeof value !== 'string'))
    throw unreadable('its __metadata__ is not an object of strings');
  return entry as Readonly<Record<string, string>>;
}

function spanOf(name: string, entry: unknown, dataLength: number): Span {
  const tensor = `tensor ${JSON.stringify(name)}`;
  if (!isRecord(entry)) throw unreadable(`${tensor} is not described by an object`);
  const dtype = dtypes.find((known) => known === entry['dtype']);
  if (dtype === undefined)
    throw unreadable(
      `${tensor} has dtype ${JSON.stringify(entry['dtype'])}, not one of ${dtypes.join(', ')}`,
    );
  const { shape, data_offsets: offsets } = entry;
  if (!isListOfCounts(shape)) throw unreadable(`${tensor} has no valid shape`);
  if (!isListOfCounts(offsets) || offsets.length !== 2)
    throw unreadable(`${tensor} has no valid data_offsets`);
  const [begin = 0, end = 0] = offsets;
  if (begin > end || end > dataLength)
    throw unreadable(`${tensor} should lie at bytes ${begin} to ${end}, but there are ${dataLength}`);
  const size = shape.reduce((a, b) => a * b, 1) * arrayTypes[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== size)
    throw unreadable(`${tensor} has ${end - begin} bytes, but its shape and dtype ask for ${size}`);
  return { name, dtype, begin, end };
}

/** Every byte of the data must belong to exactly one tensor, as the format demands. */
function refuseGapsAndOverlaps(spans: readonly Span[], dataLength: number): void {
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const tensor = `tensor ${JSON.stringify(span.name)}`;
    if (span.begin < end) throw unreadable(`${tensor} overlaps the one before it`);
    if (span.begin > end) throw unreadable(`${span.begin - end} bytes before ${tensor} belong to no tensor`);
    end = span.end;
  }
  if (end !== dataLength) throw unreadable(`${dataLength - end} bytes at the end belong to no tensor`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
}
