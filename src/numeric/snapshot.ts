/** What a state may hold: numbers, vectors and records of them, so that every state can be stored exactly. */
export interface StateRecord {
  readonly [name: string]: number | Float64Array | StateRecord;
}

/** What stands in a record under a name: one number (`null`), a vector of a length, or a record. */
type Shape = null | number | { readonly [name: string]: Shape };
type Value = StateRecord[string];

const magic = 'ticketlab snapshot 1\n';

/**
 * A record of numbers and vectors as bytes, exact to the last bit: a line that names the format, a line of JSON that
 * says what is in it, then all numbers as little-endian float64.
 */
export function encodeSnapshot(record: StateRecord): Uint8Array {
  const shape = shapeOf(record);
  const header = new TextEncoder().encode(`${magic}${JSON.stringify(shape)}\n`);
  const bytes = new Uint8Array(header.length + 8 * countOf(shape));
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  let at = 0;
  const write = (value: Value): void => {
    if (typeof value === 'number') view.setFloat64(8 * at++, value, true);
    else if (value instanceof Float64Array) value.forEach(write);
    else Object.values(value).forEach(write);
  };
  write(record);
  return bytes;
}

/** The record of `encodeSnapshot`, or undefined when these bytes are not a whole snapshot of this version. */
export function decodeSnapshot(bytes: Uint8Array): StateRecord | undefined {
  const lineEnd = bytes.indexOf(10, magic.length);
  const header = new TextDecoder().decode(bytes.subarray(0, lineEnd + 1));
  if (lineEnd < 0 || !header.startsWith(magic)) return undefined;
  const shape = JSON.parse(header.slice(magic.length)) as Shape;
  if (bytes.length !== lineEnd + 1 + 8 * countOf(shape)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + lineEnd + 1, bytes.length - lineEnd - 1);
  let at = 0;
  const next = (): number => view.getFloat64(8 * at++, true);
  const read = (of: Shape): Value => {
    if (of === null) return next();
    if (typeof of === 'number') return Float64Array.from({ length: of }, next);
    return Object.fromEntries(Object.entries(of).map(([name, inner]) => [name, read(inner)]));
  };
  return read(shape) as StateRecord;
}

function shapeOf(value: Value): Shape {
  if (typeof value === 'number') return null;
  if (value instanceof Float64Array) return value.length;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

/** How many numbers a value of this shape has. */
function countOf(shape: Shape): number {
  if (shape === null) return 1;
  if (typeof shape === 'number') return shape;
  return Object.values(shape).reduce<number>((total, inner) => total + countOf(inner), 0);
}
