import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { nearest } from '../pipeline/near.js';
import type { Wiring } from './wire.js';

const variables = ['TICKETLAB_STORE', 'TICKETLAB_CACHE'];

/**
 * What will not work here as somebody may expect, each in a line.
 *
 * @param usable whether the store can be read; what is wrong with one that cannot is said elsewhere.
 */
export function doctorWarnings({ store, cache, environment }: Wiring, usable: boolean): string[] {
  const strange = Object.keys(environment).filter(
    (name) => name.startsWith('TICKETLAB_') && !variables.includes(name),
  );
  return [
    ...(!usable || takesFiles(store)
      ? []
      : ['nothing can be written to the store: it can be looked at, not added to']),
    ...(takesFiles(cache)
      ? []
      : [
          'nothing can be written to the cache: downloads are not kept; TICKETLAB_CACHE names another folder',
        ]),
    ...strange.sort().map((name) => {
      const meant = nearest(name, variables);
      return `the variable ${name} means nothing to ticketlab${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    }),
  ];
}

/** Whether files can be made in this folder, or folders on the way to it where it is not there yet. */
function takesFiles(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch (error) {
    const above = dirname(folder);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && above !== folder && takesFiles(above);
  }
}
