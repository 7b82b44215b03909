import { byCodeUnit, canonicalJson } from '../base/json.js';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import { buildNetwork, networkSpecProblem } from '../networks/index.js';
import type { NetworkSpec } from '../networks/index.js';
import type { Layout } from '../numeric/layout.js';
import { maskProblem } from '../numeric/mask.js';
import type { Mask } from '../numeric/mask.js';
import { decodeSafetensors, encodeSafetensors, unreadable } from './safetensors.js';
import type { TensorData } from './safetensors.js';

/** Flat vectors in the canonical layout of a network, as artefacts `weights`, `mask` and `ticket` hold them. */
export interface Tensors {
  readonly network: NetworkSpec;
  /** Weights, or the mean of a search distribution: finite. */
  readonly mean?: Float64Array;
  /** Standard deviation of a search distribution, per coordinate: finite, at least 0. */
  readonly std?: Float64Array;
  /** 1 = exists, 0 = pruned; biases exist always. */
  readonly mask?: Mask;
  /** What else is worth keeping, for example {strategy: 'snes', generation: 300}. */
  readonly meta?: Readonly<Record<string, Json>>;
}

export type TensorName = 'mean' | 'std' | 'mask';
export type DecodedTensors<Required extends TensorName> = Tensors & {
  readonly meta: Readonly<Record<string, Json>>;
  readonly layout: Layout;
} & { readonly [Name in Required]: NonNullable<Tensors[Name]> };

const tensorNames: readonly TensorName[] = ['mean', 'std', 'mask'];
const reservedKeys = ['network', 'layout'];

/**
 * Bytes of a safetensors file: the same content always gives the same bytes. `__metadata__` holds the network, the
 * layout as a list of [path, shape], and the entries of `meta`, each as canonical JSON.
 *
 * @throws UserError when a value may not be stored (not finite, wrong length, not a mask).
 */
export function encodeTensors(content: Tensors): Uint8Array {
  const { network, meta = {} } = content;
  const { layout } = buildNetwork(network);
  const tensors: Record<string, TensorData> = {};
  for (const name of tensorNames) {
    const data = content[name];
    if (data === undefined) continue;
    const problem = tensorProblem(name, data, layout);
    if (problem !== undefined) throw new UserError(`These tensors cannot be stored: ${problem}.`);
    tensors[name] = data;
  }
  const metadata: Record<string, string> = {
    network: canonicalJson(network as unknown as Json),
    layout: canonicalJson(layoutJson(layout)),
  };
  for (const [key, value] of Object.entries(meta)) {
    if (reservedKeys.includes(key)) throw new RangeError(`meta may not have the key ${key}`);
    metadata[key] = canonicalJson(value);
  }
  return encodeSafetensors({ tensors, metadata });
}

/**
 * Reads and checks a tensor file; the tensors named after `bytes` must be in it.
 *
 * @throws UserError that says what is wrong: never a half-read result.
 */
export function decodeTensors<Required extends TensorName = never>(
  bytes: Uint8Array,
  ...required: readonly Required[]
): DecodedTensors<Required> {
  const file = decodeSafetensors(bytes);
  const { network, layout: storedLayout, ...meta } = parsedMetadata(file.metadata);
  const problem = networkSpecProblem(network);
  if (problem !== undefined) throw unreadable(`its network is not one that ticketlab knows (${problem})`);
  const spec = network as unknown as NetworkSpec;
  const { layout } = buildNetwork(spec);
  refuseOtherLayout(layout, storedLayout);
  for (const [name, data] of Object.entries(file.tensors)) {
    const known = tensorNames.find((candidate) => candidate === name);
    if (known === undefined)
      throw unreadable(`tensor ${JSON.stringify(name)} is not one of ${tensorNames.join(', ')}`);
    const wrong = tensorProblem(known, data, layout);
    if (wrong !== undefined) throw unreadable(wrong);
  }
  for (const name of required)
    if (file.tensors[name] === undefined)
      throw unreadable(`it has no tensor ${name}, only ${namesIn(file.tensors)}`);
  return { network: spec, layout, meta, ...file.tensors } as unknown as DecodedTensors<Required>;
}

/** The first thing that is wrong with one tensor, in words, or undefined. */
function tensorProblem(name: TensorName, data: TensorData, layout: Layout): string | undefined {
  const isMask = name === 'mask';
  if (isMask !== data instanceof Uint8Array || data instanceof Float32Array)
    return `tensor ${name} must have dtype ${isMask ? 'U8' : 'F64'}`;
  if (data.length !== layout.size)
    return `tensor ${name} has ${data.length} entries, but the network has ${layout.size} parameters`;
  if (data instanceof Uint8Array) return maskProblem(layout, data);
  for (const tensor of layout.tensors)
    for (let i = tensor.offset; i < tensor.offset + tensor.size; i++) {
      const value = data[i] as number;
      const entry = `entry ${i - tensor.offset} of ${tensor.path}`;
      if (!Number.isFinite(value)) return `${entry} of tensor ${name} is ${value}, not a finite number`;
      if (name === 'std' && value < 0) return `${entry} of tensor std is ${value}, below 0`;
    }
  return undefined;
}

function layoutJson(layout: Layout): Json {
  return layout.tensors.map(({ path, shape }) => [path, shape]);
}

function parsedMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(metadata).map(([key, text]) => [key, parsedEntry(key, text)]));
}

function parsedEntry(key: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw unreadable(`its __metadata__.${key} is not JSON`);
  }
}

function refuseOtherLayout(layout: Layout, stored: Json | undefined): void {
  const expected = canonicalJson(layoutJson(layout));
  const found = stored === undefined ? 'none' : canonicalJson(stored);
  if (found !== expected)
    throw unreadable(`its layout is not that of its network: it says ${found} where ${expected} is due`);
}

function namesIn(tensors: Readonly<Record<string, TensorData>>): string {
  return Object.keys(tensors).sort(byCodeUnit).join(', ') || 'none at all';
}
