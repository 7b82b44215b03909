import { wasm } from './kernels/generated/noise.js';
import { createMemory, instantiate } from './kernels/module.js';
import type { StreamKey } from './philox.js';

/** Normals come in groups of 16, four blocks of Philox side by side. */
const groupSize = 16;
/** Groups that fit the kernel's memory: 64 KiB, inside the second-level cache. */
const chunkGroups = 1024;

interface NoiseKernel {
  normals(
    out: number,
    groups: number,
    first: number,
    low: number,
    high: number,
    row: number,
    generation: number,
  ): void;
}

interface Noise {
  readonly kernel: NoiseKernel;
  readonly buffer: Float32Array;
}

/** Made on first use: compiling takes a millisecond, and most processes draw no noise. */
let noise: Noise | undefined;

function createNoise(): Noise {
  const memory = createMemory(chunkGroups * groupSize * Float32Array.BYTES_PER_ELEMENT);
  return { kernel: instantiate<NoiseKernel>(wasm, memory), buffer: new Float32Array(memory.buffer) };
}

/**
 * Fills `out` with standard normal numbers: coordinates 0 ... out.length - 1 of row `row` (a candidate) in a
 * generation of a stream. Every number depends on its address (key, generation, row, coordinate) alone, so a longer row
 * begins with the shorter one, and any thread can draw any row. |z| <= 6.7638; the definition is noise-reference.ts.
 *
 * @param out at most 2^32 coordinates
 * @param generation 0 ... 2^32 - 1
 * @param row 0 ... 2^32 - 1
 */
export function fillNormals(
  out: Float32Array,
  key: StreamKey,
  generation: number,
  row: number,
): Float32Array {
  noise ??= createNoise();
  const { kernel, buffer } = noise;
  const groups = Math.ceil(out.length / groupSize);
  for (let first = 0; first < groups; first += chunkGroups) {
    kernel.normals(0, Math.min(chunkGroups, groups - first), first, key.low, key.high, row, generation);
    const start = first * groupSize;
    out.set(buffer.subarray(0, Math.min(buffer.length, out.length - start)), start);
  }
  return out;
}
