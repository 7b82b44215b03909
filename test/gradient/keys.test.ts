import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { reconstruct } from '../../src/cli/reconstruct.js';
import { runtimeClass } from '../../src/exec/runtime-class.js';
import { gradientClasses } from '../../src/gradient/locate.js';
import { instanceKey } from '../../src/pipeline/fingerprint.js';
import { signatureMap } from '../../src/pipeline/signatures.js';
import { filledParams } from '../../src/pipeline/stage-params.js';
import type { StageDefinition } from '../../src/pipeline/stage.js';
import type { ResultRecord } from '../../src/store/record.js';
import hessianFlatness from '../../stages/hessian-flatness.js';
import prune from '../../stages/prune.js';
import trainGd from '../../stages/train-gd.js';
import { pretendNative } from './pretended.js';

/** A machine on which a native library lies in the user cache and loads. */
const cache = mkdtempSync(join(tmpdir(), 'ticketlab-keys-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));
pretendNative(cache);
const gradientClass = gradientClasses(cache);

function keyed(signature: StageDefinition, given: Record<string, string | number>) {
  const params = filledParams(signature, { rng: 1, ...given });
  const rt = runtimeClass(signature, params, gradientClass);
  return instanceKey({ signature, params, inputs: {}, rt });
}
const keyOf = (signature: StageDefinition, given: Record<string, string | number>) =>
  keyed(signature, given).key;

describe.each([
  ['train-gd', trainGd, {}],
  ['hessian-flatness', hessianFlatness, {}],
  ['prune by derivatives', prune, { criterion: 'snip', sparsity: 0.5 }],
] as const)('the key of %s', (_, stage, given) => {
  test.skipIf(Number.parseInt(process.versions.node, 10) > 22)(
    'is the same for auto as for the backend that auto means',
    () => {
      expect(keyOf(stage, { ...given, backend: 'auto' })).toBe(keyOf(stage, { ...given, backend: 'native' }));
    },
  );

  test('is another one on another backend', () => {
    expect(keyOf(stage, { ...given, backend: 'wasm' })).not.toBe(
      keyOf(stage, { ...given, backend: 'native' }),
    );
  });

  test.each(['native', 'wasm'])('made on %s leads back to a computation on it', (backend) => {
    const { key, K } = keyed(stage, { ...given, backend });
    const signatures = signatureMap([stage]);
    const outsideFiles = { resolve: () => ({ ok: true, value: {} }) as const };
    const again = reconstruct({ key, K } as ResultRecord, {
      ...{ signatures, gradientClass, refOf: () => undefined },
      outsideFiles: outsideFiles as never,
      ownPrograms: () => ({ ok: true, value: [] }),
    });
    if (!again.ok) throw new Error(again.error);
    expect(again.value.computation.key).toBe(key);
    expect(gradientClass(again.value.params['backend'])).toBe(gradientClass(backend));
  });
});

test('the key of a rule that computes no derivatives does not know of backends', () => {
  const given = { criterion: 'magnitude', sparsity: 0.5 };
  expect(keyOf(prune, { ...given, backend: 'wasm' })).toBe(keyOf(prune, given));
});
