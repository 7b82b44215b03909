import { crc32 } from 'node:zlib';

/** What a figure in `results/` says of itself. The object in the store has no mark: its bytes do not depend on its key. */
export interface FigureMark {
  /** Key of the result that the figure is part of. */
  readonly key: string;
  /** Name of the output. */
  readonly output: string;
}

const opening = '<metadata id="ticketlab">';
const closing = '</metadata>';
const svgEnd = '</svg>';

const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');
/** The last chunk of every PNG: no data. */
const pngEnd = Buffer.from('0000000049454e44ae426082', 'hex');
const keyword = Buffer.from('ticketlab\0');

/** A place where a mark can stand: `at`, in bytes, with or without one of `length` there. */
interface Slot {
  readonly kind: 'svg' | 'png';
  readonly at: number;
  readonly length: number;
}

/** The figure with its mark; of other formats than SVG and PNG the bytes as they are. `unstampFigure` undoes it exactly. */
export function stampFigure(bytes: Uint8Array, mark: FigureMark): Uint8Array {
  const slot = findSlot(bytes);
  if (!slot) return bytes;
  const inserted = slot.kind === 'svg' ? svgMark(mark) : pngMark(mark);
  const end = slot.at + slot.length;
  return Buffer.concat([bytes.subarray(0, end), inserted, bytes.subarray(end)]);
}

/** The figure as it lies in the store. */
export function unstampFigure(bytes: Uint8Array): Uint8Array {
  const slot = findSlot(bytes);
  if (!slot || slot.length === 0) return bytes;
  return Buffer.concat([bytes.subarray(0, slot.at), bytes.subarray(slot.at + slot.length)]);
}

/** The mark of a figure; undefined when there is none, or when it is no mark of ours. */
export function readMark(bytes: Uint8Array): FigureMark | undefined {
  const slot = findSlot(bytes);
  if (!slot || slot.length === 0) return undefined;
  const inside = Buffer.from(bytes).subarray(slot.at, slot.at + slot.length);
  const text =
    slot.kind === 'svg'
      ? inside.toString('utf8', opening.length, inside.length - closing.length)
      : inside.toString('latin1', 8 + keyword.length, inside.length - 4);
  try {
    const { key, output } = JSON.parse(text) as Partial<Record<'key' | 'output', unknown>>;
    if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key) || typeof output !== 'string')
      return undefined;
    return { key, output };
  } catch {
    return undefined;
  }
}

function findSlot(bytes: Uint8Array): Slot | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.subarray(0, pngSignature.length).equals(pngSignature)) return pngSlot(buffer);
  const end = buffer.lastIndexOf(svgEnd);
  if (end < 0 || buffer.lastIndexOf('<svg', end) < 0) return undefined;
  const before = buffer.subarray(0, end);
  const start = before.lastIndexOf(opening);
  const marked = start >= 0 && before.indexOf(closing, start) === end - closing.length;
  return { kind: 'svg', at: marked ? start : end, length: marked ? end - start : 0 };
}

function pngSlot(buffer: Buffer): Slot | undefined {
  const end = buffer.length - pngEnd.length;
  if (end < pngSignature.length || !buffer.subarray(end).equals(pngEnd)) return undefined;
  let at = pngSignature.length;
  // Chunk by chunk: length, type, data, checksum.
  while (at < end) {
    const length = 12 + buffer.readUInt32BE(at);
    const isOurs =
      buffer.toString('latin1', at + 4, at + 8) === 'tEXt' &&
      buffer.subarray(at + 8, at + 8 + keyword.length).equals(keyword);
    if (isOurs && at + length === end) return { kind: 'png', at, length };
    at += length;
  }
  return at === end ? { kind: 'png', at: end, length: 0 } : undefined;
}

/** ASCII, and without the characters that XML gives a meaning. */
function markText({ key, output }: FigureMark): string {
  const text = JSON.stringify({ ticketlab: 1, key, output });
  return text.replace(/[^ -~]|[<>&]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const svgMark = (mark: FigureMark): Buffer => Buffer.from(`${opening}${markText(mark)}${closing}`);

function pngMark(mark: FigureMark): Buffer {
  const body = Buffer.concat([Buffer.from('tEXt'), keyword, Buffer.from(markText(mark), 'latin1')]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length - 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
