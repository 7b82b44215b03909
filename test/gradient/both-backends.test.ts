import { expect, test, vi } from 'vitest';
import { nativeMissing, openNative, openWasm } from './backends.js';

if (nativeMissing !== undefined)
  // The native backend is optional: where it is missing the report has to say so, with the reason in the name.
  test.skip(
    `skipped: both backends in one process are not tested here, because ${nativeMissing} (npm run native)`,
  );
else
  test('the library says nothing when both backends are loaded, whose logs those of the stages are', async () => {
    const said = (['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));
    for (const open of [openNative, openWasm]) {
      const sum = new Float32Array(2);
      const { run } = await open();
      run((tf) => sum.set(tf.add(tf.tensor1d([1, 2]), 1).dataSync()));
      expect([...sum]).toEqual([2, 3]);
    }
    expect(said.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });
