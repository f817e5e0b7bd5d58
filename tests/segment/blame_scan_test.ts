import assert from "node:assert/strict";
import { CapacityError } from "../../lib/gpu/mod.ts";
import { ScanError } from "../../lib/scan/mod.ts";
import { OptionError } from "../../lib/ttt/option_error.ts";
import { blameScan } from "../../lib/segment/blame_scan.ts";
import { cutBlocks } from "../../lib/voxels/blocks.ts";

/** Returns what `work` throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

Deno.test("blameScan() makes a ScanError for a scan that passes the voxel grid", () => {
  const positions = Float32Array.of(0, 0, 0, 1e6, 0, 0);
  const cause = thrownBy(() =>
    cutBlocks(positions, 0.01, { voxels: 1, points: Infinity, margin: 0 })
  );
  assert.ok(cause instanceof CapacityError);
  const error = blameScan(cause, "street.las");
  assert.ok(error instanceof ScanError);
  assert.match(error.message, /street\.las.*voxels long.*cut the scan/);
  assert.equal(error.cause, cause);
});

Deno.test("blameScan() leaves errors of the program as they are", () => {
  const ours = thrownBy(() => new Float32Array(-1));
  assert.ok(ours instanceof RangeError);
  assert.match(ours.message, /Invalid typed array length/);
  for (
    const error of [ours, new TypeError("ours too"), new OptionError("steps", "steps"), "thrown"]
  ) {
    assert.equal(blameScan(error, "street.las"), error);
  }
});
