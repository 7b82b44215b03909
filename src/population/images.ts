import { UserError } from '../base/result.js';

/** A labelled data set in shared memory: every thread reads the same bytes. */
export interface Images {
  /** count x inputs, row-major, normalised; on a SharedArrayBuffer. */
  readonly pixels: Float32Array;
  /** One class per image; on a SharedArrayBuffer. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly inputs: number;
}

/** Largest magnitude among the pixels. @throws UserError when the images do not fit the network or are not finite. */
export function checkImages(name: string, images: Images, inputs: number, outputs: number): number {
  const { pixels, labels, count } = images;
  if (images.inputs !== inputs)
    throw new UserError(
      `the ${name} images have ${images.inputs} pixels, but the network takes ${inputs}: choose a data set (or its downsampling) and a network that fit`,
    );
  if (pixels.length !== count * inputs || labels.length !== count)
    throw new UserError(`the ${name} images are incomplete: ${count} were announced`);
  let largest = 0;
  for (let i = 0; i < pixels.length; i++) {
    const magnitude = Math.abs(pixels[i]);
    if (!(magnitude <= largest)) largest = magnitude;
    if (!(magnitude < Infinity))
      throw new UserError(`pixel ${i % inputs} of ${name} image ${Math.floor(i / inputs)} is ${pixels[i]}`);
  }
  for (let i = 0; i < count; i++)
    if (labels[i] >= outputs)
      throw new UserError(
        `${name} image ${i} has label ${labels[i]}, but the network has ${outputs} outputs`,
      );
  return largest;
}
