import { gunzipSync } from 'node:zlib';
import { fileError, type FileContext } from './idx.js';

/** Five times the largest file of the MNIST family: enough for one's own data, too little for a bomb to do harm. */
const limit = 256 * 1024 * 1024;

/**
 * Unpacks gzip files and hands anything else on as it is (an IDX file starts with two zero bytes, gzip never does).
 *
 * @throws UserError when the archive is damaged or unpacks to more than `maxBytes`.
 */
export function gunzipIfNeeded(
  bytes: Uint8Array,
  context: FileContext,
  maxBytes: number = limit,
): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const fault =
      code === 'ERR_BUFFER_TOO_LARGE'
        ? `unpacks to more than ${maxBytes} bytes, which no data set here does`
        : `cannot be unpacked, the gzip archive is damaged (${message})`;
    throw fileError(context, fault);
  }
}
