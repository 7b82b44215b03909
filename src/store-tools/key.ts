import { canonicalJson, type Json } from '../base/json.js';
import { keyOfText } from '../pipeline/fingerprint.js';

/** The key that parts make: what an instance's key is, computed from what a record says of it. */
export function keyOfParts(K: Json): string {
  return keyOfText(canonicalJson(K));
}
