import { canonicalJson } from '../base/json.js';
import { philox } from './philox.js';
import type { StreamKey } from './philox.js';

/**
 * The key of the stream that belongs to a seed and a path of names, for example `streamKey(seed, 'noise')`. Each
 * purpose takes its own names, so that no two share random numbers.
 *
 * @param seed integer, 0 ... 2^53 - 1
 * @param names strings, or integers such as a level
 * @throws RangeError for other numbers
 */
export function streamKey(seed: number, ...names: readonly (string | number)[]): StreamKey {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`a seed is an integer from 0 to 2^53 - 1, not ${seed}`);
  return childKey({ low: 0, high: 0 }, seed, ...names);
}

/**
 * The key of a stream below another one, for example one for every tensor of a network.
 *
 * The text is the canonical JSON of the list of names in UTF-8: 'a', 'b' and 'ab', or 1 and '1', are different texts.
 * It is absorbed 12 bytes at a time, padded with zeros: the 64-bit state becomes the first two words of Philox with
 * the state as key and (three little-endian words of text, index of the piece) as counter; a last piece
 * (length of the text in bytes, 0, 0, 0xffffffff) ends it. The state starts as the parent's key.
 */
export function childKey(parent: StreamKey, ...names: readonly (string | number)[]): StreamKey {
  for (const name of names)
    if (typeof name === 'number' && !Number.isSafeInteger(name))
      throw new RangeError(`a number in the name of a stream must be an integer, not ${name}`);
  const text = new TextEncoder().encode(canonicalJson(names));
  const block = new Uint32Array(4);
  let state = parent;
  for (let at = 0, index = 0; at < text.length; at += 12, index++) {
    block.fill(0);
    for (let i = 0; i < 12 && at + i < text.length; i++) block[i >> 2] |= text[at + i] << (8 * (i & 3));
    block[3] = index;
    state = absorbed(block, state);
  }
  block.set([text.length, 0, 0, 0xffffffff]);
  return absorbed(block, state);
}

function absorbed(block: Uint32Array, state: StreamKey): StreamKey {
  philox(block, state);
  return { low: block[0], high: block[1] };
}
