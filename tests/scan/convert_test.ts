/** Converting a scan to the other format. */
import assert from "node:assert/strict";
import { parse } from "@loaders.gl/core";
import { LAZRsLoader } from "@loaders.gl/las";
import { convertScan, readScan, writePly, writeScan } from "../../lib/scan/mod.ts";
import { largestDifference, makeLas, worldPositions } from "./files.ts";

const CONTENTS = {
  positions: Float32Array.of(1, 2, 3, -30.5, 0.25, 1e-3, 70, 50, -8),
  origin: [652000, 6862000, 100] as const,
  colors: Float32Array.of(0, 0.2, 1, 1, 0, 0.4, 0.6, 0.6, 0.6),
  intensity: Float32Array.of(0.25, 1, 0),
  labels: Int32Array.of(4, 200, 0),
};
const LABELS = { labels: Uint8Array.of(9, 8, 7), confidence: Float32Array.of(0.5, 0.75, 1) };

for (const colors of [CONTENTS.colors, null]) {
  Deno.test(`convertScan() turns PLY into LAS ${colors ? "with" : "without"} colours`, async () => {
    const scan = await readScan(writePly({ ...CONTENTS, colors }), "x.ply");
    const las = convertScan(scan, "las");
    assert.equal(las.format, "las");
    const back = await readScan(las.bytes, "x.las");
    assert(largestDifference(worldPositions(back), worldPositions(scan)) <= 0.0005 + 1e-5);
    assert.deepEqual(back.colors, colors);
    assert(largestDifference(back.intensity!, CONTENTS.intensity) < 1e-5);
    assert.deepEqual(back.labels, CONTENTS.labels);
    const answer = writeScan(las, { ...LABELS, extraBytes: true });
    const { attributes } = await parse(answer.slice().buffer, LAZRsLoader, {
      core: { worker: false },
      las: { fp64: true },
    });
    assert.deepEqual([...attributes["classification"]!.value], [9, 8, 7]);
    assert(largestDifference(attributes["POSITION"]!.value, worldPositions(scan)) <= 0.00051);
  });
}

Deno.test("convertScan() turns LAS into PLY", async () => {
  const made = makeLas({ format: 7 });
  const scan = await readScan(made.bytes, "x.las");
  const ply = convertScan(scan, "ply");
  const back = await readScan(
    writeScan(ply, {
      labels: Uint8Array.from(made.classes, (value) => value >> 4),
      confidence: new Float32Array(20).fill(0.5),
    }),
    "x.ply",
  );
  assert.deepEqual(back.origin, scan.origin);
  assert.deepEqual(back.positions, scan.positions);
  // Colours have 16 bits in LAS, but 8 in the PLY that is written.
  assert(largestDifference(back.colors!, scan.colors!) <= 0.5 / 255 + 1e-6);
  assert.deepEqual(back.intensity, scan.intensity);
  assert.deepEqual([...back.labels!], Array.from(made.classes, (value) => value >> 4));
});

Deno.test("convertScan() returns a scan that has the format already", async () => {
  const las = await readScan(makeLas().bytes, "x.las");
  assert.equal(convertScan(las, "las"), las);
  const ply = await readScan(writePly(CONTENTS), "x.ply");
  assert.equal(convertScan(ply, "ply"), ply);
});

Deno.test("convertScan() gives small scans finer steps and refuses scans that are too wide", async () => {
  const positions = Float32Array.of(0, 0, 0, 0.01, 0.02, 0.012345);
  const small = convertScan(await readScan(writePly({ positions }), "x.ply"), "las");
  assert(largestDifference(worldPositions(await readScan(small.bytes, "x")), positions) < 1e-7);
  positions[0] = 1e30;
  const wide = await readScan(writePly({ positions }), "x.ply");
  assert.throws(() => convertScan(wide, "las"), { name: "ScanError", message: /ask for PLY/ });
});
