import { describe, expect, test } from 'vitest';
import { runtimeClass } from '../../src/exec/runtime-class.js';

const type = 'prune';
const node = `node${process.versions.node.split('.')[0]}-${process.arch}`;
const gradientClass = (backend: unknown) => `class of ${String(backend)}`;

describe('the runtime class in a key', () => {
  test('is absent where bytes are the same everywhere, and names Node and the processor where they are not', () => {
    expect(runtimeClass({ type, runtime: 'portable' }, {}, gradientClass)).toBeUndefined();
    expect(runtimeClass({ type, runtime: 'node' }, {}, gradientClass)).toBe(node);
  });

  test('is that of the chosen backend where gradients are computed', () => {
    const signature = { type, runtime: 'gradient' } as const;
    expect(runtimeClass(signature, { backend: 'wasm' }, gradientClass)).toBe('class of wasm');
    expect(() => runtimeClass(signature, { backend: 'wasm' }, undefined)).toThrow(
      'nobody says which gradient backend prune would use',
    );
  });

  test('may follow from a parameter', () => {
    const runtime = { by: 'criterion', of: { snip: 'gradient' }, otherwise: 'portable' } as const;
    const classOf = (criterion: string) =>
      runtimeClass({ type, runtime }, { criterion, backend: 'auto' }, gradientClass);
    expect(classOf('snip')).toBe('class of auto');
    expect(classOf('magnitude')).toBeUndefined();
    expect(classOf('toString')).toBeUndefined();
  });
});
