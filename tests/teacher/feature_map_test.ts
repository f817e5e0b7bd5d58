import assert from "node:assert/strict";
import { repack, repackReference } from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";
import { seededNumbers } from "../graph/support.ts";

for (
  const [form, layout] of Object.entries({
    map: { rows: 3, cols: 7, offset: 0, channelStride: 21, cellStride: 1 },
    tokens: { rows: 3, cols: 7, offset: 2 * 6, channelStride: 1, cellStride: 6 },
  })
) {
  withGpu(`repack() equals its reference: ${form}`, async (gpu) => {
    const channels = 6;
    const values = Float32Array.from(seededNumbers(1, 6 * (21 + 2)));
    using x = gpu.upload("x", values);
    using y = gpu.buffer("y", 21 * 8 * 4);
    gpu.run([repack(x, y, layout, channels)]);
    assert.deepEqual(
      await gpu.read(y, Float32Array, 21 * 8),
      repackReference(values, layout, channels),
    );
  });
}
