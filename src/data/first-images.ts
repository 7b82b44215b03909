import type { Images } from './images.js';

/** The first `count` images of a set, or all if there are fewer; they share the memory of the set. */
export function firstImages(images: Images, count: number): Images {
  const most = Math.min(count, images.count);
  return {
    pixels: images.pixels.subarray(0, most * images.inputs),
    labels: images.labels.subarray(0, most),
    count: most,
    inputs: images.inputs,
  };
}
