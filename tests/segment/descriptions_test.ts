/** What the source weights make of voxels, and how alike that is to what was corrected in other scans. */
import assert from "node:assert/strict";
import { mostAlikeReference } from "../../lib/graph/losses/most_alike.ts";
import { remember } from "../../lib/segment/labels/carried_votes.ts";
import { compareVoxels, describeVoxels } from "../../lib/segment/labels/descriptions.ts";
import { UNCORRECTED } from "../../lib/ttt/corrections.ts";
import { withGpu } from "../gpu.ts";
import { assertClose } from "../graph/support.ts";
import { CARD, smallScan } from "../ttt/small_scan.ts";

withGpu("compareVoxels() compares what describeVoxels() says with each class", async (gpu) => {
  using scan = await smallScan(gpu);
  const looks = await describeVoxels(scan.context);
  const { width, values } = looks;
  const voxels = values.length / width;
  assert.equal(voxels, scan.context.scan.voxels.count);
  for (let row = 0; row < voxels; row++) {
    const length = Math.hypot(...values.subarray(row * width, (row + 1) * width));
    assert.ok(Math.abs(length - 1) < 1e-5, `voxel ${row} has length ${length}`);
  }
  // Classes in turns, none of class 1.
  const corrections = new Uint32Array(voxels).fill(UNCORRECTED);
  [4, 0, 3, 0, 2, 4].forEach((label, i) => corrections[7 * i] = label);
  const known = remember(looks, corrections);
  const likeness = await compareVoxels(scan.context, known);
  const { length: classes } = CARD.classes;
  assert.equal(likeness.classes, classes);
  const want = mostAlikeReference(values, known.descriptions, known.classes, width, classes);
  assertClose(likeness.values, want, 1e-5, "likeness");
  assert.ok(Math.abs(likeness.values[4]! - 1) < 1e-5, "a corrected voxel is like itself");
  assert.ok(likeness.values.every((cosine, i) => (i % classes === 1) === (cosine === -1)));
});
