import { UserError } from '../base/result.js';

/** Element types of the IDX format that occur here, with their type byte and size (http://yann.lecun.com/exdb/mnist). */
const elements = {
  ubyte: { code: 0x08, bytes: 1, name: 'unsigned bytes' },
  int16: { code: 0x0b, bytes: 2, name: '16-bit integers' },
} as const;

export type IdxElement = keyof typeof elements;

/** An IDX file, not copied: `data` is a view of the file's elements as they stand there (big-endian, row-major). */
export interface Idx {
  readonly element: IdxElement;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What a message says of a file beside its fault: the name its user knows it by, and what to do about it. */
export interface FileContext {
  readonly file: string;
  /** A whole sentence, for example `Reinstall the package with npm ci.` */
  readonly advice: string;
}

export interface IdxExpectation extends FileContext {
  readonly element: IdxElement;
  /** 3 for images (count × rows × columns), 1 for labels. */
  readonly rank: number;
}

/** The error for a data file that is not what it should be: one sentence on the fault, one on the way out. */
export function fileError({ file, advice }: FileContext, fault: string): UserError {
  return new UserError(`${file}: ${fault}. ${advice}`);
}

/**
 * Parses an IDX file and checks all of it that can be checked without knowing what the elements mean: the magic
 * number, the extents, and that the file ends where its header says.
 *
 * @throws UserError with what was found, what was expected, and the advice of `expected`.
 */
export function parseIdx(bytes: Uint8Array, expected: IdxExpectation): Idx {
  const headerBytes = 4 + 4 * expected.rank;
  if (bytes.length < headerBytes) {
    throw fileError(
      expected,
      `too short: found ${bytes.length} bytes, the header alone takes ${headerBytes}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const { code, bytes: elementBytes } = elements[expected.element];
  if (magic !== code * 256 + expected.rank) {
    throw fileError(
      expected,
      `wrong magic number: found ${magic} (${describeMagic(magic)}), ` +
        `expected ${code * 256 + expected.rank} (${describeMagic(code * 256 + expected.rank)})`,
    );
  }
  const shape = Array.from({ length: expected.rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (shape.includes(0)) {
    throw fileError(expected, `its header announces ${shape.join(' × ')} elements: there is nothing in it`);
  }
  const wanted = headerBytes + shape.reduce((product, extent) => product * extent, elementBytes);
  if (bytes.length !== wanted) {
    const fault = bytes.length < wanted ? 'cut short' : 'too long';
    throw fileError(
      expected,
      `${fault}: found ${bytes.length} bytes, expected ${wanted} for the ${shape.join(' × ')} elements that its header announces`,
    );
  }
  return { element: expected.element, shape, data: bytes.subarray(headerBytes) };
}

/** The bytes of an IDX file. `data` holds the elements as they shall stand in the file (big-endian). */
export function encodeIdx({ element, shape, data }: Idx): Uint8Array {
  const { code, bytes: elementBytes } = elements[element];
  const size = shape.reduce((product, extent) => product * extent, elementBytes);
  if (data.length !== size) {
    throw new RangeError(`IDX: ${shape.join(' × ')} ${element} take ${size} bytes, got ${data.length}`);
  }
  const file = new Uint8Array(4 + 4 * shape.length + size);
  const view = new DataView(file.buffer);
  view.setUint32(0, code * 256 + shape.length);
  shape.forEach((extent, axis) => view.setUint32(4 + 4 * axis, extent));
  file.set(data, 4 + 4 * shape.length);
  return file;
}

function describeMagic(magic: number): string {
  const rank = magic & 0xff;
  const element = Object.values(elements).find(({ code }) => magic >>> 8 === code);
  if (element === undefined || rank === 0) return 'not an IDX file';
  const content = rank === 1 ? 'labels' : rank === 3 ? 'images' : `an array of ${rank} dimensions`;
  return `${content}, ${element.name}`;
}
