import { existsSync } from 'node:fs';
import { UserError } from '../base/result.js';
import { hasLostItsMark } from '../store/place.js';
import { openStore, type Store, type StoreOptions } from '../store/store.js';

/**
 * A store that is there; only looked at, unless the options say more.
 *
 * @throws UserError when there is none: "nothing is wrong with nothing" would hide that the folder is the wrong one.
 */
export function existingStore(folder: string, options: StoreOptions = { readOnly: true }): Store {
  const store = openStore(folder, options);
  if (existsSync(store.layout.marker) || hasLostItsMark(store.layout)) return store;
  throw new UserError(
    `There is no store in ${folder}: nothing has been run in this folder yet, or it is the wrong one. Another store is named with  --store FOLDER`,
  );
}
