import assert from "node:assert/strict";
import { averageRows, averageRowsReference, voxelize } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { randomPositions, uniform } from "./clouds.ts";

Deno.test("averageRowsReference() is the mean of each row's points", () => {
  assert.deepEqual(
    averageRowsReference(
      Float32Array.of(1, 10, 2, 20, 4, 40),
      Uint32Array.of(0, 2, 1),
      Uint32Array.of(0, 2, 3),
      2,
    ),
    Float32Array.of(2.5, 25, 2, 20),
  );
});

withGpu("averageRows() agrees with its reference and gives the same bits twice", async (gpu) => {
  const next = uniform(14);
  for (const [points, channels, size] of [[0, 3, 1], [1, 1, 1], [5000, 3, 0.2], [3000, 6, 9]]) {
    const width = Math.ceil(channels! / 4) * 4;
    const x = Float32Array.from(
      { length: points! * width },
      (_, i) => i % width < channels! ? next() - 0.3 : 0,
    );
    using positions = gpu.upload("positions", randomPositions(15, points!, 3));
    using voxels = await voxelize(gpu, positions, points!, size!);
    using input = gpu.upload("x", x);
    const results: Float32Array[] = [];
    for (let run = 0; run < 2; run++) {
      using y = gpu.buffer("y", voxels.count * width * 4);
      const { order, starts, count: rows } = voxels;
      gpu.run([averageRows({ x: input, order, starts, y, rows, channels: channels! })]);
      results.push(await gpu.read(y, Float32Array, rows * width));
    }
    const expected = averageRowsReference(
      x,
      await gpu.read(voxels.order, Uint32Array, points!),
      await gpu.read(voxels.starts, Uint32Array, voxels.count + 1),
      width,
    );
    assert.deepEqual(results[1], results[0]);
    assert.equal(results[0]!.length, expected.length);
    // The sums are equal to the bit; WGSL allows the quotient an error of 2.5 ulp.
    results[0]!.forEach((value, i) =>
      assert.ok(Math.abs(value - expected[i]!) <= 3e-7 * Math.abs(expected[i]!), `element ${i}`)
    );
  }
});
