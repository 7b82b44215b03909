import type { Artefact } from '../pipeline/stage.js';
import { ObjectLostError } from '../store/errors.js';
import type { Objects } from '../store/objects.js';
import type { ObjectRef } from '../store/record.js';

/**
 * An input as a stage sees it: nothing is read before it is asked for.
 * Its methods throw ObjectLostError, which names the artefact (not the file of a tree), so that its maker can be found.
 */
export function artefactOf(ref: ObjectRef, objects: Objects): Artefact {
  const whole = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof ObjectLostError && error.sha256 !== ref.sha256)
        throw new ObjectLostError(ref.sha256, error.message);
      throw error;
    }
  };
  const digestAt = (path: string | undefined): string => {
    if (ref.kind === 'blob') {
      if (path !== undefined) throw new Error(`the ${ref.type} is one file: it has no ${path} inside`);
      return ref.sha256;
    }
    if (path === undefined) throw new Error(`the ${ref.type} is a folder: say which of its files`);
    const entry = objects.tree(ref.sha256).find((file) => file.path === path);
    if (!entry) throw new Error(`the ${ref.type} has no file ${path}`);
    return entry.sha256;
  };
  const bytes = (path?: string): Uint8Array => whole(() => objects.read(digestAt(path)));
  return {
    type: ref.type,
    sha256: ref.sha256,
    bytes,
    text: (path) => new TextDecoder('utf-8', { fatal: true }).decode(bytes(path)),
    files: () =>
      ref.kind === 'blob' ? [] : whole(() => objects.tree(ref.sha256).map((entry) => entry.path)),
  };
}
