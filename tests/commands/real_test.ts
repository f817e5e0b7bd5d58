/** Real scans, indoor and outdoor, through the running server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { dataPath, hasData } from "../data.ts";
import { ttt } from "./support.ts";

/** A shelf, a room and a street. */
const SAMPLES = ["apc2016_shelf", "sunrgbd_000017", "kitti_000008"];

Deno.test({
  name: "real labels every sample, with a KD loss that falls by a fifth",
  ignore: !hasData,
  fn: async () => {
    const args = ["--data", join(dataPath(".", "")), "--only", SAMPLES.join()];
    const { code, stdout, stderr } = await ttt(["real", ...args]);
    assert.equal(code, 0, stdout + stderr);
    for (const sample of SAMPLES) {
      assert.match(
        stdout,
        new RegExp(`^\\| ${sample} .* complete, nothing else changed \\|$`, "m"),
      );
    }
  },
});
