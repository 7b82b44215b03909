import type { ConvLayer, DenseLayer, Layer } from '../../networks/network.js';
import type { ActivationBuffer } from './buffer.js';

/** A place where a layer computes its outputs: all channels of one (pooled) pixel, or a whole dense layer. */
export interface Site {
  /** Row in the input buffer from which the taps' rows count; may lie before the buffer. */
  readonly base: number;
  /** Kernel positions that reach inside the input here, ascending. Sites with the same border share the array. */
  readonly taps: Uint32Array;
  /** Flat (channel-last) input indices that kernel position `tap` reads here: up to four under a pooling window. */
  readonly reads: (tap: number) => readonly number[];
}

/** What a layer computes, whatever its kind: at each site each output sums taps over kernel positions. */
export interface LayerSites {
  readonly sites: readonly Site[];
  /** Rows from a site's base to the row that a kernel position reads. */
  readonly tapRow: Int32Array;
}

export function sitesOf(layer: Layer, input: ActivationBuffer): LayerSites {
  return layer.kind === 'dense' ? denseSites(layer) : convSites(layer, input);
}

function denseSites(layer: DenseLayer): LayerSites {
  const taps = Uint32Array.from({ length: layer.inputs }, (_, i) => i);
  return {
    sites: [{ base: 0, taps, reads: (tap) => [tap] }],
    tapRow: Int32Array.from(taps),
  };
}

/** Size of the plane that comes out, after pooling. */
export function outputSide(layer: ConvLayer, side: number): number {
  const convolved = layer.padding === 'same' ? side : side - layer.kernel + 1;
  return layer.pool ? Math.floor(convolved / 2) : convolved;
}

function convSites(layer: ConvLayer, input: ActivationBuffer): LayerSites {
  const { kernel, inputs } = layer;
  const stride = layer.pool ? 2 : 1;
  const padding = layer.padding === 'same' ? (kernel - 1) >> 1 : 0;
  const vertical = axis(layer, layer.height);
  const horizontal = axis(layer, layer.width);
  const tapRow = new Int32Array(kernel * kernel * inputs);
  for (let ky = 0, t = 0; ky < kernel; ky++)
    for (let kx = 0; kx < kernel; kx++)
      for (let c = 0; c < inputs; c++) tapRow[t++] = c * input.plane + ky * input.pitch + kx;
  const tapsOf = sharedTaps(kernel, inputs);
  const sites: Site[] = [];
  vertical.forEach((y, row) => {
    horizontal.forEach((x, column) => {
      const base = (row * stride - padding + 1) * input.pitch + column * stride - padding + 1;
      const reads = (tap: number): number[] => {
        const pixel = Math.floor(tap / inputs);
        const lines = y[Math.floor(pixel / kernel)];
        return lines.flatMap((line) =>
          x[pixel % kernel].map((at) => (line * layer.width + at) * inputs + (tap % inputs)),
        );
      };
      sites.push({ base, taps: tapsOf(y, x), reads });
    });
  });
  return { sites, tapRow };
}

/** For each output along one axis and each kernel position: the input coordinates it reads, those inside only. */
function axis(layer: ConvLayer, side: number): number[][][] {
  const window = layer.pool ? 2 : 1;
  const padding = layer.padding === 'same' ? (layer.kernel - 1) >> 1 : 0;
  return Array.from({ length: outputSide(layer, side) }, (_, out) =>
    Array.from({ length: layer.kernel }, (_, k) =>
      Array.from({ length: window }, (_, d) => out * window + d + k - padding).filter(
        (at) => at >= 0 && at < side,
      ),
    ),
  );
}

function sharedTaps(kernel: number, inputs: number): (y: number[][], x: number[][]) => Uint32Array {
  const known = new Map<string, Uint32Array>();
  return (y, x) => {
    const key = [y, x].map((lines) => lines.map((line) => (line.length > 0 ? 1 : 0)).join('')).join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const taps: number[] = [];
    for (let t = 0; t < kernel * kernel * inputs; t++) {
      const pixel = Math.floor(t / inputs);
      if (y[Math.floor(pixel / kernel)].length > 0 && x[pixel % kernel].length > 0) taps.push(t);
    }
    const made = Uint32Array.from(taps);
    known.set(key, made);
    return made;
  };
}
