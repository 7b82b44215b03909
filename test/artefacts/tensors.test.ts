import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/artefacts/safetensors.js';
import { decodeTensors, encodeTensors } from '../../src/artefacts/tensors.js';
import { UserError } from '../../src/base/result.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';

const network: NetworkSpec = { model: 'mlp', layers: [3, 2, 1], activation: 'tanh' };
const size = buildNetwork(network).layout.size;
const mean = Float64Array.from({ length: size }, (_, i) => (i - 4) / 7);
const std = Float64Array.from({ length: size }, (_, i) => i / 10);
const mask = Uint8Array.from({ length: size }, (_, i) => (i === 3 ? 0 : 1));
const full = { network, mean, std, mask, meta: { strategy: 'snes', generation: 300 } };

/** The smallest file with given JSON as its header and given bytes as its data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const layout = [
  ['Dense_0/bias', [2]],
  ['Dense_0/kernel', [3, 2]],
  ['Dense_1/bias', [1]],
  ['Dense_1/kernel', [2, 1]],
];
const metadata = { network: JSON.stringify(network), layout: JSON.stringify(layout) };
const u8 = (begin: number, end: number) => ({
  dtype: 'U8',
  shape: [end - begin],
  data_offsets: [begin, end],
});

describe('a tensor file', () => {
  it('reads a Buffer, and one that lies inside a larger one, as it reads a plain array', () => {
    const plain = encodeTensors(full);
    const inside = Buffer.concat([Buffer.alloc(5, 7), plain, Buffer.alloc(3, 7)]).subarray(
      5,
      5 + plain.length,
    );
    for (const bytes of [Buffer.from(plain), inside]) {
      const decoded = decodeTensors(bytes);
      expect(decoded.mean).toEqual(mean);
      expect(decoded.mask).toEqual(mask);
    }
  });

  it('gives back what was put in', () => {
    const back = decodeTensors(encodeTensors(full), 'mean', 'std', 'mask');
    expect(back).toEqual({ ...full, layout: buildNetwork(network).layout });
  });

  it('need not hold every tensor', () => {
    expect(decodeTensors(encodeTensors({ network, mask })).mean).toBeUndefined();
    expect(() => decodeTensors(encodeTensors({ network, mask }), 'mean')).toThrow(
      'it has no tensor mean, only mask',
    );
    expect(() => decodeTensors(encodeTensors({ network }), 'mask')).toThrow('only none at all');
  });

  it('has the same bytes whatever the order of keys', () => {
    const other = {
      meta: { generation: 300, strategy: 'snes' },
      mask,
      std,
      mean,
      network: { activation: 'tanh' as const, layers: [3, 2, 1], model: 'mlp' as const },
    };
    expect(encodeTensors(other)).toEqual(encodeTensors(full));
  });

  it('has exactly the documented bytes', () => {
    const bytes = encodeTensors({ network, mask });
    const view = new DataView(bytes.buffer);
    const headerLength = Number(view.getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))).toMatchInlineSnapshot(
      `"{"__metadata__":{"layout":"[[\\"Dense_0/bias\\",[2]],[\\"Dense_0/kernel\\",[3,2]],[\\"Dense_1/bias\\",[1]],[\\"Dense_1/kernel\\",[2,1]]]","network":"{\\"activation\\":\\"tanh\\",\\"layers\\":[3,2,1],\\"model\\":\\"mlp\\"}"},"mask":{"data_offsets":[0,11],"dtype":"U8","shape":[11]}} "`,
    );
    expect([...bytes.subarray(8 + headerLength)]).toEqual([...mask]);
  });

  it('starts every float64 tensor at a multiple of 8 bytes, whatever the names', () => {
    const bytes = encodeTensors(full);
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
    expect(headerLength % 8).toBe(0);
    expect(header.mean.data_offsets).toEqual([0, 88]);
    expect(header.std.data_offsets).toEqual([88, 176]);
    expect(header.mask.data_offsets).toEqual([176, 187]);
  });

  it('keeps every bit of a float64, also of views into a larger buffer', () => {
    const buffer = new Float64Array(size + 1).fill(1);
    const view = buffer.subarray(1);
    view.set([-0, 5e-324, Number.MAX_VALUE, Number.MIN_VALUE, 0.1]);
    const back = decodeTensors(encodeTensors({ network, mean: view }), 'mean').mean;
    expect(Object.is(back[0], -0)).toBe(true);
    expect([...back]).toEqual([...view]);
  });

  it('can be read from the middle of a larger buffer', () => {
    const bytes = encodeTensors(full);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeTensors(shifted.subarray(3), 'mean').mean).toEqual(mean);
  });
});

describe('what may not be stored is refused:', () => {
  it.each([
    [
      { network, mean: mean.with(5, NaN) },
      'entry 3 of Dense_0/kernel of tensor mean is NaN, not a finite number',
    ],
    [{ network, std: std.with(0, Infinity) }, 'entry 0 of Dense_0/bias of tensor std is Infinity'],
    [{ network, std: std.with(0, -1) }, 'entry 0 of Dense_0/bias of tensor std is -1, below 0'],
    [{ network, mean: new Float64Array(3) }, 'tensor mean has 3 entries, but the network has 11 parameters'],
    [{ network, mask: mask.with(4, 2) }, 'entry 2 of Dense_0/kernel is 2, not 0 or 1'],
    [{ network, mask: mask.with(0, 0) }, 'Dense_0/bias is masked, but biases are never pruned'],
  ])('%#', (content, message) => {
    expect(() => encodeTensors(content)).toThrow(UserError);
    expect(() => encodeTensors(content)).toThrow(`These tensors cannot be stored: ${message}`);
  });
});

describe('a malformed file is refused:', () => {
  const wrong: [string, Uint8Array, string][] = [
    ['an empty one', new Uint8Array(0), 'it has 0 bytes, fewer than 8'],
    [
      'a truncated header',
      encodeTensors(full).subarray(0, 40),
      'its header should have 424 bytes, but only 32 follow',
    ],
    ['an absurd header length', new Uint8Array(64).fill(255), 'its header should have 18446744073709551615'],
    ['a header that is not JSON', file('{"mean"'), 'its header is not JSON'],
    ['a header that is not UTF-8', file('xx').with(8, 0xff), 'its header is not JSON'],
    ['a header that is a list', file([]), 'its header is not a JSON object'],
    [
      'metadata with numbers',
      file({ __metadata__: { a: 1 } }),
      'its __metadata__ is not an object of strings',
    ],
    ['an entry that is no object', file({ mask: 3 }), 'tensor "mask" is not described by an object'],
    [
      'an unknown dtype',
      file({ mask: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] } }, 2),
      'tensor "mask" has dtype "BF16", not one of F64, F32, U8',
    ],
    [
      'no shape',
      file({ mask: { dtype: 'U8', shape: 'x', data_offsets: [0, 2] } }, 2),
      'tensor "mask" has no valid shape',
    ],
    [
      'one offset',
      file({ mask: { dtype: 'U8', shape: [1], data_offsets: [0] } }, 1),
      'tensor "mask" has no valid data_offsets',
    ],
    [
      'offsets out of range',
      file({ mask: u8(0, 12) }, 11),
      'tensor "mask" should lie at bytes 0 to 12, but there are 11',
    ],
    [
      'offsets the wrong way round',
      file({ mask: { dtype: 'U8', shape: [1], data_offsets: [3, 2] } }, 4),
      'tensor "mask" should lie at bytes 3 to 2',
    ],
    [
      'a size that is not that of the shape',
      file({ mean: { dtype: 'F64', shape: [2], data_offsets: [0, 8] } }, 8),
      'tensor "mean" has 8 bytes, but its shape and dtype ask for 16',
    ],
    ['overlapping tensors', file({ a: u8(0, 8), b: u8(4, 12) }, 12), 'tensor "b" overlaps the one before it'],
    ['a gap', file({ a: u8(0, 8), b: u8(9, 12) }, 12), '1 bytes before tensor "b" belong to no tensor'],
    ['bytes left over', file({ a: u8(0, 8) }, 12), '4 bytes at the end belong to no tensor'],
    [
      'a truncated tensor',
      encodeTensors({ network, mask }).subarray(0, -1),
      'tensor "mask" should lie at bytes 0 to 11, but there are 10',
    ],
    [
      'no network',
      file({ mask: u8(0, 11) }, 11),
      'its network is not one that ticketlab knows (a network is described by an object with a key model, not by missing)',
    ],
    [
      'metadata that is not JSON',
      file({ __metadata__: { network: 'mlp' } }),
      'its __metadata__.network is not JSON',
    ],
    [
      'an unknown network',
      file({ __metadata__: { network: '{"model":"vgg"}' } }),
      'its network is not one that ticketlab knows (model must be one of',
    ],
    [
      'a layout that is not that of the network',
      file({ __metadata__: { ...metadata, layout: '[["Dense_0/kernel",[3,2]]]' } }),
      'its layout is not that of its network: it says [["Dense_0/kernel",[3,2]]] where [["Dense_0/bias",[2]]',
    ],
    [
      'no layout',
      file({ __metadata__: { network: metadata.network } }),
      'its layout is not that of its network: it says none where',
    ],
    [
      'a stray tensor',
      file({ __metadata__: metadata, noise: u8(0, 11) }, 11),
      'tensor "noise" is not one of mean, std, mask',
    ],
    [
      'a tensor with a treacherous name',
      file(`{"__metadata__":${JSON.stringify(metadata)},"__proto__":${JSON.stringify(u8(0, 11))}}`, 11),
      'tensor "__proto__" is not one of mean, std, mask',
    ],
    [
      'a mask that is neither 0 nor 1',
      file({ __metadata__: metadata, mask: u8(0, 11) }, 11).with(-1, 7),
      'Dense_0/bias is masked, but biases are never pruned',
    ],
    [
      'a mask in float64',
      encodeSafetensors({ tensors: { mask: new Float64Array(size).fill(1) }, metadata }),
      'tensor mask must have dtype U8',
    ],
    [
      'a mean in float32',
      encodeSafetensors({ tensors: { mean: new Float32Array(size) }, metadata }),
      'tensor mean must have dtype F64',
    ],
    [
      'a mean that is not finite',
      encodeSafetensors({ tensors: { mean: mean.with(10, NaN) }, metadata }),
      'entry 1 of Dense_1/kernel of tensor mean is NaN, not a finite number',
    ],
    [
      'a tensor of another length',
      encodeSafetensors({ tensors: { mean: new Float64Array(4) }, metadata }),
      'tensor mean has 4 entries, but the network has 11 parameters',
    ],
  ];

  it.each(wrong)('%s', (_, bytes, message) => {
    expect(() => decodeTensors(bytes)).toThrow(UserError);
    expect(() => decodeTensors(bytes)).toThrow(
      `This is not a tensor file that ticketlab can read: ${message}`,
    );
  });

  it('whatever happens to its bytes, the answer is a result or a UserError', () => {
    const good = encodeTensors(full);
    const damage = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255), cut: fc.nat(good.length) });
    fc.assert(
      fc.property(damage, ({ at, to, cut }) => {
        for (const bytes of [good.with(at, to), good.subarray(0, cut)]) {
          try {
            decodeTensors(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Any Python with the packages safetensors and numpy; TICKETLAB_TEST_PYTHON names another one than `python3`. */
const python = process.env['TICKETLAB_TEST_PYTHON'] ?? 'python3';

function pythonHasSafetensors(): boolean {
  try {
    execFileSync(python, ['-c', 'import safetensors.numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe("Python's safetensors", () => {
  it.skipIf(!pythonHasSafetensors())('reads the file and finds tensors and metadata in it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticketlab-tensors-'));
    try {
      const path = join(folder, 'ticket.safetensors');
      writeFileSync(path, encodeTensors(full));
      const script = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="np") as file:
    tensors = {name: [file.get_tensor(name).dtype.name, file.get_tensor(name).tolist()] for name in file.keys()}
    print(json.dumps([tensors, {k: json.loads(v) for k, v in file.metadata().items()}]))`;
      const [tensors, meta] = JSON.parse(execFileSync(python, ['-c', script, path], { encoding: 'utf8' }));
      expect(tensors).toEqual({
        mean: ['float64', [...mean]],
        std: ['float64', [...std]],
        mask: ['uint8', [...mask]],
      });
      expect(meta).toEqual({ network, layout, strategy: 'snes', generation: 300 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
