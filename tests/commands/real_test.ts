/** Real scans, indoor and outdoor, through the running server. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { dataPath, hasData } from "../data.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** A shelf, a room and a street. */
const SAMPLES = ["apc2016_shelf", "sunrgbd_000017", "kitti_000008"];

Deno.test({
  name: "real brings every sample back labelled, with a KD loss that fell by a fifth",
  ignore: !hasData,
  fn: async () => {
    const data = dirname(dataPath(SAMPLES[0]!, "").replace(/\/$/, ""));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "real", "--data", data, "--only", SAMPLES.join()],
      stdin: "null",
    }).output();
    const output = new TextDecoder().decode(stdout);
    assert.equal(code, 0, output + new TextDecoder().decode(stderr));
    for (const sample of SAMPLES) {
      assert.match(
        output,
        new RegExp(`^\\| ${sample} .* complete, nothing else changed \\|$`, "m"),
      );
    }
  },
});
