import { statfsSync } from 'node:fs';

/**
 * For how long a network file system may tell of a file that it is not there although another machine has made it: what
 * Linux lets an NFS client remember of a folder (`acdirmax`).
 */
const networkMs = 60_000;

/** File systems that several machines write to, by the number that Linux has for them (`statfs(2)`). */
const networkTypes: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2 and 3
  0x517b, // SMB
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
  0x00c36400, // Ceph
  0x5346414f, // AFS
  0x65735546, // FUSE: sshfs, glusterfs and the like
]);

/**
 * How many milliseconds must pass before it is believed that something is missing which somebody else may just have
 * made: none where all who write share one view of the disk.
 *
 * @param typeOf number of the file system that a folder lies on.
 */
export function absencePatience(
  folder: string,
  typeOf: (folder: string) => number = (path) => statfsSync(path).type,
): number {
  try {
    // Some are given with a sign.
    return networkTypes.has(typeOf(folder) >>> 0) ? networkMs : 0;
  } catch {
    return 0;
  }
}
