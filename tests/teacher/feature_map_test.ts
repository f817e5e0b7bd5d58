import assert from "node:assert/strict";
import { repack, repackReference } from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";
import { seededNumbers } from "../graph/support.ts";

for (
  const [form, layout] of Object.entries({
    map: { rows: 3, cols: 7, offset: 0, channelStride: 21, rowStride: 7, columnStride: 1 },
    tokens: { rows: 3, cols: 7, offset: 12, channelStride: 1, rowStride: 42, columnStride: 6 },
    "map, padded": {
      rows: 2,
      cols: 5,
      offset: 0,
      channelStride: 21,
      rowStride: 7,
      columnStride: 1,
    },
  })
) {
  withGpu(`repack() agrees with its reference: ${form}`, async (gpu) => {
    const channels = 6;
    const values = Float32Array.from(seededNumbers(1, 6 * (21 + 2)));
    using x = gpu.upload("x", values);
    const cells = layout.rows * layout.cols;
    using y = gpu.buffer("y", cells * 8 * 4);
    gpu.run([repack(x, y, layout, channels)]);
    assert.deepEqual(
      await gpu.read(y, Float32Array, cells * 8),
      repackReference(values, layout, channels),
    );
  });
}
