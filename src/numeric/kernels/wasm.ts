import type { Kernels } from './contract.js';
import { wasm as exp } from './generated/exp.js';
import { wasm as fill } from './generated/fill.js';
import { wasm as largestBits } from './generated/largest-bits.js';
import { wasm as layOut } from './generated/lay-out.js';
import { wasm as log } from './generated/log.js';
import { wasm as loss } from './generated/loss.js';
import { wasm as plainPair } from './generated/plain-pair.js';
import { wasm as plainSingle } from './generated/plain-single.js';
import { wasm as pooledPair } from './generated/pooled-pair.js';
import { wasm as pooledSingle } from './generated/pooled-single.js';
import { wasm as tanh } from './generated/tanh.js';
import { instantiate } from './module.js';

/** The kernels on one memory, which other threads may have as well. */
export function createKernels(memory: WebAssembly.Memory): Kernels {
  return {
    ...instantiate<Pick<Kernels, 'pooledSingle'>>(pooledSingle, memory),
    ...instantiate<Pick<Kernels, 'pooledPair'>>(pooledPair, memory),
    ...instantiate<Pick<Kernels, 'plainSingle'>>(plainSingle, memory),
    ...instantiate<Pick<Kernels, 'plainPair'>>(plainPair, memory),
    ...instantiate<Pick<Kernels, 'expRows'>>(exp, memory),
    ...instantiate<Pick<Kernels, 'logRows'>>(log, memory),
    ...instantiate<Pick<Kernels, 'tanhRows'>>(tanh, memory),
    ...instantiate<Pick<Kernels, 'loss'>>(loss, memory),
    ...instantiate<Pick<Kernels, 'layOut'>>(layOut, memory),
    ...instantiate<Pick<Kernels, 'fill'>>(fill, memory),
    ...instantiate<Pick<Kernels, 'largestBits'>>(largestBits, memory),
  };
}
