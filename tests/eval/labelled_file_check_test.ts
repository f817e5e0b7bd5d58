import assert from "node:assert/strict";
import { checkLabelledFile } from "../../lib/eval/labelled_file_check.ts";
import { convertScan, readScan, type Scan, writePly, writeScan } from "../../lib/scan/mod.ts";

const positions = Float32Array.from({ length: 12 }, (_, i) => i / 7);
const original = writePly({ positions, colors: Float32Array.from(positions, (v) => v / 2) });

function labelled(scan: Scan, labels: number[]): Uint8Array {
  return writeScan(scan, {
    labels: Uint8Array.from(labels),
    confidence: new Float32Array(labels.length),
  });
}

Deno.test("checkLabelledFile() accepts the same file with a class for every point", async () => {
  const answer = labelled(await readScan(original, "a"), [0, 1, 2, 2]);
  const check = await checkLabelledFile(original, answer, 3);
  assert.equal(check.points, 4);
  assert.deepEqual(check.unchanged, ["POSITION", "COLOR_0"]);
});

Deno.test("checkLabelledFile() accepts LAS, whose classification holds codes", async () => {
  const scan = convertScan(await readScan(original, "a"), "las");
  const answer = labelled(scan, [2, 6, 1, 1]);
  const check = await checkLabelledFile(scan.bytes, answer, 3);
  assert.ok(check.unchanged.includes("POSITION"));
});

Deno.test("checkLabelledFile() refuses answers that lack or change something", async () => {
  const good = labelled(await readScan(original, "a"), [0, 1, 2, 2]);
  await assert.rejects(checkLabelledFile(original, original, 3), /0 labels for 4 points/);
  await assert.rejects(checkLabelledFile(original, good, 2), /label 2 of point 2 is no class/);
  const moved = writePly({ positions: positions.with(4, 9), labels: new Uint8Array(4) });
  await assert.rejects(checkLabelledFile(original, moved, 3), /value 4 of POSITION/);
  const grey = writePly({ positions, labels: new Uint8Array(4) });
  await assert.rejects(checkLabelledFile(original, grey, 3), /COLOR_0 is gone/);
  const fewer = writePly({ positions: positions.slice(0, 9), labels: new Uint8Array(3) });
  await assert.rejects(checkLabelledFile(original, fewer, 3), /POSITION had 12 values, now 9/);
});
