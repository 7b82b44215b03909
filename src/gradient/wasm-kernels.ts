import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type {
  Conv2DBackpropFilterAttrs,
  KernelFunc,
  MaxPoolGradAttrs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Tf } from './backend.js';
import { filterGradient } from './filter-gradient.js';

/**
 * What TensorFlow.js's wasm backend lacks for training a convolutional network. `Conv2DBackpropFilter` is not there at
 * all. Its `MaxPoolGrad` is, but is 10 times as slow as this one, and takes the *last* of equal pixels under a window,
 * where the native backend takes the first.
 */
export function registerWasmKernels(tf: Tf): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ((args: Arguments<'x' | 'dy', Conv2DBackpropFilterAttrs>) =>
      convolutionFilterGradient(tf, args)) as unknown as KernelFunc,
  });
  tf.unregisterKernel('MaxPoolGrad', 'wasm');
  tf.registerKernel({
    kernelName: 'MaxPoolGrad',
    backendName: 'wasm',
    kernelFunc: maxPoolGradient as unknown as KernelFunc,
  });
}

interface Arguments<Names extends string, Attributes> {
  readonly inputs: Readonly<Record<Names, TensorInfo>>;
  readonly backend: BackendWasm;
  readonly attrs: Attributes;
}

type Shape4 = [number, number, number, number];

/** The numbers of a tensor, where they lie: good until the next tensor is made. */
const numbersOf = (backend: BackendWasm, tensor: TensorInfo): Float32Array =>
  backend.typedArrayFromHeap(tensor) as Float32Array;

function convolutionFilterGradient(
  tf: Tf,
  { inputs: { x, dy }, backend, attrs }: Arguments<'x' | 'dy', Conv2DBackpropFilterAttrs>,
): TensorInfo {
  const { strides, pad, dimRoundingMode, filterShape } = attrs;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  if (info.strideHeight !== 1 || info.strideWidth !== 1 || info.filterHeight !== info.filterWidth)
    throw new RangeError('the gradient of a convolution is for stride 1 and square kernels');
  const out = backend.makeOutput(filterShape, 'float32');
  filterGradient(numbersOf(backend, out), {
    input: numbersOf(backend, x),
    delta: numbersOf(backend, dy),
    shape: {
      images: info.batchSize,
      height: info.inHeight,
      width: info.inWidth,
      inputs: info.inChannels,
      rows: info.outHeight,
      columns: info.outWidth,
      outputs: info.outChannels,
      side: info.filterHeight,
      before: info.padInfo.top,
    },
    squared: false,
  });
  return out;
}

/** 2 x 2 windows with stride 2: the first pixel that equals the window's largest gets the window's derivative. */
function maxPoolGradient({
  inputs: { dy, input, output },
  backend,
  attrs: { filterSize, strides },
}: Arguments<'dy' | 'input' | 'output', MaxPoolGradAttrs>): TensorInfo {
  if (filterSize !== 2 || strides !== 2) throw new RangeError('the gradient of pooling is for 2 x 2 windows');
  const [images, height, width, channels] = input.shape as Shape4;
  const dx = backend.makeOutput(input.shape, 'float32');
  const [out, pixels, largest, derivatives] = [dx, input, output, dy].map((t) => numbersOf(backend, t));
  out.fill(0);
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const pitch = width * channels;
  let window = 0;
  for (let image = 0; image < images; image++)
    for (let row = 0; row < rows; row++) {
      let at = (image * height + 2 * row) * pitch;
      for (let column = 0; column < columns; column++, at += channels)
        for (let channel = 0; channel < channels; channel++, at++, window++) {
          const most = largest[window];
          let first = at;
          if (pixels[at] !== most)
            first +=
              pixels[at + channels] === most
                ? channels
                : pixels[at + pitch] === most
                  ? pitch
                  : pitch + channels;
          out[first] = derivatives[window];
        }
    }
  return dx;
}
