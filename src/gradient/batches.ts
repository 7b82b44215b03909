/** A labelled data set: what the dataset artefact decodes to. */
export interface Images {
  /** count x inputs, row-major, normalised. */
  readonly pixels: Float32Array;
  /** Class of each image, 0 ... network.outputs - 1. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly inputs: number;
}

/** Some images: rows of pixels and their labels. */
export interface Batch {
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
  readonly count: number;
}

/** Images that go through the network at a time: what a layer leaves behind then fits a second-level cache about. */
const chunkImages = 128;

/** All images in their order, or those at `indices` in that order, a chunk at a time; the last may be smaller. */
export function* chunksOf(images: Images, indices?: Uint32Array): Generator<Batch> {
  const total = indices?.length ?? images.count;
  for (let from = 0; from < total; from += chunkImages) {
    const to = Math.min(from + chunkImages, total);
    yield indices ? picked(images, indices.subarray(from, to)) : inPlace(images, from, to);
  }
}

function inPlace({ pixels, labels, inputs }: Images, from: number, to: number): Batch {
  return {
    pixels: pixels.subarray(from * inputs, to * inputs),
    labels: labels.subarray(from, to),
    count: to - from,
  };
}

function picked({ pixels, labels, inputs }: Images, indices: Uint32Array): Batch {
  const chosen = new Float32Array(indices.length * inputs);
  indices.forEach((index, row) =>
    chosen.set(pixels.subarray(index * inputs, (index + 1) * inputs), row * inputs),
  );
  return {
    pixels: chosen,
    labels: Uint8Array.from(indices, (index) => labels[index]),
    count: indices.length,
  };
}
