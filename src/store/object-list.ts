/*
 * Objects with their sizes in bytes, one after the other: size (u48, little-endian), digest (32 bytes). Many of them do
 * not take an object of JavaScript each.
 */
const sizeBytes = 6;
const digestBytes = 32;
export const listedBytes = sizeBytes + digestBytes;

export type SizedObject = readonly [sha256: string, bytes: number];

export function listObjects(objects: readonly SizedObject[]): Buffer {
  const list = Buffer.alloc(objects.length * listedBytes);
  objects.forEach((object, index) => putObject(list, index * listedBytes, object));
  return list;
}

/** @param at offset of the object's first byte. */
export function putObject(list: Buffer, at: number, [sha256, bytes]: SizedObject): void {
  list.writeUIntLE(bytes, at, sizeBytes);
  list.write(sha256, at + sizeBytes, digestBytes, 'hex');
}

export function sizeAt(list: Buffer, at: number): number {
  return list.readUIntLE(at, sizeBytes);
}

export function digestAt(list: Buffer, at: number): string {
  return list.toString('hex', at + sizeBytes, at + listedBytes);
}
