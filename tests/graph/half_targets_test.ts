/** Targets in float16: their rounding, and the ops that read them. */
import assert from "node:assert/strict";
import { convert } from "../../kernels/elementwise/records.ts";
import { centreRows, centreRowsReference } from "../../lib/graph/ops/centre_rows.ts";
import {
  cosineDistillation,
  cosineDistillationReference,
} from "../../lib/graph/losses/cosine_distillation.ts";
import { targetLengths, targetLengthsReference } from "../../lib/graph/losses/target_lengths.ts";
import { paddedChannels, Tensor } from "../../lib/graph/tensor.ts";
import { type Gpu, groupsOf64, inStoredPrecision, launch } from "../../lib/gpu/mod.ts";
import { withGpu } from "../gpu.ts";
import { assertClose, inputTensor, runGraph, seededNumbers } from "./support.ts";

/** Rounds rows of whole vec4f on the GPU. */
function pack(gpu: Gpu, owned: DisposableStack, rows: Float32Array<ArrayBuffer>) {
  using x = gpu.upload("x", rows);
  const quads = rows.length / 4;
  const y = owned.use(gpu.zeros("y", Math.ceil(quads / 2) * 16));
  const rounding = launch(convert, {
    params: { count: quads },
    bindings: [x, y],
    workgroups: groupsOf64(quads),
  });
  gpu.run([inStoredPrecision(rounding, (buffer) => buffer === y)]);
  return y;
}

withGpu("convert rounds to the nearest float16 and stays finite", async (gpu) => {
  using owned = new DisposableStack();
  const given = Float32Array.of(0, 1, -2.5, 0.1, 1e-4, 65504, 7e4, -1e30, 3.14159, -1e-3, 1, 0);
  const bytes = await gpu.read(pack(gpu, owned, given), Uint32Array);
  assert.deepEqual(
    [...new Float16Array(bytes.buffer)].slice(0, given.length),
    [...given].map((value) => Math.f16round(Math.max(-65504, Math.min(65504, value)))),
  );
});

for (const [rows, channels] of [[1, 4], [7, 5], [5, 4], [130, 13]] as const) {
  withGpu(`ops read ${rows} float16 targets of ${channels} channels`, async (gpu) => {
    const z = seededNumbers(1, rows * channels).map(Math.fround);
    const t = seededNumbers(2, rows * channels).map(Math.f16round);
    const centre = seededNumbers(3, channels).map(Math.fround);
    const mask = Float32Array.from({ length: rows }, (_, row) => row % 4 === 3 ? 0 : 1);
    const width = paddedChannels(channels);
    const padded = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      padded.set(t.slice(row * channels, (row + 1) * channels), row * width);
    }
    const got = await runGraph(gpu, (graph, owned) => {
      const values = new Tensor("targets", rows, channels, {
        binding: pack(gpu, owned, padded),
        precision: "f16",
      });
      const target = {
        values,
        mask: new Tensor("mask", rows, 1, { binding: owned.use(gpu.upload("mask", mask)) }),
        centre: inputTensor(gpu, owned, "centre", centre, channels, false),
      };
      const moved = inputTensor(gpu, owned, "z", z, channels);
      const loss = cosineDistillation(graph, moved, target, 3);
      const centred = centreRows(graph, target);
      const lengths = targetLengths(graph, target);
      graph.backward();
      return { loss, dz: graph.gradient(moved), centred, lengths };
    });
    const want = cosineDistillationReference(z, t, mask, centre);
    assertClose(got.loss.slice(0, 1), [want.loss], 1e-5, "loss");
    assertClose(got.dz, want.gradient.map((value) => 3 * value), 1e-5, "gradient");
    assertClose(got.centred, centreRowsReference(t, mask, centre), 1e-5, "centred");
    const lengths = targetLengthsReference(t, mask, centre);
    assertClose(got.lengths.slice(0, rows), lengths, 1e-5, "lengths");
  });
}
