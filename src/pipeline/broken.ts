import type { Path } from './places.js';

/** The parts of a file that are known to be wrong: later passes stay silent about them. */
export interface Broken {
  /** The place itself, or something around it, is wrong. */
  around(path: Path): boolean;
  /** The place itself, something around it, or something inside it is wrong. */
  touches(path: Path): boolean;
}

export function brokenParts(paths: readonly Path[]): Broken {
  const wrong = new Set(paths.map(keyOf));
  const above = new Set(paths.flatMap((path) => path.map((_, i) => keyOf(path.slice(0, i)))));
  const around = (path: Path) => {
    for (let length = 1; length <= path.length; length++)
      if (wrong.has(keyOf(path.slice(0, length)))) return true;
    return false;
  };
  return { around, touches: (path) => above.has(keyOf(path)) || around(path) };
}

function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
