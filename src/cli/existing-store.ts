import { existsSync } from 'node:fs';
import { UserError } from '../base/result.js';
import { openStore, type Store } from '../store/store.js';

/**
 * A store that is only looked at.
 *
 * @throws UserError when there is none: "nothing is wrong with nothing" would hide that the folder is the wrong one.
 */
export function existingStore(folder: string): Store {
  const store = openStore(folder, { readOnly: true });
  if (existsSync(store.layout.marker)) return store;
  throw new UserError(
    `There is no store in ${folder}: nothing has been run in this folder yet, or it is the wrong one. Another store is named with  --store FOLDER`,
  );
}
