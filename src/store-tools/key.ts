import { canonicalJson, type Json } from '../base/json.js';
import { sha256Hex } from '../store/durable.js';

/** The key that parts make: what an instance's key is, computed from what a record says of it. */
export function keyOfParts(K: Json): string {
  return sha256Hex(`ticketlab-key/1\0${canonicalJson(K)}`);
}
