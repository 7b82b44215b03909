import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { gunzipIfNeeded } from '../../src/data/gunzip.js';
import { tinyFiles } from './tiny.js';

const context = { file: 'folder/images', advice: 'Fetch it again.' };
const plain = tinyFiles()['train-images-idx3-ubyte'];

describe('unpacking', () => {
  it('unpacks gzip and leaves plain files alone', () => {
    expect([...gunzipIfNeeded(gzipSync(plain), context)]).toEqual([...plain]);
    expect(gunzipIfNeeded(plain, context)).toBe(plain);
  });

  it('stops a gzip bomb at the limit', () => {
    const bomb = gzipSync(new Uint8Array(1_000_001));
    expect(bomb.length).toBeLessThan(2000);
    expect(() => gunzipIfNeeded(bomb, context, 1_000_000)).toThrow(
      new UserError(
        'folder/images: unpacks to more than 1000000 bytes, which no data set here does. Fetch it again.',
      ),
    );
    expect(gunzipIfNeeded(bomb, context, 1_000_001)).toHaveLength(1_000_001);
  });

  it('says that an archive was cut short or damaged', () => {
    const archive = gzipSync(plain);
    expect(() => gunzipIfNeeded(archive.subarray(0, archive.length - 3), context)).toThrow(
      new UserError(
        'folder/images: cannot be unpacked, the gzip archive is damaged (unexpected end of file). Fetch it again.',
      ),
    );
    const damaged = Uint8Array.from(archive);
    damaged[damaged.length - 8]! ^= 1;
    expect(() => gunzipIfNeeded(damaged, context)).toThrow(
      new UserError(
        'folder/images: cannot be unpacked, the gzip archive is damaged (incorrect data check). Fetch it again.',
      ),
    );
  });
});
