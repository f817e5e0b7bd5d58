/** Real scans, indoor and outdoor, through the running server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { dataPath, hasData } from "../data.ts";
import { ttt } from "./support.ts";

/** A shelf, a room and a street, by the student of each; five steps show that the loss falls. */
const RUNS = [
  { student: "rooms-joint", samples: ["apc2016_shelf", "sunrgbd_000017"], fall: 10 },
  { student: "streets-joint", samples: ["kitti_000008"], fall: 5 },
];

for (const { student, samples, fall } of RUNS) {
  Deno.test({
    name: `real labels ${samples.join(" and ")}, with a KD loss that falls by ${fall} %`,
    ignore: !hasData,
    fn: async () => {
      const { code, stdout, stderr } = await ttt([
        ...["real", "--data", join(dataPath(".", "")), "--only", samples.join()],
        ...["--student", student, "--steps", "5", "--augmentations", "0", "--fall", `${fall}`],
      ]);
      assert.equal(code, 0, stdout + stderr);
      for (const sample of samples) {
        assert.match(
          stdout,
          new RegExp(`^\\| ${sample} .* complete, nothing else changed \\|$`, "m"),
        );
      }
    },
  });
}
